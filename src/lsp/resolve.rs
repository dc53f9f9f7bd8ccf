//! What a name means: the declaration that it stands for, in this file or in one that it brings in.

use std::sync::Arc;

use super::names::{Declaration, Use};
use super::noun::Noun;
use super::parsed::Parsed;
use super::world::World;
use crate::source::Span;

/// A declaration and its file.
#[derive(Clone)]
pub(super) struct Found {
    /// The file.
    pub parsed: Arc<Parsed>,
    /// The declaration.
    pub declaration: Declaration,
}

impl Found {
    /// Whether both are the same declaration.
    pub fn is(&self, other: &Found) -> bool {
        self.parsed.path == other.parsed.path
            && self.declaration.name_span == other.declaration.name_span
            && self.declaration.noun == other.declaration.noun
    }
}

/// What stands under a cursor.
#[derive(Clone)]
pub(super) enum Under {
    /// A name, and what it stands for.
    Name {
        /// Where it is written.
        span: Span,
        /// What it stands for.
        found: Found,
    },
    /// The path of a module.
    Module {
        /// Where it is written.
        span: Span,
        /// The file.
        parsed: Arc<Parsed>,
    },
}

/// How the variables that belong to a service go on behind its name.
const OF_SERVICE: &[&str] = &[
    "",
    "-namespace",
    "-workload",
    "-image",
    "-environment",
    "-replicas",
    "-port",
];

impl World {
    /// What stands under an offset of a file.
    pub fn under(&self, parsed: &Arc<Parsed>, offset: u32) -> Option<Under> {
        let names = parsed.names();
        if let Some(one) = names
            .uses
            .iter()
            .find(|one| one.span.touches(offset) && self.resolve(parsed, one).is_some())
        {
            // On `http` of `http.latency` the module is meant.
            let module = one.path.rfind('.').filter(|_| !one.variable);
            if let Some(dot) = module
                && offset <= one.span.start + dot as u32
                && let Some(module) = names.modules.iter().find(|module| {
                    one.path
                        .split('.')
                        .next()
                        .is_some_and(|first| first == module.name)
                })
            {
                let span = Span::new(one.span.source, one.span.start, one.span.start + dot as u32);
                let parsed = self.module(parsed, &module.path)?;
                return Some(Under::Module { span, parsed });
            }
            // On `rollout` of `rollout/deploy` the outer node is meant.
            if let Some(found) = self.outer(parsed, one, offset) {
                return Some(found);
            }
            return Some(Under::Name {
                span: own_span(one),
                found: self.resolve(parsed, one)?,
            });
        }
        if let Some(declaration) = names
            .declarations
            .iter()
            .find(|one| one.named && one.name_span.touches(offset))
        {
            return Some(Under::Name {
                span: declaration.name_span,
                found: Found {
                    parsed: Arc::clone(parsed),
                    declaration: declaration.clone(),
                },
            });
        }
        for module in &names.modules {
            if module.span.touches(offset) {
                return Some(Under::Module {
                    span: module.span,
                    parsed: self.module(parsed, &module.path)?,
                });
            }
            for (name, span) in &module.imports {
                if span.touches(offset) {
                    let there = self.module(parsed, &module.path)?;
                    let declaration = top_level(&there, name)?.clone();
                    return Some(Under::Name {
                        span: *span,
                        found: Found {
                            parsed: there,
                            declaration,
                        },
                    });
                }
            }
        }
        None
    }

    /// The node that the part of a path under the offset names, where it is not the last part.
    fn outer(&self, parsed: &Arc<Parsed>, one: &Use, offset: u32) -> Option<Under> {
        if one.nouns != [Noun::Node] || !one.path.contains('/') {
            return None;
        }
        let at = (offset - one.span.start) as usize;
        let end = one.path[at..].find('/').map(|length| at + length)?;
        let start = one.path[..at].rfind('/').map_or(0, |slash| slash + 1);
        let inner = self.resolve(parsed, one)?;
        let behind = one.path[end..].matches('/').count();
        let mut id = inner.declaration.id.as_str();
        for _ in 0..behind {
            id = id.rsplit_once('/')?.0;
        }
        let declaration = inner
            .parsed
            .names()
            .declarations
            .iter()
            .find(|one| one.id == id)?
            .clone();
        Some(Under::Name {
            span: Span::new(
                one.span.source,
                one.span.start + start as u32,
                one.span.start + end as u32,
            ),
            found: Found {
                parsed: Arc::clone(parsed),
                declaration,
            },
        })
    }

