//! What a chapter wants drawn: fenced blocks with a view, and `{{#deploy …}}` lines.

use std::ops::Range;

use deployc::diagnostic::nearest;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// The mark of a line that is replaced.
const MARK: &str = "{{#deploy";
/// The language of a block that may be replaced.
const LANGUAGE: &str = "deploy";

/// Something that is drawn in the place of a part of a chapter.
#[derive(Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What is replaced, in bytes of the chapter.
    pub place: Range<usize>,
    /// The line on which it begins, one-based.
    pub line: usize,
    /// What stands before it on its line: blanks, `>`, the mark of a list.
    pub before: String,
    /// The level of the heading under which it stands; 0 where there is none.
    pub level: usize,
    /// Where the spec comes from.
    pub spec: Spec,
    /// What is drawn of it.
    pub view: View,
    /// Whether the block is kept above what is drawn.
    pub source: bool,
}

/// Where a spec comes from.
#[derive(Debug, PartialEq, Eq)]
pub enum Spec {
    /// It stands in the chapter, from this line on.
    Here {
        /// Its text.
        text: String,
        /// Its first line, one-based.
        line: usize,
    },
    /// A file, seen from the folder of the chapter.
    File(String),
}

/// What is drawn of a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// The runbook.
    Runbook,
    /// The schedule.
    Timeline,
    /// The graph: of everything, of one part, or of the critical path.
    Graph {
        /// The part, by its id or last name.
        phase: Option<String>,
        /// Whether only what determines the end is drawn.
        critical_path: bool,
    },
}

/// A mistake in what is wanted.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Its line, one-based.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// What a chapter wants drawn, in its order.
pub fn wanted(chapter: &str) -> Result<Vec<Wanted>, Mistake> {
    let lines = Lines::of(chapter);
    let mut wanted = Vec::new();
    let mut headings: Vec<(usize, usize)> = Vec::new();
    let mut code: Vec<Range<usize>> = Vec::new();
    let mut open: Option<(Range<usize>, String, String)> = None;
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    for (event, place) in Parser::new_ext(chapter, options).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                headings.push((place.start, depth(level)));
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                code.push(place.clone());
                if let CodeBlockKind::Fenced(info) = kind {
                    open = Some((place, info.to_string(), String::new()));
                }
            }
            Event::Text(text) => {
                if let Some((_, _, inside)) = &mut open {
                    inside.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((place, info, text)) = open.take() {
                    let line = lines.number(place.start);
                    if let Some((view, source)) = of_fence(&info, line)? {
                        wanted.push(Wanted {
                            line,
                            before: lines.before(place.start).to_owned(),
                            level: 0,
                            spec: Spec::Here {
                                text,
                                line: line + 1,
                            },
                            view,
                            source,
                            place,
                        });
                    }
                }
            }
            Event::Code(_) => code.push(place),
            _ => {}
        }
    }
    for (at, _) in chapter.match_indices(MARK) {
        let inside_code = code.iter().any(|place| place.contains(&at));
        if inside_code || chapter[..at].ends_with('\\') {
            continue;
        }
        wanted.push(of_line(&lines, at)?);
    }
    wanted.sort_by_key(|one| one.place.start);
    for one in &mut wanted {
        let above = headings.iter().rfind(|(at, _)| *at < one.place.start);
        one.level = above.map_or(0, |(_, level)| *level);
    }
    Ok(wanted)
}

