//! In: the text of a `deployc.toml`. Out: the level of each rule, which packs of rules are off, and
//! where runbooks are published.
//! Knows nothing of where the file lies. toml lives here and nowhere else.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use toml::de::{DeTable, DeValue};

use crate::catalogue::RULES;
use crate::diagnostic::{Category, Diagnostic, Level, nearest};

/// What a `deployc.toml` says.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The level of a rule by its code; nothing where it is off.
    levels: BTreeMap<&'static str, Option<Level>>,
    /// Where runbooks are published; `{spec}` stands for the name of the spec.
    runbook_url: Option<String>,
}

/// What can't be read in a `deployc.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, counted from one.
    pub line: usize,
    /// One lower-case sentence without a full stop.
    pub message: String,
    /// What to do; empty where the message says it.
    pub help: String,
}

const LEVELS: &[&str] = &["error", "warning", "note", "off"];
const TABLES: &[&str] = &["rules", "packs", "build"];

/// The setting that says where runbooks are published.
const RUNBOOK_URL: &str = "runbook-url";

impl Settings {
    /// Reads a file. What it does not know is a mistake, so that no setting is lost in silence.
    pub fn read(text: &str) -> Result<Settings, Mistake> {
        let line_of = |at: usize| {
            text.get(..at)
                .map_or(1, |before| before.matches('\n').count() + 1)
        };
        let document = DeTable::parse(text).map_err(|error| Mistake {
            line: error.span().map_or(1, |span| line_of(span.start)),
            message: error.message().to_lowercase(),
            help: String::new(),
        })?;
        let mut settings = Settings::default();
        let tables = document.into_inner();
        // Packs first: what is said of a rule says more than what is said of its pack.
        for wanted in ["packs", "rules", "build"] {
            for (key, value) in &tables {
                let name: &str = key.get_ref();
                let line = line_of(key.span().start);
                if !TABLES.contains(&name) {
                    return Err(unknown("setting", name, line, TABLES.iter().copied()));
                }
                if name != wanted {
                    continue;
                }
                let DeValue::Table(entries) = value.get_ref() else {
                    return Err(Mistake {
                        line,
                        message: format!("`{name}` is a table: `[{name}]`"),
                        help: String::new(),
                    });
                };
                for (key, value) in entries {
                    let line = line_of(key.span().start);
                    let (name, value): (&str, _) = (key.get_ref(), value.get_ref());
                    match wanted {
                        "packs" => settings.pack(name, value, line)?,
                        "build" => settings.build(name, value, line)?,
                        _ => settings.rule(name, value, line)?,
                    }
                }
            }
        }
        Ok(settings)
    }

    fn pack(&mut self, name: &str, value: &DeValue<'_>, line: usize) -> Result<(), Mistake> {
        let mut packs = Category::PACKS.iter();
        let Some(pack) = packs.find(|pack| pack.name() == name) else {
            let names = Category::PACKS.iter().map(|pack| pack.name());
            return Err(unknown("pack", name, line, names));
        };
        let DeValue::Boolean(on) = value else {
            return Err(Mistake {
                line,
                message: format!("the pack `{name}` is on or off"),
                help: format!("write `{name} = false`"),
            });
        };
        if *on {
            return Ok(());
        }
        let rules = RULES.iter().filter(|rule| rule.allowable);
        for rule in rules.filter(|rule| rule.category == *pack) {
            self.levels.insert(rule.code, None);
        }
        Ok(())
    }

    fn build(&mut self, name: &str, value: &DeValue<'_>, line: usize) -> Result<(), Mistake> {
        if name != RUNBOOK_URL {
            return Err(unknown(
                "setting of `[build]`",
                name,
                line,
                [RUNBOOK_URL].into_iter(),
            ));
        }
        let url = match value {
            DeValue::String(url) => url.trim_end_matches('#'),
            _ => "",
        };
        if !(url.starts_with("https://") || url.starts_with("http://"))
            || url.contains(|letter: char| letter.is_whitespace() || letter == '#')
        {
            return Err(Mistake {
                line,
                message: format!("`{RUNBOOK_URL}` is the address of a page"),
                help: format!(
                    "write `{RUNBOOK_URL} = \"https://runbooks.example.com/{{spec}}.html\"`; `{{spec}}` stands for the name of the spec"
                ),
            });
        }
        self.runbook_url = Some(url.to_owned());
        Ok(())
    }

    /// The address under which the runbook of a spec is published. `spec` is the name of its file
    /// without the ending.
    pub fn runbook_url(&self, spec: &str) -> Option<String> {
        let url = self.runbook_url.as_deref()?;
        Some(url.replace("{spec}", spec))
    }

    fn rule(&mut self, name: &str, value: &DeValue<'_>, line: usize) -> Result<(), Mistake> {
        let Some(rule) = RULES.iter().find(|rule| rule.name == name) else {
            return Err(unknown(
                "rule",
                name,
                line,
                RULES.iter().map(|rule| rule.name),
            ));
        };
        let wrong = |message: String| Mistake {
            line,
            message,
            help: "one of `error`, `warning`, `note`, `off`".to_owned(),
        };
        let DeValue::String(word) = value else {
            return Err(wrong(format!("the level of `{name}` is a word")));
        };
        let word: &str = word;
        let level = match word {
            "error" => Some(Level::Error),
            "warning" => Some(Level::Warning),
            "note" => Some(Level::Note),
            "off" => None,
            _ => {
                let mut mistake = wrong(format!("`{word}` is no level"));
                if let Some(near) = nearest(word, LEVELS.iter().copied()) {
                    mistake.help = format!("did you mean `{near}`?");
                }
                return Err(mistake);
            }
        };
        if !rule.allowable && level != Some(Level::Error) {
            return Err(Mistake {
                line,
                message: format!("`{name}` is always an error"),
                help: "what it finds has no meaning otherwise: leave this line out".to_owned(),
            });
        }
        self.levels.insert(rule.code, level);
        Ok(())
    }

