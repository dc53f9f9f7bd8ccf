//! The page: its tags are closed, it fetches nothing, and no text has become a tag.

use std::collections::BTreeSet;

use deployc::plan::{Node, Plan, Work};

use crate::oracles::{Failure, failure};

/// Elements that have no end.
const VOID: &[&str] = &["br", "hr", "input", "meta", "col", "img", "link", "wbr"];
/// Elements that a reader may leave open.
const FETCHING: &[&str] = &[
    "link", "img", "iframe", "object", "embed", "video", "audio", "base", "form", "frame", "applet",
];

struct Tag<'t> {
    name: &'t str,
    attributes: Vec<(&'t str, &'t str)>,
    closes: bool,
    alone: bool,
}

/// The next tag, and what stands behind it.
fn tag(rest: &str) -> Option<(Tag<'_>, &str)> {
    let (closes, rest) = match rest.strip_prefix('/') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '!')))?;
    let (name, mut rest) = rest.split_at(end);
    if name.is_empty() {
        return None;
    }
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(behind) = rest.strip_prefix("/>") {
            let tag = Tag {
                name,
                attributes,
                closes,
                alone: true,
            };
            return Some((tag, behind));
        }
        if let Some(behind) = rest.strip_prefix('>') {
            let tag = Tag {
                name,
                attributes,
                closes,
                alone: false,
            };
            return Some((tag, behind));
        }
        let end = rest.find(['=', '>', ' ', '\n', '/'])?;
        let (attribute, behind) = rest.split_at(end);
        if attribute.is_empty() || attribute.contains(['"', '<', '\'']) {
            return None;
        }
        rest = behind;
        let mut value = "";
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let end = quoted.find('"')?;
            value = &quoted[..end];
            rest = &quoted[end + 1..];
        }
        attributes.push((attribute, value));
    }
}

pub fn holds(plan: &Plan, page: &str) -> Result<(), Failure> {
    let mut open: Vec<&str> = Vec::new();
    let mut ids: BTreeSet<&str> = BTreeSet::new();
    let mut links: Vec<&str> = Vec::new();
    let mut scripts = 0;
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let here = &rest[at..];
        let near = || here.chars().take(80).collect::<String>();
        let Some((tag, behind)) = tag(&here[1..]) else {
            return Err(failure("html: a tag that is none", near()));
        };
        rest = behind;
        if tag.closes {
            if open.pop() != Some(tag.name) {
                return Err(failure("html: tags are not closed in order", near()));
            }
            continue;
        }
        if FETCHING.contains(&tag.name) {
            return Err(failure("html: it fetches or sends something", near()));
        }
        for (name, value) in &tag.attributes {
            if name.starts_with("on") || matches!(*name, "src" | "srcdoc" | "action" | "formaction")
            {
                return Err(failure("html: an attribute that does something", near()));
            }
            if *name == "id" && !ids.insert(value) {
                return Err(failure("html: an id stands twice", near()));
            }
            if *name == "href" {
                links.push(value);
            }
        }
        if matches!(tag.name, "script" | "style") {
            scripts += usize::from(tag.name == "script");
            let Some(end) = rest.find(&format!("</{}", tag.name)) else {
                return Err(failure("html: a script has no end", near()));
            };
            rest = &rest[end..];
        }
        if !tag.alone && !VOID.contains(&tag.name) && !tag.name.starts_with('!') {
            open.push(tag.name);
        }
    }
    if let Some(left) = open.last() {
        return Err(failure("html: a tag is not closed", *left));
    }
    if scripts != 2 {
        return Err(failure(
            "html: scripts of others",
            format!("{scripts} scripts"),
        ));
    }
    for link in links {
        let fits = match link.strip_prefix('#') {
            Some(place) => ids.contains(place),
            None => ["http://", "https://", "mailto:"]
                .iter()
                .any(|start| link.starts_with(start)),
        };
        if !fits {
            return Err(failure("html: a link leads nowhere", link));
        }
    }
    let tops = plan.nodes.iter();
    let tops = tops.filter(|node| !matches!(node.work, Work::Test { .. }));
    for node in tops.flat_map(Node::walk) {
        if !ids.contains(node.id.as_str()) {
            return Err(failure(
                format!("html: a {} is not in it", node.work.kind()),
                &node.id,
            ));
        }
    }
    if page.contains('\u{202e}') {
        return Err(failure("html: a character that turns texts round", ""));
    }
    let (_, behind) = page.split_once("id=\"page:plan\">").unwrap_or_default();
    let (data, _) = behind.split_once("</script>").unwrap_or_default();
    super::objects::json("html", data).map(drop)
}
