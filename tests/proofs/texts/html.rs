//! The page: the same elements with the same attributes, and every word in it.

use std::collections::BTreeMap;

use deployc::backend::html::Html;
use deployc::plan::Plan;

use super::markdown::{same, told};
use super::slots::{Filled, Slots};
use super::{built, shown};

fn page(plan: &Plan) -> String {
    built(&Html, plan).remove(0).text
}

/// The elements of a page as strict as ours with the names of their attributes, and the words between
/// them.
pub fn read(page: &str) -> (Vec<String>, Vec<String>) {
    let mut shape = Vec::new();
    let mut lines = vec![String::new()];
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let line = lines.last_mut().expect("a line");
        line.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.find(['>', ' ', '\n']).expect("a tag ends");
        let name = rest[..end].to_owned();
        let mut tag = name.clone();
        rest = &rest[end..];
        loop {
            rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix("/>").or_else(|| rest.strip_prefix('>')) {
                rest = after;
                break;
            }
            let end = rest
                .find(['=', '>', ' ', '\n', '/'])
                .expect("an attribute ends");
            let attribute = &rest[..end];
            assert!(
                !attribute.is_empty(),
                "in <{name}: {}",
                &rest[..rest.len().min(40)]
            );
            tag.push_str(&format!(" {attribute}"));
            rest = &rest[end..];
            if let Some(quoted) = rest.strip_prefix("=\"") {
                let end = quoted.find('"').expect("a value ends");
                if matches!(attribute, "href" | "src") {
                    let start = quoted.find([':', '#']).map_or("", |at| &quoted[..at]);
                    tag.push_str(&format!("={start}"));
                }
                rest = &quoted[end + 1..];
            }
        }
        for raw in ["script", "style"] {
            if name == raw {
                rest = &rest[rest.find(&format!("</{raw}")).expect("it ends")..];
            }
        }
        let spans = ["a", "code", "strong", "em", "b", "span", "time"];
        if !spans.contains(&name.trim_start_matches('/')) {
            lines.push(String::new());
        }
        // Whether words are in code is not the shape of the page.
        shape.push(tag);
    }
    let lines = lines.iter().map(|line| shown(&unescaped(line))).collect();
    (shape, lines)
}

fn unescaped(html: &str) -> String {
    let mut out = html.to_owned();
    for (entity, letter) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x60;", "`"),
        ("&#x3D;", "="),
        ("&amp;", "&"),
    ] {
        out = out.replace(entity, letter);
    }
    out
}

/// The page of harmless words.
pub struct Baseline {
    shape: Vec<String>,
    told: BTreeMap<usize, usize>,
}

impl Baseline {
    pub fn of(slots: &Slots, plan: &Plan, words: &dyn Fn(usize) -> String) -> Baseline {
        let (shape, lines) = read(&page(plan));
        let told = told(&lines, slots, words);
        assert!(told.len() > 120, "{} places are in the page", told.len());
        Baseline { shape, told }
    }

    /// The page of other words is the same, and has them whole.
    pub fn holds(&self, slots: &Slots, filled: &Filled<'_>) {
        let (shape, lines) = read(&page(&filled.plan));
        same(filled.payload, &shape, &self.shape);
        let found = told(&lines, slots, &|index| {
            slots.said(index, &(filled.words)(index))
        });
        for index in self.told.keys() {
            assert!(
                !filled.taken[*index] || found.contains_key(index),
                "{:?} is not whole in place {index} of the page",
                filled.payload
            );
        }
    }
}
