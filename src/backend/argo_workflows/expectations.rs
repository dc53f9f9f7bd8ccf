//! What a command must have printed, as lines of the script that ran it; and the values that stand in what
//! is looked for.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Value, json};

use super::Builder;
use super::commands::quoted;
use super::shared::KEPT;
use super::words::safe;
use crate::backend::shell::{extended, jq_program, quoted_bytes};
use crate::plan::{Command, Expectation, Piece, Text, ValueOrigin, variable};

impl Builder<'_> {
    /// What must have been printed: standard output and then standard error, without the line breaks at
    /// their ends. A search reads all of it, so that nothing that writes to it is ended too early.
    pub fn expectations(&self, all: &[Expectation]) -> String {
        let mut out = String::new();
        let looks = |one: &Expectation| match one {
            Expectation::Contains { .. } | Expectation::Matches { .. } => true,
            Expectation::Exit { .. } | Expectation::Json { .. } => false,
        };
        if all.iter().any(looks) {
            let _ = writeln!(
                out,
                "printed=$(cat {KEPT}/output)\nerrors=$(cat {KEPT}/errors)\nsaid=$printed$errors\n\
                 if [ -n \"$printed\" ] && [ -n \"$errors\" ]; then said=$printed$'\\n'$errors; fi"
            );
        }
        for expectation in all {
            self.expectation(expectation, &mut out);
        }
        out
    }

    fn expectation(&self, expectation: &Expectation, out: &mut String) {
        match expectation {
            Expectation::Exit { .. } => {}
            Expectation::Contains { text, absent } => {
                let (there, not) = match absent {
                    true => (
                        refusal(*absent, &format!("{text} in the output")),
                        ":".to_owned(),
                    ),
                    false => (
                        ":".to_owned(),
                        refusal(*absent, &format!("{text} in the output")),
                    ),
                };
                let _ = writeln!(
                    out,
                    "case $said in\n  *{}*) {there} ;;\n  *) {not} ;;\nesac",
                    self.word(text)
                );
            }
            Expectation::Matches { pattern, absent } if pattern == Expectation::ANYTHING => {
                let test = if *absent { "-n" } else { "-z" };
                let refusal = refusal(*absent, "anything in the output");
                let _ = writeln!(out, "if [ {test} \"$said\" ]; then {refusal}; fi");
            }
            Expectation::Matches { pattern, absent } => {
                // 0: a line matches; 1: none does; anything else: nobody knows.
                let wanted = u8::from(*absent);
                let refusal = refusal(*absent, &format!("a line that matches /{pattern}/"));
                let _ = writeln!(
                    out,
                    "found=0\nprintf '%s\\n' \"$said\" | LC_ALL=C grep -E -e {} >/dev/null || found=$?\n\
                     if [ \"$found\" -ne {wanted} ]; then {refusal}; fi",
                    quoted_bytes(&extended(pattern), b"{$")
                );
            }
            Expectation::Json {
                path,
                comparator,
                value,
            } => {
                let sign = comparator.sign();
                let refusal = refusal(false, &format!("{path} {sign} {value} in the output"));
                let _ = writeln!(
                    out,
                    "if ! jq -e --arg value {} {} {KEPT}/output >/dev/null; then {refusal}; fi",
                    self.word(value),
                    quoted(&jq_program(path, sign)),
                );
            }
        }
    }

    /// A text as a word of bash: what is known is quoted, and values are variables.
    pub fn word(&self, text: &Text) -> String {
        let mut out = String::new();
        for piece in &text.pieces {
            match piece {
                Piece::Literal(words) => out.push_str(&quoted(words)),
                Piece::Parameter { parameter } if self.is_known(parameter) => {
                    let _ = write!(out, "\"${}\"", own_variable(parameter));
                }
                Piece::Parameter { parameter } => {
                    out.push_str(&quoted(&format!("{{{parameter}}}")));
                }
            }
        }
        if out.is_empty() { quoted("") } else { out }
    }

    /// The variables that such words need.
    pub fn values_in(&self, command: &Command, expect: &[Expectation]) -> Vec<Value> {
        let handed = command
            .environment
            .values()
            .filter_map(|origin| match origin {
                ValueOrigin::Text(text) => Some(text),
                ValueOrigin::Value(_)
                | ValueOrigin::Parameter(_)
                | ValueOrigin::Secret(_)
                | ValueOrigin::Capture(_) => None,
            });
        let looked_for = expect.iter().filter_map(|one| match one {
            Expectation::Contains { text, .. } | Expectation::Json { value: text, .. } => {
                Some(text)
            }
            Expectation::Exit { .. } | Expectation::Matches { .. } => None,
        });
        let names: BTreeSet<&str> = handed
            .chain(looked_for)
            .flat_map(Text::parameters)
            .filter(|name| self.is_known(name))
            .collect();
        names
            .into_iter()
            .map(|name| json!({ "name": own_variable(name), "value": self.value_of(name) }))
            .collect()
    }

    /// Whether the plan has a parameter of this name.
    pub fn is_parameter(&self, name: &str) -> bool {
        let mut parameters = self.plan.parameters.iter();
        parameters.any(|parameter| parameter.name == name)
    }

    fn is_known(&self, name: &str) -> bool {
        self.is_parameter(name) || self.known_captures.contains(name)
    }
}

/// The variable in which the script itself finds a value.
fn own_variable(name: &str) -> String {
    format!("DEPLOYC_VALUE_{}", variable(name))
}

/// Ends a script, and says why.
fn refusal(absent: bool, what: &str) -> String {
    let lead = if absent {
        "there must not be"
    } else {
        "there must be"
    };
    let words = quoted(&safe(&format!("{lead} {what}")));
    format!("{{ printf '%s\\n' {words} >&2; exit 1; }}")
}