fn depth(level: HeadingLevel) -> usize {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// The view of a fenced block, and whether the block is kept; nothing for code that stays code.
fn of_fence(info: &str, line: usize) -> Result<Option<(View, bool)>, Mistake> {
    let mut words = info.split([' ', ',', '\t']).filter(|word| !word.is_empty());
    if words.next() != Some(LANGUAGE) {
        return Ok(None);
    }
    let words: Vec<&str> = words.collect();
    match words.iter().any(|word| VIEWS.contains(word)) {
        true => view(&words, line).map(Some),
        false => Ok(None),
    }
}

/// A line `{{#deploy path view}}`.
fn of_line(lines: &Lines<'_>, at: usize) -> Result<Wanted, Mistake> {
    let number = lines.number(at);
    let mistake = |message: String| Mistake {
        line: number,
        message,
        help: "write `{{#deploy path/to/spec.deploy runbook}}` on a line of its own".to_owned(),
    };
    let rest = lines.rest(at);
    let before = lines.before(at);
    let alone = before
        .chars()
        .all(|letter| matches!(letter, ' ' | '\t' | '>' | '-' | '*' | '+'));
    let inside = rest
        .trim_end()
        .strip_prefix(MARK)
        .and_then(|rest| rest.strip_suffix("}}"))
        .filter(|inside| alone && !inside.contains("}}"))
        .ok_or_else(|| mistake("`{{#deploy` shares its line with other words".to_owned()))?
        .trim();
    let (path, words) = match inside.strip_prefix('"') {
        Some(quoted) => quoted
            .split_once('"')
            .ok_or_else(|| mistake("the quotes around the path are not closed".to_owned()))?,
        None => inside.split_once([' ', '\t']).unwrap_or((inside, "")),
    };
    if path.is_empty() {
        return Err(mistake("`{{#deploy` names no spec".to_owned()));
    }
    let words: Vec<&str> = words
        .split([' ', ',', '\t'])
        .filter(|word| !word.is_empty())
        .collect();
    let (view, source) = view(&words, number)?;
    if source {
        return Err(Mistake {
            line: number,
            message: "`source` is for blocks: a line has no source to keep".to_owned(),
            help: "show the file with `{{#include path/to/spec.deploy}}` in a fenced block"
                .to_owned(),
        });
    }
    Ok(Wanted {
        place: at..at + rest.trim_end().len(),
        line: number,
        before: before.to_owned(),
        level: 0,
        spec: Spec::File(path.to_owned()),
        view,
        source,
    })
}

const VIEWS: [&str; 3] = ["runbook", "timeline", "graph"];
const OPTIONS: [&str; 3] = ["critical-path", "phase=", "source"];

/// The view that some words ask for: the runbook where they name none.
fn view(words: &[&str], line: usize) -> Result<(View, bool), Mistake> {
    let mistake = |message: String, help: &str| Mistake {
        line,
        message,
        help: help.to_owned(),
    };
    let mut named: Option<&str> = None;
    let mut phase = None;
    let mut critical_path = false;
    let mut source = false;
    for word in words {
        match *word {
            "source" => source = true,
            "critical-path" => critical_path = true,
            view if VIEWS.contains(&view) => {
                if let Some(other) = named.replace(view) {
                    return Err(mistake(
                        format!("both `{other}` and `{view}` are asked for"),
                        "write a block or a line for each",
                    ));
                }
            }
            other => match other.strip_prefix("phase=") {
                Some(name) if !name.is_empty() => phase = Some(name.to_owned()),
                Some(_) | None => {
                    let known = VIEWS.into_iter().chain(OPTIONS);
                    let help = match nearest(other, known) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "a view is `runbook`, `timeline` or `graph`".to_owned(),
                    };
                    return Err(mistake(
                        format!("there is no view or option `{other}`"),
                        &help,
                    ));
                }
            },
        }
    }
    let graph = named == Some("graph");
    if !graph && (phase.is_some() || critical_path) {
        let help = "write `graph phase=NAME` or `graph critical-path`";
        return Err(mistake("only a graph shows a part".to_owned(), help));
    }
    if phase.is_some() && critical_path {
        let help = "write `phase=NAME` or `critical-path`";
        return Err(mistake(
            "a graph shows one part or the critical path".to_owned(),
            help,
        ));
    }
    let view = match named {
        Some("timeline") => View::Timeline,
        Some("graph") => View::Graph {
            phase,
            critical_path,
        },
        Some(_) | None => View::Runbook,
    };
    Ok((view, source))
}

