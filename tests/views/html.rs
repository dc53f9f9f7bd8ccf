//! The HTML runbook: every node is in it, every link leads somewhere, no text that people write can
//! break out of its place, and it needs nothing from outside.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use deployc::backend::{Backend, Embedded, Fidelity, Templates, account, html::Html};
use deployc::compile;
use deployc::plan::{Plan, Work};
use deployc::source::NoFiles;

fn specs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    let mut folders = vec![root.join("examples"), root.join("tests/corpus")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "deploy") {
                all.push(path);
            }
        }
    }
    all.sort();
    all
}

fn plan(name: &str, text: String) -> Option<Plan> {
    compile::plan(&compile::check(name, text, &NoFiles))
}

/// The plan of a spec of this file.
fn sound(text: String) -> Plan {
    let compilation = compile::check("own.deploy", text, &NoFiles);
    let found: Vec<&str> = compilation
        .diagnostics
        .iter()
        .filter(|finding| finding.level == deployc::diagnostic::Level::Error)
        .map(|finding| finding.message.as_str())
        .collect();
    assert!(found.is_empty(), "{found:?}");
    compile::plan(&compilation).expect("it declares a deployment")
}

fn plans() -> Vec<(String, Plan)> {
    let plans: Vec<(String, Plan)> = specs()
        .into_iter()
        .filter_map(|path| {
            let text = std::fs::read_to_string(&path).expect("the spec can be read");
            let name = path.display().to_string();
            Some((name.clone(), plan(&name, text)?))
        })
        .collect();
    assert!(plans.len() >= 20, "only {} specs compile", plans.len());
    plans
}

fn page(plan: &Plan) -> String {
    Html.emit(plan, "runbook", &Embedded)
        .expect("the embedded templates can be filled in")
        .remove(0)
        .text
}

/// A tag of the page: its name and its attributes.
#[derive(Debug, PartialEq)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn attribute(&self, wanted: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.as_str())
    }
}

/// The tags of a page that is as strict as ours: attributes in double quotes, and every `<` of a text
/// escaped. What is in a `script` or a `style` is no tag.
fn tags(page: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find(['>', ' ', '\n']).expect("a tag ends");
        let name = rest[..end].to_owned();
        rest = &rest[end..];
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix("/>").or_else(|| rest.strip_prefix('>')) {
                rest = after;
                break;
            }
            let end = rest
                .find(['=', '>', ' ', '\n', '/'])
                .expect("an attribute ends");
            let attribute = rest[..end].to_owned();
            assert!(!attribute.is_empty(), "in <{name}: {}", &rest[..40]);
            rest = &rest[end..];
            let mut value = String::new();
            if let Some(quoted) = rest.strip_prefix("=\"") {
                let end = quoted.find('"').expect("a value ends");
                value = quoted[..end].to_owned();
                rest = &quoted[end + 1..];
            }
            attributes.push((attribute, value));
        }
        for raw in ["script", "style"] {
            if name == raw {
                let end = rest.find(&format!("</{raw}")).expect("it ends");
                rest = &rest[end..];
            }
        }
        tags.push(Tag { name, attributes });
    }
    tags
}

fn ids(tags: &[Tag]) -> Vec<&str> {
    tags.iter().filter_map(|tag| tag.attribute("id")).collect()
}

#[test]
fn every_node_has_its_anchor_and_every_link_its_target() {
    for (name, plan) in plans() {
        let html = page(&plan);
        let tags = tags(&html);
        let all = ids(&tags);
        let known: BTreeSet<&str> = all.iter().copied().collect();
        let mut once = BTreeSet::new();
        let twice: Vec<&&str> = all.iter().filter(|id| !once.insert(**id)).collect();
        assert!(twice.is_empty(), "{name}: {twice:?} stand twice");

        // As many anchors as the account of the fidelity has exact nodes.
        let accounts = account(&Html, &plan);
        assert_eq!(accounts.len(), plan.walk().count(), "{name}");
        let missing: Vec<&str> = accounts
            .iter()
            .filter(|account| account.fidelity == Fidelity::Exact)
            .map(|account| account.node.as_str())
            .filter(|id| !known.contains(id))
            .collect();
        assert!(missing.is_empty(), "{name}: not in the page: {missing:?}");
        for account in &accounts {
            let exact = account.fidelity == Fidelity::Exact;
            assert_eq!(exact, account.kind != "test", "{name}: {}", account.node);
        }

        for tag in &tags {
            if let Some(target) = tag
                .attribute("href")
                .and_then(|href| href.strip_prefix('#'))
            {
                assert!(known.contains(target), "{name}: nothing is at #{target}");
            }
            for attribute in ["for", "aria-labelledby", "aria-describedby"] {
                for id in tag.attribute(attribute).unwrap_or_default().split(' ') {
                    assert!(
                        id.is_empty() || known.contains(id),
                        "{name}: {attribute} names #{id}, which is not there"
                    );
                }
            }
        }
    }
}

