//! `deployc explain`: the page of a rule.

use std::fmt::Write;

use deployc::catalogue::{RULES, rule};
use deployc::compile;
use deployc::diagnostic::{Rule, nearest};
use deployc::report::{Checked, Format, Look, Report};

use super::Exit;
use super::screen::Screen;
use super::trouble::Trouble;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Explain {
    /// The code or the name of a rule; without one, all rules are listed
    #[arg(value_name = "RULE")]
    rule: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  deployc explain                    Every rule in one line
  deployc explain D0201
  deployc explain unknown-name";

impl Explain {
    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        let look = screen.look();
        let text = match &self.rule {
            None => list(look),
            Some(name) => page(find(name)?, look),
        };
        screen.print(&text)?;
        Ok(Exit::Clean)
    }
}

fn find(name: &str) -> Result<&'static Rule, Trouble> {
    rule(name).ok_or_else(|| {
        let names = RULES.iter().flat_map(|rule| [rule.name, rule.code]);
        let help = match nearest(name, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`deployc explain` lists all rules".to_owned(),
        };
        Trouble::used(format!("there is no rule `{name}`")).help(help)
    })
}

/// Words that stand out where colours are shown.
struct Paint {
    bold: &'static str,
    code: &'static str,
    plain: &'static str,
}

impl Paint {
    fn of(look: Look) -> Self {
        if look.color {
            Paint {
                bold: "\u{1b}[1m",
                code: "\u{1b}[36m",
                plain: "\u{1b}[0m",
            }
        } else {
            Paint {
                bold: "",
                code: "",
                plain: "",
            }
        }
    }
}

fn list(look: Look) -> String {
    let Paint { bold, plain, .. } = Paint::of(look);
    let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let mut out = String::new();
    for rule in RULES {
        let _ = writeln!(
            out,
            "{bold}{}{plain}  {:<width$}  {:<7}  {}",
            rule.code,
            rule.name,
            rule.level.name(),
            rule.summary,
        );
    }
    out.push_str("\n`deployc explain RULE` explains one of them.\n");
    out
}

fn page(rule: &Rule, look: Look) -> String {
    let paint = Paint::of(look);
    let Paint { bold, plain, .. } = paint;
    let mut out = format!(
        "{bold}{} {}{plain} ({}): {}\n\n",
        rule.code,
        rule.name,
        rule.level.name(),
        rule.summary
    );
    for line in rule.page.trim_end().lines() {
        // the blank between `///` and the words
        prose(&mut out, line.strip_prefix(' ').unwrap_or(line), &paint);
    }
    if !rule.bad.trim().is_empty() {
        let _ = writeln!(out, "\n{bold}A spec that breaks it:{plain}\n");
        indented(&mut out, rule.bad);
        let _ = writeln!(out, "\n{bold}What deployc says:{plain}\n");
        indented(&mut out, &said_of(rule, look));
    }
    if !rule.good.trim().is_empty() {
        let _ = writeln!(out, "\n{bold}The same, fixed:{plain}\n");
        indented(&mut out, rule.good);
    }
    if rule.allowable {
        let _ = writeln!(
            out,
            "\n{bold}To allow it where it is meant:{plain}\n\n    \
             # deployc: allow({}, reason = \"…\")",
            rule.name
        );
    }
    out
}

/// A line of Markdown; what stands between backticks is coloured instead where colours are shown.
fn prose(out: &mut String, line: &str, paint: &Paint) {
    if paint.code.is_empty() || line.matches('`').count() % 2 == 1 {
        out.push_str(line);
    } else {
        for (index, part) in line.split('`').enumerate() {
            if index % 2 == 0 {
                out.push_str(part);
            } else {
                out.push_str(paint.code);
                out.push_str(part);
                out.push_str(paint.plain);
            }
        }
    }
    out.push('\n');
}

fn indented(out: &mut String, text: &str) {
    for line in text.trim_end().lines() {
        if line.is_empty() {
            out.push('\n');
        } else {
            let _ = writeln!(out, "    {line}");
        }
    }
}

/// What a check of the example prints, word for word.
pub fn said_of(rule: &Rule, look: Look) -> String {
    let compilation = compile::example(rule, rule.bad);
    let checked = Checked {
        path: "example.deploy",
        sources: &compilation.sources,
        findings: &compilation.diagnostics,
    };
    let look = Look {
        quiet: true,
        ..look
    };
    Report::new([checked], &[], deployc::diagnostic::Level::Note).render(Format::Human(look))
}
