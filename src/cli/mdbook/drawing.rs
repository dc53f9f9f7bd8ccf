//! From a plan to what stands in a chapter.

use deployc::backend::graph::{Form, View as GraphView, chart};
use deployc::backend::timeline::{Paper, timeline};
use deployc::backend::{Embedded, markdown};
use deployc::plan::Plan;
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::chapter::View;
use crate::cli::graph::part;
use crate::cli::trouble::Trouble;

/// Columns of a timeline in text.
const COLUMNS: usize = 100;
/// The lowest heading of Markdown.
const LOWEST: usize = 6;

/// How a book is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// As pages that show pictures.
    Html,
    /// Anything else.
    Text,
}

/// A view of a plan, as Markdown under a heading of this level. `number` tells the runbooks of one
/// chapter apart: the first has the number 0.
pub fn draw(
    plan: &Plan,
    view: &View,
    medium: Medium,
    level: usize,
    number: usize,
) -> Result<String, Trouble> {
    match view {
        View::Runbook => {
            let whole = chart(plan, GraphView::Whole).map(|chart| chart.write(Form::Svg));
            let image = whole
                .filter(|_| medium == Medium::Html)
                .map(|svg| picture(&svg, "What depends on what"));
            let text =
                markdown::document(plan, &Embedded, image.as_deref()).map_err(Trouble::worked)?;
            let text = match number {
                0 => text,
                number => apart(&text, number),
            };
            Ok(below(&text, level))
        }
        View::Timeline => {
            let timeline = timeline(plan).ok_or_else(|| {
                Trouble::used("no times are known, so there is no timeline")
                    .help("say when it starts: `starts 2026-03-10 09:00 Europe/Berlin`")
            })?;
            Ok(match medium {
                Medium::Html => picture(&timeline.svg(), "Timeline"),
                Medium::Text => fenced(
                    &timeline.text(Paper {
                        width: COLUMNS,
                        ascii: false,
                        color: false,
                    }),
                    "text",
                ),
            })
        }
        View::Graph {
            phase,
            critical_path,
        } => {
            let view = match phase {
                Some(name) => GraphView::Within(part(plan, name)?),
                None if *critical_path => GraphView::CriticalPath,
                None => GraphView::Whole,
            };
            let chart = chart(plan, view).ok_or_else(|| {
                Trouble::used("no times are known, so no path is critical")
                    .help("give phases times: `at 07:00`, `takes 10m`, `from T+1h to T+2h`")
            })?;
            Ok(match medium {
                Medium::Html => picture(&chart.write(Form::Svg), "What depends on what"),
                Medium::Text => fenced(&chart.write(Form::Mermaid), "mermaid"),
            })
        }
    }
}

/// A picture in a block of HTML: a blank line would end it.
fn picture(svg: &str, name: &str) -> String {
    let lines: Vec<&str> = svg.lines().filter(|line| !line.trim().is_empty()).collect();
    format!(
        "<div class=\"deploy-picture\" style=\"overflow-x: auto\" role=\"group\" aria-label=\"{name}\" \
         tabindex=\"0\">\n{}\n</div>",
        lines.join("\n")
    )
}

fn fenced(text: &str, language: &str) -> String {
    format!("```{language}\n{}\n```", text.trim_end())
}

/// The document with its headings below one of this level.
fn below(text: &str, level: usize) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut done = 0;
    for (event, place) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        let Event::Start(Tag::Heading { level: own, .. }) = event else {
            continue;
        };
        // The runbook's headings are written with marks before them.
        let line = &text[place.start..];
        let marks = line.bytes().take_while(|byte| *byte == b'#').count();
        if marks == 0 {
            continue;
        }
        let deeper = (own as usize + level)
            .min(LOWEST)
            .saturating_sub(own as usize);
        out.push_str(&text[done..place.start]);
        out.push_str(&"#".repeat(deeper));
        done = place.start;
    }
    out.push_str(&text[done..]);
    out
}

/// The document with anchors of its own, for a chapter that holds several.
fn apart(text: &str, number: usize) -> String {
    let name = number + 1;
    text.replace("<a id=\"", &format!("<a id=\"{name}/"))
        .replace("](#", &format!("](#{name}/"))
}

/// The text in the place of what stood behind `before` on its line: every line is moved there.
pub fn placed(text: &str, before: &str) -> String {
    let rest: String = before
        .chars()
        .map(|letter| if letter == '>' { '>' } else { ' ' })
        .collect();
    text.lines()
        .enumerate()
        .map(|(index, line)| match (index, line.is_empty()) {
            (0, _) => line.to_owned(),
            (_, true) => rest.trim_end().to_owned(),
            (_, false) => format!("{rest}{line}"),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::{apart, below, placed};

    #[test]
    fn headings_move_and_code_does_not() {
        let text = "# A\n\n```sh\n# B\n```\n\n## C\n\n##### D\n\n> # E\n";
        let moved = "### A\n\n```sh\n# B\n```\n\n#### C\n\n###### D\n\n> ### E\n";
        assert_eq!(below(text, 2), moved);
        assert_eq!(below(text, 0), text);
    }

    #[test]
    fn lines_keep_their_place() {
        assert_eq!(placed("a\n\nb", "> "), "a\n>\n> b");
        assert_eq!(placed("a\n  b", "- "), "a\n    b");
    }

    #[test]
    fn a_second_runbook_has_anchors_of_its_own() {
        assert_eq!(
            apart("<a id=\"x\"></a> [y](#x)", 1),
            "<a id=\"2/x\"></a> [y](#2/x)"
        );
    }
}