#[test]
fn every_box_and_every_blank_of_the_plan_can_be_filled_in() {
    for (name, plan) in plans() {
        let html = page(&plan);
        let tags = tags(&html);
        let keys: Vec<&str> = tags
            .iter()
            .filter_map(|tag| tag.attribute("data-key"))
            .collect();
        let mut once = BTreeSet::new();
        let twice: Vec<&&str> = keys.iter().filter(|key| !once.insert(**key)).collect();
        assert!(twice.is_empty(), "{name}: {twice:?} are kept twice");
        for node in plan.walk() {
            let wanted = matches!(
                node.work,
                Work::Check { .. }
                    | Work::Require { .. }
                    | Work::Run { .. }
                    | Work::Shift { .. }
                    | Work::Switch { .. }
                    | Work::Scale { .. }
                    | Work::Hold { .. }
                    | Work::Record { .. }
                    | Work::Option
                    | Work::Wait { .. }
                    | Work::Notify { .. }
                    | Work::Act { .. }
            );
            if wanted {
                assert!(once.contains(node.id.as_str()), "{name}: {}", node.id);
            }
            if let Work::Approve { .. } = node.work {
                let own =
                    |key: &&&str| **key == node.id || key.starts_with(&format!("{}#", node.id));
                assert!(keys.iter().any(|key| own(&key)), "{name}: {}", node.id);
            }
        }
    }
}

#[test]
fn the_page_needs_nothing_from_outside() {
    for (name, plan) in plans() {
        let html = page(&plan);
        for tag in tags(&html) {
            let fetches = matches!(
                tag.name.as_str(),
                "link" | "img" | "iframe" | "object" | "embed" | "video" | "audio" | "base"
            );
            assert!(!fetches, "{name}: {tag:?}");
            assert!(tag.attribute("src").is_none(), "{name}: {tag:?}");
            let handlers = tag
                .attributes
                .iter()
                .filter(|(name, _)| name.starts_with("on"));
            assert_eq!(handlers.count(), 0, "{name}: {tag:?}");
        }
        assert!(html.contains("default-src &#x27;none&#x27;"), "{name}");
        assert_eq!(
            html,
            page(&plan),
            "{name}: the same plan gives the same bytes"
        );
    }
}

/// A spec that says these words wherever words can be said.
fn spec(words: &str) -> String {
    let title = words.replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        r#"edition 2026

param region "{title}" : text = "{title}"
secret token "{title}"

deployment "{title}" {{
  version "{title}"
  starts 2026-10-26 07:00 UTC
  strategy "{title}"
  project "{title}"
  on failure rollback quick
}}

role lead "{title}" {{
  person "{title}"
  contact phone "{title}"
}}

channel ops slack "{title}"

service api "{title}" {{
  workload deployment/api
}}

metric errors "{title}" : percent in ratio {{
  better lower
}}

phase one "{title}" at T by lead status "{title}" {{
  check "{title}"
  check named "{title}" errors < 1%
  group parts "{title}" {{
    record p95 "{title}" in ms
    record which "{title}" as choice("{title}", "other")
  }}
  run deploy "{title}" `true` expect "{title}"
  notify ops "{title}"
  wait for "{title}"
  choose way "{title}" {{
    option left "{title}" {{ check "{title}" }}
    option right "{title}" {{ check "{title}" }}
  }}
  note "{title}"
}}

gate go "{title}" {{
  require "{title}"
  approve tech "{title}" by lead
  else {{
    check "{title}"
  }}
}}

severity bad "{title}" {{
  when "{title}"
  then rollback quick, "{title}"
}}

rollback quick "{title}" within 5m {{
  check "{title}"
}}

escalation "{title}" {{
  "{title}" to lead after 1m via phone
}}

message told "{title}" {{
  field reason "{title}" : text
  subject "{title}"
  body "{title}"
}}

reference "{title}" {{
  link "{title}" "{title}"
}}
"#
    )
}

/// The tags of a page, with the names of their attributes.
fn skeleton(page: &str) -> Vec<String> {
    let prose = |tag: &Tag| {
        // A note is Markdown by its author: what it makes of itself is its own affair.
        let name = tag.name.trim_start_matches('/');
        matches!(
            name,
            "p" | "em" | "strong" | "code" | "pre" | "ul" | "ol" | "li" | "hr"
        ) || matches!(
            name,
            "blockquote" | "del" | "table" | "thead" | "tbody" | "tr" | "th" | "td"
        ) || name == "a"
            || name == "br"
    };
    tags(page)
        .into_iter()
        .filter(|tag| !prose(tag) || tag.attribute("id").is_some())
        .map(|tag| {
            let names: Vec<&str> = tag
                .attributes
                .iter()
                .map(|(name, _)| name.as_str())
                .collect();
            format!("{} {}", tag.name, names.join(" "))
        })
        .collect()
}