    /// The findings at the levels that are set, without those of rules that are off.
    pub fn apply(&self, findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
        findings
            .into_iter()
            .filter_map(|mut finding| match self.levels.get(finding.rule.code) {
                None => Some(finding),
                Some(Some(level)) => {
                    finding.level = *level;
                    Some(finding)
                }
                Some(None) => None,
            })
            .collect()
    }
}

fn unknown<'a>(
    what: &str,
    name: &str,
    line: usize,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Mistake {
    let help = match nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if what == "rule" => "`deployc explain` lists the rules".to_owned(),
        None => format!("one of `{}`", known.collect::<Vec<_>>().join("`, `")),
    };
    Mistake {
        line,
        message: format!("no {what} is called `{name}`"),
        help,
    }
}

/// The JSON Schema of a `deployc.toml`, for editors.
pub fn schema() -> Value {
    let mut rules = serde_json::Map::new();
    for rule in RULES.iter().filter(|rule| rule.allowable) {
        let about = format!(
            "{}: {} ({} unless set)",
            rule.code,
            rule.summary,
            rule.level.name()
        );
        rules.insert(
            rule.name.to_owned(),
            json!({ "description": about, "enum": LEVELS }),
        );
    }
    let mut packs = serde_json::Map::new();
    for pack in Category::PACKS {
        packs.insert(
            pack.name().to_owned(),
            json!({ "description": pack.about(), "type": "boolean", "default": true }),
        );
    }
    let build = serde_json::Map::from_iter([(
        RUNBOOK_URL.to_owned(),
        json!({
            "description": "Where runbooks are published: alerts link there. `{spec}` stands for the name of the spec, without `.deploy`.",
            "type": "string",
            "format": "uri-template",
            "pattern": "^https?://[^#\\s]+$",
            "examples": ["https://runbooks.example.com/{spec}.html"]
        }),
    )]);
    let table = |about: &str, properties: serde_json::Map<String, Value>| {
        json!({
            "description": about,
            "type": "object",
            "properties": properties,
            "additionalProperties": false
        })
    };
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "deployc.toml",
        "description": "How deployc checks and builds the specs below the folder of this file.",
        "type": "object",
        "properties": {
            "rules": table("The level of each rule: `error`, `warning`, `note` or `off`.", rules),
            "packs": table("Packs of rules that are turned off: `platform = false`.", packs),
            "build": table("What `deployc build` writes.", build)
        },
        "additionalProperties": false
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mistake(text: &str) -> (usize, String, String) {
        let mistake = Settings::read(text).expect_err("a mistake");
        (mistake.line, mistake.message, mistake.help)
    }

    #[test]
    fn what_is_not_known_is_a_mistake() {
        let of = |line, message: &str, help: &str| (line, message.to_owned(), help.to_owned());
        assert_eq!(
            mistake("[rules]\nband-gapp = \"error\"\n"),
            of(
                2,
                "no rule is called `band-gapp`",
                "did you mean `band-gap`?"
            )
        );
        assert_eq!(
            mistake("\n[pack]\nplatform = false\n"),
            of(2, "no setting is called `pack`", "did you mean `packs`?")
        );
        assert_eq!(
            mistake("[packs]\nplatforms = false\n"),
            of(
                2,
                "no pack is called `platforms`",
                "did you mean `platform`?"
            )
        );
        assert_eq!(
            mistake("[rules]\nband-gap = \"eror\"\n"),
            of(2, "`eror` is no level", "did you mean `error`?")
        );
        assert_eq!(
            mistake("[build]\nrunbook-uri = \"https://x.org\"\n"),
            of(
                2,
                "no setting of `[build]` is called `runbook-uri`",
                "did you mean `runbook-url`?"
            )
        );
        assert_eq!(
            mistake("[build]\nrunbook-url = \"docs/\"\n").1,
            "`runbook-url` is the address of a page"
        );
        let settings = Settings::read("[build]\nrunbook-url = \"https://x.org/{spec}.html\"\n");
        assert_eq!(
            settings.expect("it is read").runbook_url("shop").as_deref(),
            Some("https://x.org/shop.html")
        );
        assert_eq!(
            mistake("[rules]\nunknown-name = \"off\"\n").1,
            "`unknown-name` is always an error"
        );
        assert_eq!(mistake("[rules\n").0, 1);
    }

    #[test]
    fn a_rule_says_more_than_its_pack() {
        let settings = Settings::read("[rules]\nvague = \"error\"\n[packs]\nwording = false\n")
            .expect("settings");
        assert_eq!(settings.levels.get("D0611"), Some(&Some(Level::Error)));
        assert_eq!(settings.levels.get("D0614"), Some(&None));
        assert_eq!(settings.levels.get("D0502"), None);
    }

    #[test]
    fn every_pack_has_rules_that_can_be_allowed() {
        for pack in Category::PACKS {
            let mut own = RULES.iter().filter(|rule| rule.category == *pack);
            assert!(own.any(|rule| rule.allowable), "{}", pack.name());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
            let _ = Settings::read(&text);
        }
    }
}