/// The lines of a chapter.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Lines {
            text,
            starts: std::iter::once(0).chain(ends).collect(),
        }
    }

    /// The number of the line of a place, one-based.
    fn number(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at)
    }

    /// What stands before a place on its line.
    fn before(&self, at: usize) -> &'a str {
        &self.text[self.starts[self.number(at) - 1]..at]
    }

    /// From a place to the end of its line.
    fn rest(&self, at: usize) -> &'a str {
        let end = self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |end| at + end);
        &self.text[at..end]
    }
}

#[cfg(test)]
mod tests {
    use super::{Spec, View, wanted};

    fn views(chapter: &str) -> Vec<(usize, View)> {
        wanted(chapter)
            .expect("no mistake")
            .into_iter()
            .map(|one| (one.line, one.view))
            .collect()
    }

    #[test]
    fn code_stays_code() {
        for code in [
            "```deploy\nedition 2026\n```\n",
            "```deploy fragment\nx\n```\n",
            "```text\n{{#deploy a.deploy}}\n```\n",
            "    {{#deploy a.deploy}}\n",
            "`{{#deploy a.deploy}}`\n",
            "\\{{#deploy a.deploy}}\n",
            "```sh runbook\nx\n```\n",
            "```deployment graph\nx\n```\n",
        ] {
            assert_eq!(views(code), vec![], "{code}");
        }
    }

    #[test]
    fn blocks_and_lines_are_found() {
        let chapter = "# One\n\n```deploy runbook\na\n```\n\n## Two\n\n> {{#deploy ../x/b.deploy timeline}}\n\n\
                       - item\n\n  ```deploy,graph,phase=go,source\n  c\n    d\n  ```\n\n{{#deploy \"a b.deploy\"}}\n";
        let wanted = wanted(chapter).expect("no mistake");
        let lines: Vec<(usize, usize, &str)> = wanted
            .iter()
            .map(|one| (one.line, one.level, one.before.as_str()))
            .collect();
        assert_eq!(
            lines,
            [(3, 1, ""), (9, 2, "> "), (13, 2, "  "), (18, 2, "")]
        );
        assert_eq!(wanted[0].view, View::Runbook);
        assert_eq!(wanted[1].view, View::Timeline);
        assert_eq!(wanted[1].spec, Spec::File("../x/b.deploy".to_owned()));
        let graph = View::Graph {
            phase: Some("go".to_owned()),
            critical_path: false,
        };
        assert_eq!(wanted[2].view, graph);
        assert!(wanted[2].source);
        let here = Spec::Here {
            text: "c\n  d\n".to_owned(),
            line: 14,
        };
        assert_eq!(wanted[2].spec, here);
        assert_eq!(wanted[3].spec, Spec::File("a b.deploy".to_owned()));
        assert_eq!(
            &chapter[wanted[3].place.clone()],
            "{{#deploy \"a b.deploy\"}}"
        );
    }

    #[test]
    fn mistakes_say_where_and_what() {
        let said = |chapter: &str| {
            let mistake = wanted(chapter).expect_err("a mistake");
            format!("{}: {}; {}", mistake.line, mistake.message, mistake.help)
        };
        assert_eq!(
            said("\n{{#deploy a.deploy runbok}}\n"),
            "2: there is no view or option `runbok`; did you mean `runbook`?"
        );
        assert!(said("see {{#deploy a.deploy}}").contains("shares its line"));
        assert!(said("{{#deploy a.deploy}} and on").contains("shares its line"));
        assert!(said("{{#deploy}}").contains("names no spec"));
        assert!(said("{{#deploy a.deploy runbook graph}}").contains("both"));
        assert!(said("{{#deploy a.deploy timeline critical-path}}").contains("only a graph"));
        assert!(said("{{#deploy a.deploy source}}").contains("no source"));
        assert!(said("```deploy graph phase=a critical-path\n```").contains("one part or"));
        assert!(said("{{#deploy \"a.deploy}}").contains("quotes"));
    }
}
