//! `deployc mdbook`, asked as mdBook asks it.

use serde_json::{Value, json};

use super::bench::{Bench, Run};

const SPEC: &str = r#"edition 2026

deployment "Shop" {
  starts 2026-03-10 09:00 UTC
  on failure rollback back
}

phase one "Begin" at T takes 10m {
  check it "It works"
}

phase two "Go on" takes 20m {
  run go "Go" `kubectl apply -k shop -n shop` undo `kubectl rollout undo deployment/shop -n shop`
}

rollback back "Back" within 5m {
  check gone "It is gone"
}
"#;

/// What mdBook 0.5 sends for a book of one chapter, with another below it.
fn sent(bench: &Bench, renderer: &str, content: &str) -> String {
    let chapter = |name: &str, content: &str, below: Value| {
        json!({ "Chapter": {
            "name": name, "content": content, "number": [1], "sub_items": below,
            "path": format!("guide/{name}.md"), "source_path": format!("guide/{name}.md"),
            "parent_names": [],
        }})
    };
    let below = chapter("below", "# Below\n\n```deploy\nkept\n```\n", json!([]));
    let draft = json!({ "Chapter": {
        "name": "Draft", "content": "", "number": null, "sub_items": [], "path": null,
        "source_path": null, "parent_names": [],
    }});
    json!([
        {
            "root": bench.root().display().to_string(),
            "config": { "book": { "src": "docs", "title": "Shop" } },
            "renderer": renderer,
            "mdbook_version": "0.5.4",
        },
        { "items": [
            chapter("page", content, json!([below])), "Separator", { "PartTitle": "Part" }, draft,
        ]},
    ])
    .to_string()
}

fn run(renderer: &str, content: &str) -> (Run, Bench) {
    let bench = Bench::with(&[
        ("docs/specs/shop.deploy", SPEC),
        ("docs/guide/page.md", content),
    ]);
    let text = sent(&bench, renderer, content);
    (bench.run_with(&["mdbook"], text), bench)
}

/// The chapter afterwards.
fn drawn(renderer: &str, content: &str) -> String {
    let (run, bench) = run(renderer, content);
    let run = run.ends(0).silent();
    let before: Value = serde_json::from_str(&sent(&bench, renderer, content)).expect("JSON");
    let mut after: Value = serde_json::from_str(&run.out).expect("JSON");
    let content = after["items"][0]["Chapter"]["content"].take();
    let content = content.as_str().expect("a text").to_owned();
    // Nothing else of the book has changed.
    after["items"][0]["Chapter"]["content"] = before[1]["items"][0]["Chapter"]["content"].clone();
    assert_eq!(after, before[1]);
    content
}

#[test]
fn it_supports_every_renderer() {
    let bench = Bench::new();
    for renderer in ["html", "markdown", "epub"] {
        bench
            .run(&["mdbook", "supports", renderer])
            .ends(0)
            .silent()
            .prints("");
    }
}

#[test]
fn a_chapter_that_wants_nothing_stays_as_it_is() {
    let content = "# Page\n\n```deploy\nedition 2026\n```\n\n\\{{#deploy x}} and `{{#deploy y}}`\n";
    assert_eq!(drawn("html", content), content);
}

#[test]
fn a_line_becomes_the_runbook_below_its_heading() {
    let page = drawn(
        "html",
        "# Page\n\n## Deploying\n\n{{#deploy ../specs/shop.deploy}}\n\nBehind.\n",
    );
    assert!(page.contains("\n### Shop\n"), "{page}");
    assert!(page.contains("\n#### Begin\n"), "{page}");
    assert!(
        page.contains("- [ ] <a id=\"one/it\"></a>It works"),
        "{page}"
    );
    assert!(
        page.contains("<svg ") && !page.contains("```mermaid"),
        "{page}"
    );
    assert!(page.ends_with("\n\nBehind.\n"), "{page}");
    let (_, picture) = page
        .split_once("<div class=\"deploy-picture\"")
        .expect("a picture");
    let (picture, _) = picture.split_once("</div>").expect("it ends");
    assert!(
        !picture.contains("\n\n"),
        "a blank line ends a block of HTML"
    );
}

#[test]
fn pictures_and_their_text() {
    let content = "{{#deploy ../specs/shop.deploy timeline}}\n\n\
                   {{#deploy ../specs/shop.deploy graph phase=two}}\n\n\
                   {{#deploy ../specs/shop.deploy graph critical-path}}\n";
    let page = drawn("html", content);
    assert_eq!(page.matches("<svg ").count(), 3, "{page}");
    assert!(page.contains("deployc-timeline") && page.contains("Shop: critical path"));
    let page = drawn("epub", content);
    assert!(!page.contains("<svg"), "{page}");
    assert_eq!(page.matches("```mermaid\n").count(), 2, "{page}");
    assert!(
        page.contains("```text\n") && page.contains("09:00"),
        "{page}"
    );
}

