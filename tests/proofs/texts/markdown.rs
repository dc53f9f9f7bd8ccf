//! Markdown, as pulldown-cmark reads it, and cmark-gfm where it is there.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use deployc::backend::markdown::Markdown;
use deployc::plan::Plan;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::slots::{Filled, Slots};
use super::{built, shown};

pub fn runbook(plan: &Plan) -> String {
    built(&Markdown, plan).remove(0).text
}

/// Everything that some reader of Markdown knows.
fn options() -> Options {
    let all = Options::all();
    all & !Options::ENABLE_OLD_FOOTNOTES & !Options::ENABLE_SMART_PUNCTUATION
}

/// The parts of a document without its words, and its words, a line for each part.
pub fn read(text: &str) -> (Vec<String>, Vec<String>) {
    let mut shape = Vec::new();
    let mut lines = vec![String::new()];
    let mut chart = false;
    for event in Parser::new_ext(text, options()) {
        match event {
            Event::Start(tag) => {
                chart |= matches!(&tag, Tag::CodeBlock(CodeBlockKind::Fenced(language)) if &**language == "mermaid");
                let spans = matches!(
                    tag,
                    Tag::Link { .. } | Tag::Strong | Tag::Emphasis | Tag::Strikethrough
                );
                if !spans {
                    lines.push(String::new());
                }
                shape.push(match tag {
                    Tag::Link { dest_url, .. } if dest_url.starts_with('#') => "link".to_owned(),
                    Tag::Link { dest_url, .. } => format!("link to {dest_url}"),
                    // An id or a class of its own would be seen.
                    tag => format!("{tag:?}"),
                });
            }
            Event::End(tag) => {
                chart &= tag != TagEnd::CodeBlock;
                shape.push(format!("{tag:?}"));
            }
            // Its labels are numbers for the most part.
            Event::Text(_) if chart => {}
            Event::Text(words) => lines.last_mut().expect("a line").push_str(&words),
            Event::Code(words) => lines.last_mut().expect("a line").push_str(&words),
            Event::SoftBreak => lines.last_mut().expect("a line").push(' '),
            Event::InlineHtml(html) if html.starts_with("<a id=\"") => {
                shape.push("anchor".to_owned())
            }
            Event::InlineHtml(html) => {
                if &*html == "<br>" {
                    lines.last_mut().expect("a line").push(' ');
                }
                shape.push(html.to_string());
            }
            other => shape.push(format!("{other:?}")),
        }
    }
    let lines = lines.iter().map(|line| shown(line)).collect();
    (shape, lines)
}

/// How often each place of the spec is in the words, if what stands there is whole.
pub fn told(
    lines: &[String],
    slots: &Slots,
    wanted: &dyn Fn(usize) -> String,
) -> BTreeMap<usize, usize> {
    let mut told = BTreeMap::new();
    for (index, _) in slots.slots.iter().enumerate() {
        let wanted = shown(&wanted(index));
        let count: usize = lines.iter().map(|line| line.matches(&wanted).count()).sum();
        if count > 0 {
            told.insert(index, count);
        }
    }
    told
}

/// The runbook of harmless words.
pub struct Baseline {
    shape: Vec<String>,
    told: BTreeMap<usize, usize>,
    gfm: Option<Vec<String>>,
}

impl Baseline {
    pub fn of(slots: &Slots, plan: &Plan, words: &dyn Fn(usize) -> String) -> Baseline {
        let text = runbook(plan);
        let (shape, lines) = read(&text);
        let told = told(&lines, slots, words);
        assert!(told.len() > 120, "{} places are in the runbook", told.len());
        let gfm = gfm(&text);
        Baseline { shape, told, gfm }
    }

    /// The runbook of other words is the same, and has them whole.
    pub fn holds(&self, slots: &Slots, filled: &Filled<'_>) {
        let text = runbook(&filled.plan);
        let (shape, lines) = read(&text);
        same(filled.payload, &shape, &self.shape);
        if let (Some(seen), Some(wanted)) = (gfm(&text), &self.gfm) {
            same(filled.payload, &seen, wanted);
        }
        let found = told(&lines, slots, &|index| {
            slots.said(index, &(filled.words)(index))
        });
        for (index, count) in &self.told {
            assert!(
                !filled.taken[*index] || found.get(index) == Some(count),
                "{:?} is not whole in place {index}:\n{text}",
                filled.payload
            );
        }
    }
}

/// The same parts, or the place of the first other one.
pub fn same(payload: &str, seen: &[String], wanted: &[String]) {
    let at = seen.iter().zip(wanted).take_while(|(a, b)| a == b).count();
    let near = |parts: &[String]| parts[at.saturating_sub(3)..parts.len().min(at + 4)].to_vec();
    assert!(
        seen == wanted,
        "{payload:?} changes the parts: {:?} for {:?}",
        near(seen),
        near(wanted)
    );
}

/// The parts of a document as cmark-gfm reads it, with all of its extensions; nothing where it is not
/// installed.
pub fn gfm(markdown: &str) -> Option<Vec<String>> {
    let mut child = Command::new("cmark-gfm")
        .args(["-t", "xml", "--unsafe"])
        .args([
            "-e",
            "table",
            "-e",
            "autolink",
            "-e",
            "tasklist",
            "-e",
            "strikethrough",
            "-e",
            "footnotes",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take()?;
    let text = markdown.to_owned();
    let writes = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let out = child.wait_with_output().ok()?;
    writes.join().ok()?.ok()?;
    let xml = String::from_utf8(out.stdout).ok()?;
    let parts = xml.split('<').skip(1).filter_map(|part| {
        let (tag, words) = part.split_once('>')?;
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        let (name, tag) = match tag.strip_prefix('/') {
            Some(name) => (name, name),
            None => (name, tag),
        };
        match name {
            "text" | "code" | "softbreak" => None,
            "html_inline" if words.contains("a id=") => Some("anchor".to_owned()),
            "html_inline" => Some(words.to_owned()),
            "code_block" => Some("code_block".to_owned()),
            "link" if tag.contains("destination=\"#") => Some("link".to_owned()),
            _ => Some(tag.to_owned()),
        }
    });
    Some(parts.collect())
}
