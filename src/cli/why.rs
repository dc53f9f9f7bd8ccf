//! `deployc why`: from a line of what was built to the lines of the spec, and the other way round.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use deployc::backend::{Fidelity, account};
use deployc::catalogue;
use deployc::plan::Origin;
use deployc::report::visible_line;
use serde_json::{Value, json};

use super::files::Input;
use super::screen::Screen;
use super::templates::Folder;
use super::trace::{self, How, Part};
use super::trouble::Trouble;
use super::whence::{Known, made, part_at, sources, spec_of};
use super::{Exit, bug, build, disk, front};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Why {
    /// A line of a file that was built, or of a spec
    #[arg(value_name = "FILE:LINE")]
    place: String,
    /// The spec that the file was built from, where it does not say itself
    #[arg(long, value_name = "SPEC")]
    spec: Option<PathBuf>,
    /// For a line of a spec: only this target (may be repeated)
    #[arg(long, short, value_name = "TARGET")]
    target: Vec<String>,
    /// How to show the answer
    #[arg(long, value_enum, default_value = "human")]
    format: View,
}

const EXAMPLES: &str = "\
Examples:
  deployc why manifests/checkout.rollouts.yaml:43     Which lines of the spec say this?
  deployc why runbooks/checkout.md:120 --spec checkout.deploy
  deployc why checkout.deploy:47                      Where does this go in each target?
  deployc why checkout.deploy:47 --target argo-workflows --format json";

/// The views of `--format`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum View {
    /// Lines of text
    Human,
    /// One JSON document
    Json,
}

/// The version of the answer's shape.
const VERSION: u32 = 1;

/// So many ranges of lines are shown of one file.
const SHOWN: usize = 8;

impl Why {
    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        let (path, line) = place(&self.place)?;
        let spec = path.extension().is_some_and(|ending| ending == "deploy");
        bug::about(&disk::shown(&path), || match spec {
            true => self.where_to(screen, &path, line),
            false => self.where_from(screen, &path, line),
        })
    }

    fn known(&self, screen: Screen, path: &Path) -> miette::Result<Option<Known>> {
        let input = Input::File {
            path: path.to_path_buf(),
            below: PathBuf::new(),
        };
        let Some(compilation) = front::sound(screen, &input, true)? else {
            return Ok(None);
        };
        let Some(plan) = front::plan(&input, &compilation)? else {
            return Err(front::no_deployment(&input).into());
        };
        Ok(Some(Known {
            compilation,
            plan,
            stem: input.stem(),
        }))
    }

    /// From a line that was built to the spec.
    fn where_from(&self, screen: Screen, path: &Path, line: usize) -> miette::Result<Exit> {
        let shown = disk::shown(path);
        let text = disk::read(path).map_err(|error| {
            let message = format!("`{shown}` {}", error.in_words());
            match error {
                disk::ReadError::Missing | disk::ReadError::Folder => Trouble::used(message),
                _ => Trouble::worked(message),
            }
        })?;
        within(&shown, &text, line)?;
        let spec = match &self.spec {
            Some(spec) => spec.clone(),
            None => spec_of(path, &text).ok_or_else(|| {
                Trouble::used(format!(
                    "`{shown}` does not say which spec it was built from"
                ))
                .help("name it: `--spec checkout.deploy`")
            })?,
        };
        let Some(known) = self.known(screen, &spec)? else {
            return Ok(Exit::Found);
        };
        let templates = Folder::open(None)?;
        let now = made(&known, path, &text, &templates)?;
        let mut built_line = line;
        if now.built.text != text {
            screen.complain(&format!(
                "{} is out of date: the answer is for the line as it would be built\n",
                visible_line(&shown)
            ));
            built_line = trace::same_line(&text, &now.built.text, line).ok_or_else(|| {
                Trouble::used(format!("nothing of `{shown}` is built from this spec"))
            })?;
        }
        let sources = sources(&known, &now, built_line, &templates)?;
        let text = match self.format {
            View::Human => {
                let mut text = format!("{}:{line} comes from\n", visible_line(&shown));
                for source in &sources {
                    let Origin {
                        file, line, column, ..
                    } = &source.origin;
                    let _ = writeln!(
                        text,
                        "  {}:{line}:{column}: {}",
                        visible_line(file),
                        visible_line(&source.what)
                    );
                }
                text
            }
            View::Json => {
                let sources: Vec<Value> = sources
                    .iter()
                    .map(|source| json!({ "what": source.what, "origin": source.origin }))
                    .collect();
                let document = json!({
                    "version": VERSION,
                    "file": shown,
                    "line": line,
                    "target": now.backend.name(),
                    "sources": sources,
                });
                format!("{document:#}\n")
            }
        };
        screen.print(&text)?;
        Ok(Exit::Clean)
    }

    /// From a line of a spec to what is built from it.
    fn where_to(&self, screen: Screen, path: &Path, line: usize) -> miette::Result<Exit> {
        let targets = if self.target.is_empty() {
            catalogue::BACKENDS.to_vec()
        } else {
            build::targets(&self.target)?
        };
        let Some(known) = self.known(screen, path)? else {
            return Ok(Exit::Found);
        };
        let shown = disk::shown(path);
        let sources = &known.compilation.sources;
        within(&shown, sources.get(known.compilation.root).text(), line)?;
        let Some((part, source)) = part_at(&known, &shown, line) else {
            return Err(Trouble::used(format!(
                "nothing that is built stands on line {line} of `{shown}`"
            ))
            .help("name a line of a phase, a gate, a step, a rule, a metric or a service")
            .into());
        };
        let templates = Folder::open(None)?;
        let plan = &known.plan;
        let changed = trace::without(plan, part);
        let mut text = format!(
            "{}:{line}: {}\n",
            visible_line(&shown),
            visible_line(&source.what)
        );
        let mut reports = Vec::new();
        let width = targets
            .iter()
            .map(|target| target.name().len())
            .max()
            .unwrap_or(0);
        for target in targets {
            let fate = match part {
                Part::Node(node) => account(target, plan)
                    .into_iter()
                    .find(|one| one.node == node.id)
                    .map(|one| one.fidelity),
                Part::Metric(_) | Part::Service(_) => None,
            };
            let after = trace::built(target, &changed, &known.stem, &templates, How::default())?;
            let mut places: Vec<(String, Vec<(usize, usize)>)> = Vec::new();
            for before in trace::built(target, plan, &known.stem, &templates, How::default())? {
                let other = after
                    .iter()
                    .find(|other| other.path == before.path)
                    .map_or("", |other| other.text.as_str());
                let ranges = ranges(&trace::gone(&before.text, other));
                if !ranges.is_empty() {
                    places.push((before.path, ranges));
                }
            }
            let name = target.name();
            let said = match &fate {
                Some(fate) if !matches!(fate, Fidelity::Exact) => Some(format!(
                    "({}: {})",
                    fate.name(),
                    visible_line(fate.detail())
                )),
                Some(_) => None,
                None if places.is_empty() => Some("(nothing of it)".to_owned()),
                None => None,
            };
            let mut words: Vec<String> = places
                .iter()
                .map(|(path, ranges)| format!("{}:{}", visible_line(path), listed(ranges)))
                .collect();
            words.extend(said);
            let _ = writeln!(text, "  {name:<width$}  {}", words.join(" "));
            let places: Vec<Value> = places
                .iter()
                .map(|(path, ranges)| {
                    let ranges: Vec<Value> = ranges
                        .iter()
                        .map(|(first, last)| json!({ "line": first, "end_line": last }))
                        .collect();
                    json!({ "file": path, "lines": ranges })
                })
                .collect();
            reports.push(json!({ "target": name, "fidelity": fate, "places": places }));
        }
        let text = match self.format {
            View::Human => text,
            View::Json => {
                let document = json!({
                    "version": VERSION,
                    "file": shown,
                    "line": line,
                    "what": source.what,
                    "origin": source.origin,
                    "targets": reports,
                });
                format!("{document:#}\n")
            }
        };
        screen.print(&text)?;
        Ok(Exit::Clean)
    }
}