#[test]
fn a_block_is_drawn_where_it_stands() {
    let spec = "deployment \"Here\" { starts 2026-03-10 09:00 UTC }\nphase one \"One\" at T takes 5m { check it \"It works\" }\n";
    let block = |info: &str| format!("```{info}\nedition 2026\n{spec}```");
    let page = drawn("html", &format!("# Page\n\n{}\n", block("deploy timeline")));
    assert!(
        page.contains("<svg ") && !page.contains("edition 2026"),
        "{page}"
    );
    let page = drawn(
        "html",
        &format!("# Page\n\n{}\n", block("deploy,graph,source")),
    );
    assert!(page.contains("```deploy\nedition 2026\n"), "{page}");
    assert!(page.find("edition").expect("kept") < page.find("<svg ").expect("drawn"));
    // In a list and in a quotation, every line stays in it.
    let inside = block("deploy runbook").replace('\n', "\n  ");
    let page = drawn("epub", &format!("- item\n\n  {inside}\n\nBehind.\n"));
    let (list, _) = page.split_once("\nBehind.").expect("it is there");
    assert!(list.contains("  # Here\n"), "{page}");
    assert!(
        list.lines()
            .skip(2)
            .all(|line| line.is_empty() || line.starts_with("  ")),
        "{page}"
    );
    let inside = block("deploy runbook").replace('\n', "\n> ");
    let page = drawn("epub", &format!("> {inside}\n\nBehind.\n"));
    let (quotation, _) = page.split_once("\n\nBehind.").expect("it is there");
    assert!(
        quotation.lines().all(|line| line.starts_with('>')),
        "{page}"
    );
}

#[test]
fn two_runbooks_of_a_chapter_have_anchors_of_their_own() {
    let line = "{{#deploy ../specs/shop.deploy}}\n\n";
    let page = drawn("html", &line.repeat(2));
    let ids: Vec<&str> = page
        .split("<a id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let once: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), once.len(), "{ids:?}");
    for rest in page.split("](#").skip(1) {
        let target = rest.split(')').next().expect("it ends");
        assert!(once.contains(target), "{target}");
    }
}

#[test]
fn a_mistake_in_a_block_is_shown_on_its_line_of_the_page() {
    let content = "# Page\n\nWords.\n\n```deploy runbook\nedition 2026\ndeployment \"D\"\nphase one \"One\" {\n  chek \"it\"\n}\n```\n";
    let (run, _) = run("html", content);
    let run = run.ends(1).prints("");
    assert!(run.err.contains("docs/guide/page.md:9:3"), "{}", run.err);
    assert!(run.err.contains("`chek`"), "{}", run.err);
}

#[test]
fn what_is_asked_wrongly_is_said_with_its_place() {
    let said = |content: &str| {
        let (run, _) = run("html", content);
        run.ends(2).prints("").err
    };
    assert_eq!(
        said("# Page\n\n{{#deploy ../specs/shop.deploy runbok}}\n"),
        "error: docs/guide/page.md:3: there is no view or option `runbok`\n  = help: did you mean `runbook`?\n"
    );
    assert_eq!(
        said("{{#deploy ../specs/shopp.deploy}}\n"),
        "error: docs/guide/page.md:1: `docs/specs/shopp.deploy` does not exist\n"
    );
    assert!(
        said("\n{{#deploy ../specs/shop.deploy graph phase=tow}}\n")
            .contains("page.md:2: no phase is called `tow`")
    );
    assert!(
        said("```deploy timeline\nedition 2026\ndeployment \"D\"\n```\n")
            .contains("page.md:1: no times are known")
    );
    assert!(
        said("```deploy graph\nedition 2026\nrole a \"A\"\n```\n")
            .contains("page.md:1: no deployment is declared")
    );
}

#[test]
fn what_is_no_book_is_refused() {
    let bench = Bench::new();
    for text in ["", "{}", "[1, 2]", "[{}]", "[{}, {}, {}]", "nonsense"] {
        let run = bench.run_with(&["mdbook"], text).ends(2).prints("");
        assert!(run.err.contains("standard input is no book"), "{}", run.err);
    }
    // Odd books are given back as they came.
    for book in [
        "{}",
        r#"{"items":null}"#,
        r#"{"items":[1,{"Chapter":2},{"Chapter":{"path":"x","content":3}}]}"#,
    ] {
        let run = bench
            .run_with(&["mdbook"], format!("[{{}},{book}]"))
            .ends(0);
        assert_eq!(run.out, format!("{book}\n"));
    }
}

#[test]
fn the_list_of_the_rules_leads_to_a_page_for_each() {
    let content = "# Rules\n\n<!-- deployc mdbook: a page for each rule -->\n\n\
                   - <a id=\"d0502-band-gap\"></a>D0502 `band-gap`: a gap\n";
    let (run, bench) = run("html", content);
    let book: Value = serde_json::from_str(&run.ends(0).silent().out).expect("JSON");
    let chapter = &book["items"][0]["Chapter"];
    let list = chapter["content"].as_str().expect("a text");
    assert!(
        list.contains("</a>[D0502 `band-gap`](rules/band-gap.md): a gap\n"),
        "{list}"
    );
    let pages = chapter["sub_items"].as_array().expect("a list");
    let explained = bench.run(&["explain"]).ends(0).silent().out;
    let rules: Vec<&str> = explained
        .lines()
        .filter(|line| line.starts_with('D'))
        .collect();
    assert!(rules.len() > 100, "{explained}");
    // The first one was there before.
    assert_eq!(pages.len(), rules.len() + 1);
    for (page, rule) in pages[1..].iter().zip(rules) {
        let mut words = rule.split_whitespace();
        let (code, name) = (words.next().expect("a code"), words.next().expect("a name"));
        let page = &page["Chapter"];
        assert_eq!(page["path"], format!("guide/rules/{name}.md"));
        assert_eq!(page["parent_names"], json!(["page"]));
        let content = page["content"].as_str().expect("a text");
        assert!(
            content.starts_with(&format!("# {code} {name}\n")),
            "{content}"
        );
    }
}