    /// What a name in use stands for.
    pub fn resolve(&self, parsed: &Arc<Parsed>, one: &Use) -> Option<Found> {
        if let Some((noun, path)) = &one.of {
            let called = self.find(parsed, *noun, path)?;
            let around = called.declaration.span;
            let declaration = called
                .parsed
                .names()
                .declarations
                .iter()
                .find(|inner| {
                    one.nouns.contains(&inner.noun)
                        && inner.name == one.path
                        && inner.scope.is_some_and(|scope| scope.start == around.start)
                })?
                .clone();
            return Some(Found {
                parsed: called.parsed,
                declaration,
            });
        }
        one.nouns.iter().find_map(|&noun| match noun {
            Noun::Argument | Noun::Field => local(parsed, noun, one),
            // A service of the very name comes first.
            Noun::Capture
                if one.variable && self.find(parsed, Noun::Service, &one.path).is_some() =>
            {
                None
            }
            Noun::Capture => local(parsed, noun, one),
            Noun::Node => node(parsed, one),
            Noun::Service if one.variable => OF_SERVICE.iter().find_map(|rest| {
                let name = one.path.strip_suffix(rest)?;
                self.find(parsed, noun, name)
            }),
            Noun::Parameter
            | Noun::Secret
            | Noun::Role
            | Noun::Channel
            | Noun::Service
            | Noun::Metric
            | Noun::Message
            | Noun::Checklist
            | Noun::Procedure
            | Noun::Rollback
            | Noun::Baseline
            | Noun::Severity => self.find(parsed, noun, &one.path),
        })
    }

    /// The declaration of this kind that a path means in a file.
    pub fn find(&self, parsed: &Arc<Parsed>, noun: Noun, path: &str) -> Option<Found> {
        let mut at = Arc::clone(parsed);
        let mut rest = path;
        while let Some((module, inner)) = rest.split_once('.') {
            let written = at
                .names()
                .modules
                .iter()
                .find(|one| one.name == module)?
                .path
                .clone();
            at = self.module(&at, &written)?;
            rest = inner;
        }
        if rest == path
            && top_level(&at, rest).is_none()
            && let Some(module) = at
                .names()
                .modules
                .iter()
                .find(|module| module.imports.iter().any(|(name, _)| name == rest))
        {
            let written = module.path.clone();
            at = self.module(&at, &written)?;
        }
        let declaration = at
            .names()
            .declarations
            .iter()
            .find(|one| one.noun == noun && one.scope.is_none() && one.name == rest)?
            .clone();
        Some(Found {
            parsed: at,
            declaration,
        })
    }
}

/// The last part of what is written: the name itself.
pub(super) fn own_span(one: &Use) -> Span {
    let last = one.path.rfind(['.', '/']).map_or(0, |at| at as u32 + 1);
    Span::new(one.span.source, one.span.start + last, one.span.end)
}

/// What a file declares under a name for others to use.
pub(super) fn top_level<'a>(parsed: &'a Parsed, name: &str) -> Option<&'a Declaration> {
    parsed.names().declarations.iter().find(|one| {
        one.scope.is_none() && !matches!(one.noun, Noun::Node | Noun::Capture) && one.name == name
    })
}

fn local(parsed: &Arc<Parsed>, noun: Noun, one: &Use) -> Option<Found> {
    let declaration = parsed.names().declarations.iter().find(|inner| {
        let known = match inner.scope {
            Some(scope) => scope.start <= one.span.start && one.span.end <= scope.end,
            None => true,
        };
        let same = inner.name == one.path
            || one.variable
                && noun == Noun::Argument
                && OF_SERVICE
                    .iter()
                    .any(|rest| one.path.strip_suffix(rest) == Some(&inner.name));
        inner.is_one_of(&[noun]) && known && same
    })?;
    Some(Found {
        parsed: Arc::clone(parsed),
        declaration: declaration.clone(),
    })
}

/// The node that a name means, seen from the node around: beside it, beside what is around it, and
/// so on to the top; rules and rollbacks by their name alone.
fn node(parsed: &Arc<Parsed>, one: &Use) -> Option<Found> {
    let declarations = &parsed.names().declarations;
    let by_id = |id: &str| declarations.iter().find(|inner| inner.id == id);
    let mut around = one.around.as_str();
    let found = loop {
        around = around.rsplit_once('/').map_or("", |(outer, _)| outer);
        let id = if around.is_empty() {
            one.path.clone()
        } else {
            format!("{around}/{}", one.path)
        };
        if id != one.around
            && let Some(found) = by_id(&id)
        {
            break Some(found);
        }
        // Behind a slash only what stands right inside is meant: an option of a choice.
        if around.is_empty() || one.around.ends_with('/') {
            break None;
        }
    };
    let found = found.or_else(|| {
        if one.around.ends_with('/') {
            return None;
        }
        ["rollback", "severity", "monitor", "procedure", "alert"]
            .iter()
            .find_map(|kind| by_id(&format!("{kind}/{}", one.path)))
    });
    Some(Found {
        parsed: Arc::clone(parsed),
        declaration: found?.clone(),
    })
}
