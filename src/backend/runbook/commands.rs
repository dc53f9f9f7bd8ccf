//! Commands: what their result must be, and what else there is to know of them.

use super::sentences::{Sentences, and};
use crate::plan::{Attempts, Command, Effect, Expectation, ValueType, variable};

/// A sentence about a command.
pub struct Fact {
    /// What it is about.
    pub about: About,
    /// The sentence.
    pub words: String,
}

/// What a sentence about a command is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// What must be true after it.
    Result,
    /// How often it is tried.
    Attempts,
    /// What it does to the world.
    Effect,
    /// The command of one line that takes it back.
    Undo,
    /// Where its output is kept.
    Kept,
    /// What it reads from its environment.
    Needs,
}

impl Sentences<'_> {
    /// What must be true after a command.
    pub fn expectation(&self, expectation: &Expectation) -> String {
        match expectation {
            Expectation::Exit { code: exit } => format!("exit code {exit}"),
            Expectation::Contains { text: said, absent } => {
                let verb = if *absent { "no" } else { "the output shows" };
                format!("{verb} {}", self.markup.code(&said.to_string()))
            }
            Expectation::Matches { pattern, absent } if pattern == Expectation::ANYTHING => {
                let what = if *absent { "nothing" } else { "something" };
                format!("{what} is printed")
            }
            Expectation::Matches { pattern, absent } => {
                let verb = if *absent {
                    "no line matches"
                } else {
                    "a line matches"
                };
                format!("{verb} {}", self.markup.code(&format!("/{pattern}/")))
            }
            Expectation::Json {
                path,
                comparator,
                value,
            } => format!(
                "{} {} {}",
                self.markup.code(path),
                self.markup.words(comparator.sign()),
                self.markup.code(&value.to_string())
            ),
        }
    }

    /// What a reader must know of a command besides its text, one sentence each.
    pub fn about_command(
        &self,
        command: &Command,
        expect: &[Expectation],
        effect: &Effect,
        attempts: Option<&Attempts>,
        capture: Option<&str>,
    ) -> Vec<Fact> {
        let mut facts = Vec::new();
        let mut fact = |about: About, words: String| facts.push(Fact { about, words });
        if !expect.is_empty() {
            // What the output shows is said once, with all of it.
            let shown = |one: &Expectation| match one {
                Expectation::Contains {
                    text,
                    absent: false,
                } => Some(self.markup.code(&text.to_string())),
                _ => None,
            };
            let mut shows: Vec<String> = expect.iter().filter_map(shown).collect();
            let all = expect.iter().filter_map(|one| match shown(one) {
                Some(_) if shows.is_empty() => None,
                Some(_) => Some(format!(
                    "the output shows {}",
                    and(std::mem::take(&mut shows))
                )),
                None => Some(self.expectation(one)),
            });
            let all = all.collect();
            fact(About::Result, format!("Expect: {}.", and(all)));
        }
        if let Some(attempts) = attempts {
            let pause = attempts
                .every
                .as_ref()
                .map(|every| format!(", {every} apart"))
                .unwrap_or_default();
            let times = match attempts.retries {
                1 => "once".to_owned(),
                times => format!("up to {times} times"),
            };
            fact(
                About::Attempts,
                format!("If it fails, try again {times}{pause}."),
            );
        }
        match effect {
            Effect::Undeclared | Effect::ReadsOnly => {}
            Effect::Idempotent => fact(About::Effect, "May be run again.".to_owned()),
            Effect::Undo { undo } if !undo.text.contains('\n') => {
                fact(
                    About::Undo,
                    format!("Undo: {}", self.markup.code(&undo.text)),
                );
            }
            Effect::Undo { .. } => {}
            Effect::Irreversible { why } if why.is_empty() => {
                fact(About::Effect, self.markup.strong("Can't be undone."));
            }
            Effect::Irreversible { why } => fact(
                About::Effect,
                format!(
                    "{}: {}.",
                    self.markup.strong("Can't be undone"),
                    self.markup.text(why)
                ),
            ),
        }
        facts.extend(capture.map(|name| self.kept("the output", name)));
        facts.extend(
            self.needs(std::iter::once(command).chain(effect.undo()))
                .map(|words| Fact {
                    about: About::Needs,
                    words,
                }),
        );
        facts
    }

    /// What a reader must know of a blank besides its line.
    pub fn about_record(&self, value: &ValueType, capture: Option<&str>) -> Vec<Fact> {
        let what = match value {
            ValueType::Number => "the number",
            ValueType::Text
            | ValueType::Date
            | ValueType::Time
            | ValueType::YesNo
            | ValueType::Choice(_)
            | ValueType::Person => "it",
        };
        let kept = capture.map(|name| self.kept(what, name));
        kept.into_iter().collect()
    }

    /// That something is kept for later commands.
    fn kept(&self, what: &str, name: &str) -> Fact {
        let variable = self.markup.code(&format!("${}", variable(name)));
        Fact {
            about: About::Kept,
            words: format!("Keep {what} as {variable}."),
        }
    }
}