/// `FILE:LINE`, perhaps with a column behind.
fn place(text: &str) -> Result<(PathBuf, usize), Trouble> {
    let wrong = || {
        Trouble::used(format!("`{text}` names no line"))
            .help("write `FILE:LINE`: `checkout.deploy:47`")
    };
    let (head, last) = text.rsplit_once(':').ok_or_else(wrong)?;
    let number: usize = last.parse().map_err(|_| wrong())?;
    let (path, line) = match head.rsplit_once(':') {
        Some((path, line)) if !path.is_empty() => match line.parse() {
            Ok(line) => (path, line),
            Err(_) => (head, number),
        },
        Some(_) | None => (head, number),
    };
    if path.is_empty() || line == 0 {
        return Err(wrong());
    }
    Ok((PathBuf::from(path), line))
}

fn within(shown: &str, text: &str, line: usize) -> Result<(), Trouble> {
    let lines = text.lines().count();
    if line > lines {
        let lines = match lines {
            1 => "1 line".to_owned(),
            lines => format!("{lines} lines"),
        };
        return Err(Trouble::used(format!(
            "`{shown}` has {lines}, and no line {line}"
        )));
    }
    Ok(())
}

/// Lines that follow each other as ranges, both ends included.
fn ranges(lines: &BTreeSet<usize>) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for line in lines {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *line => *last = *line,
            Some(_) | None => ranges.push((*line, *line)),
        }
    }
    ranges
}

/// `3-5,9`.
fn listed(ranges: &[(usize, usize)]) -> String {
    let mut all: Vec<String> = ranges
        .iter()
        .take(SHOWN)
        .map(|(first, last)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        })
        .collect();
    if ranges.len() > SHOWN {
        all.push(format!("and {} more", ranges.len() - SHOWN));
    }
    all.join(",")
}
