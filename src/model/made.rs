//! What came into the plan under a name: people, places, services and messages. What several files bring
//! together has one name each.

use super::lower::Lower;
use super::names::{self, Declared, Noun};
use super::spec::{Channel, Message, Role, Service, Spec};
use crate::source::Span;

/// What the plan knows by the name that its declaration gives it.
pub(super) trait Named {
    /// The word for it.
    const NOUN: Noun;
    /// All of them.
    fn all(spec: &mut Spec) -> &mut Vec<Self>
    where
        Self: Sized;
    /// Its name.
    fn name(&self) -> &str;
    /// Where its name stands.
    fn span(&self) -> Span;
}

macro_rules! named {
    ($($type:ident in $list:ident;)+) => {
        $(
            impl Named for $type {
                const NOUN: Noun = Noun::$type;

                fn all(spec: &mut Spec) -> &mut Vec<Self> {
                    &mut spec.$list
                }

                fn name(&self) -> &str {
                    &self.name
                }

                fn span(&self) -> Span {
                    self.span
                }
            }
        )+
    };
}

named! {
    Role in roles;
    Channel in channels;
    Message in messages;
    Service in services;
}

impl Lower<'_> {
    /// Where the name of that thing stands which the plan knows by this one.
    fn made_at<T: Named>(&self, name: &str) -> Option<Span> {
        let own = self.named.get(&T::NOUN).and_then(|names| names.get(name));
        match own {
            Some(span) => Some(*span),
            None => self.before?.made_at::<T>(name),
        }
    }

    /// Adds something that was not made before.
    pub fn put<T: Named>(&mut self, one: T) {
        let names = self.named.entry(T::NOUN).or_default();
        names.insert(one.name().to_owned(), one.span());
        T::all(&mut self.spec).push(one);
    }

    /// Whether a declaration came into the plan already. Where another one of its name did, nobody could tell
    /// the two apart, which is a finding.
    pub fn is_made<T: Named>(&mut self, declared: Declared<'_>, name: &str) -> bool {
        self.is_taken::<T>(name, declared.name_span())
    }

    fn is_taken<T: Named>(&mut self, name: &str, span: Span) -> bool {
        let Some(first) = self.made_at::<T>(name) else {
            return false;
        };
        if first != span {
            self.report(names::duplicate(T::NOUN.word(), name, span, first));
        }
        true
    }

    /// Takes over what a part of the file made, but for what was made before.
    pub fn take_made<T: Named>(&mut self, made: Vec<T>) {
        for one in made {
            if !self.is_taken::<T>(one.name(), one.span()) {
                self.put(one);
            }
        }
        if T::NOUN == Noun::Service {
            let all = self.spec.services.iter().enumerate();
            let new = all.skip(self.services.len());
            self.services
                .extend(new.map(|(at, service)| (service.name.clone(), at)));
        }
    }
}