/// Words that try to be something else.
const HOSTILE: &[&str] = &[
    "</script><script>alert(1)</script>",
    "<script>alert(1)</script>",
    "</title></style></textarea><img src=x onerror=alert(1)>",
    "\" onfocus=alert(1) autofocus x=\"",
    "' onfocus='alert(1)",
    "<!-- gone",
    "--> <![CDATA[ ]]>",
    "</section></main></body></html>",
    "<svg onload=alert(1)>",
    "[a](javascript:alert(1)) ![b](http://example.com/b.png)",
    "{{ title }} {{{ x }}} {{#each x}}{{> p}}",
    "&lt;b&gt; &amp; &#60;script&#62;",
    "`code` ``` and more",
    "line\\nbreak\\n\\n# heading\\n\\n<div>",
    "\\u{202e}gnirts\\u{1}\\u{7f}",
    "# heading | table | --- |",
    "javascript:alert(1)",
];

#[test]
fn no_text_breaks_out_of_its_place() {
    let plain = page(&sound(spec("Words")));
    let shape = skeleton(&plain);
    assert!(shape.len() > 200, "{}", shape.len());
    for hostile in HOSTILE {
        let text = spec(hostile)
            .replace("\\\\n", "\\n")
            .replace("\\\\u{", "\\u{");
        let plan = sound(text);
        let html = page(&plan);
        assert_eq!(skeleton(&html), shape, "{hostile} breaks out");
        assert_eq!(html.matches("<script").count(), 2, "{hostile}");
        assert_eq!(html.matches("</script").count(), 2, "{hostile}");
        assert!(!html.contains("\u{202e}"), "{hostile}");
        for tag in tags(&html) {
            if let Some(href) = tag.attribute("href") {
                let known = ["#", "http://", "https://", "mailto:"];
                assert!(known.iter().any(|start| href.starts_with(start)), "{href}");
            }
        }
    }
}

#[test]
fn what_the_script_reads_is_json() {
    for (name, plan) in plans() {
        let html = page(&plan);
        let (_, after) = html.split_once("id=\"page:plan\">").expect("it is there");
        let (json, _) = after.split_once("</script>").expect("it ends");
        let read: serde_json::Value = serde_json::from_str(json).expect("it is JSON");
        assert_eq!(read["title"], plan.deployment.title.to_string(), "{name}");
        let stretches = read["stretches"].as_array().expect("a list");
        let wanted = plan
            .walk()
            .filter(|node| matches!(node.work, Work::Phase | Work::Gate | Work::Monitor))
            .count();
        assert_eq!(stretches.len(), wanted, "{name}");
    }
}

/// The shape of the page of the smallest example, without style, script and pictures.
#[test]
fn the_shape_of_a_page() {
    let text = std::fs::read_to_string("examples/checkout.deploy").expect("the example");
    let html = page(&plan("examples/checkout.deploy", text).expect("the example is sound"));
    let mut shape = html;
    for raw in ["style", "svg", "script"] {
        let open = format!("<{raw}");
        let mut parts = shape.split(open.as_str());
        let mut left = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (_, behind) = part.split_once(&format!("</{raw}>")).expect("it ends");
            left.push_str(&format!("<{raw}/>{behind}"));
        }
        shape = left;
    }
    // The policy names the hash of the script.
    let (before, rest) = shape.split_once("sha256-").expect("the policy");
    let (_, after) = rest.split_once("&#x27;").expect("it ends");
    insta::assert_snapshot!("html_checkout", format!("{before}sha256-…{after}"));
}

struct Replaced(&'static str, &'static str);

impl Templates for Replaced {
    fn template(&self, name: &str) -> Option<String> {
        (name == self.0).then(|| self.1.to_owned())
    }
}

#[test]
fn templates_are_replaced_by_name() {
    let plan = sound(spec("a < b"));
    let replaced = Replaced("html-page", "{{name}}: {{{title}}}");
    let html = Html
        .emit(&plan, "runbook", &replaced)
        .expect("it can be filled in");
    assert_eq!(html[0].text, "a &lt; b: a &lt; b");
    let wrong = Html.emit(&plan, "runbook", &Replaced("html-item", "{{nothing}}"));
    let said = wrong.expect_err("there is no such field");
    assert!(said.contains("html-item.hbs"), "{said}");
    let wrong = Html.emit(&plan, "runbook", &Replaced("html-item", "{{#if}"));
    assert!(wrong.is_err());
}
