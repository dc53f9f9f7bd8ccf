//! In: templates by name, embedded or given. Out: what is written with them. The embedded ones are read
//! once in a process: to read them takes longer than to write a runbook.
//! Knows nothing of what is written.

use std::borrow::Cow;
use std::sync::OnceLock;

use handlebars::Handlebars;
use serde_json::Value;

use super::Templates;

/// Embedded templates.
pub struct Set {
    embedded: &'static [(&'static str, &'static str)],
    prepare: fn(&mut Handlebars<'static>),
    read: OnceLock<Result<Handlebars<'static>, String>>,
}

impl Set {
    /// Templates by name; `--templates DIR` replaces them by `DIR/<name>.hbs`. `prepare` says how texts
    /// are escaped, and which helpers there are.
    pub const fn new(
        embedded: &'static [(&'static str, &'static str)],
        prepare: fn(&mut Handlebars<'static>),
    ) -> Set {
        Set {
            embedded,
            prepare,
            read: OnceLock::new(),
        }
    }

    /// The embedded templates by name.
    #[cfg(test)]
    pub fn embedded(&self) -> &'static [(&'static str, &'static str)] {
        self.embedded
    }

    /// The templates, with those that are replaced in their place.
    pub fn with(&'static self, templates: &dyn Templates) -> Result<Filled, String> {
        let read = self.read.get_or_init(|| {
            let mut handlebars = Handlebars::new();
            handlebars.set_strict_mode(true);
            (self.prepare)(&mut handlebars);
            for (name, text) in self.embedded {
                register(&mut handlebars, name, text)?;
            }
            Ok(handlebars)
        });
        let mut handlebars = Cow::Borrowed(read.as_ref().map_err(Clone::clone)?);
        for (name, _) in self.embedded {
            if let Some(text) = templates.template(name) {
                register(handlebars.to_mut(), name, &text)?;
            }
        }
        Ok(Filled { handlebars })
    }
}

fn register(handlebars: &mut Handlebars<'static>, name: &str, text: &str) -> Result<(), String> {
    handlebars
        .register_template_string(name, text)
        .map_err(|error| format!("the template `{name}.hbs` can't be read: {error}"))
}

/// Templates that can be filled in.
pub struct Filled {
    handlebars: Cow<'static, Handlebars<'static>>,
}

impl Filled {
    /// The text of a template with data filled in.
    pub fn render(&self, template: &str, data: &Value) -> Result<String, String> {
        self.handlebars
            .render(template, data)
            .map_err(|error| format!("the template `{template}.hbs` can't be filled in: {error}"))
    }
}
