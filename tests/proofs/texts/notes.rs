//! Notes are Markdown by their author: whatever one says, its end is the end of it, and no part of it is
//! HTML, a picture, or a part of the runbook around it.

use deployc::backend::html::Html;
use deployc::backend::markdown::Markdown;
use deployc::plan::Plan;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::built;
use super::markdown::gfm;
use super::payloads::PAYLOADS;
use super::slots::{escaped, plan};

/// What a reader of Markdown does with these runs over many lines.
const BLOCKS: &[&str] = &[
    "```~~~\ncode\n```\n<script>x</script>",
    "```\nopen",
    "~~~\nopen\n```",
    "````\n```\n````\nbehind",
    "```\n````\n```",
    "``` a`b\ntext",
    "- ```\n  in a list\n",
    "> ```\n> in a quote\noutside",
    "1. ```\n   a\n\n   b\n",
    "    indented\n\n    <b>\n",
    "<script>\n\nx\n</script>",
    "<!-- open\n\n- [ ] a\n",
    "<?php\n\nx",
    "<!DOCTYPE\nx",
    "<![CDATA[\n\nx",
    "<div>\n*a*\n\n*b*\n</div>",
    "<custom-element>\n\ntext",
    "</details>",
    "[x]: http://t.example\n[ ]: http://t.example\n[Q]: http://t.example\n\n[Q] [x]",
    "Title\n===",
    "Title\n---",
    "# One\n\n## Two ##\n\ntext",
    "- a\n- b\n\n  c\n\n\n- d",
    "- a\n* b\n+ c\n1. d\n1) e",
    "7. seven\n8. eight",
    "a\n2. not a list",
    "- \n-\n- x",
    "> a\nlazy\n\n> b",
    "> - a\n>   > b\n>\n> c",
    "a | b\n--- | ---\n`c|d` | e \\| f\n<b> | \\",
    "| a |\n| - |\nbehind",
    "a  \nb\\\nc",
    "*a **b** c* _d_ ***e*** **f**g ~~h~~ *i*_j_ a*b*c",
    "**a**b**c** *a*b*c* _a_*b*_c_",
    "`a` `` ` `` ` b ` ``c``",
    "[a](http://t.example \"t\") [b](<x y>) [c](javascript:x) <http://t.example/a> <a@b.co>",
    "![alt](http://t.example/p.png) [![a](b.png)](c.md) ![](x.png)",
    "http://t.example/a_b_(c)?d=e&f=g, (https://t.example).",
    "&lt;script&gt; &#60;b&#62; &#35; x &nbsp; &#10; y",
    "\\# \\* \\` \\[ \\<b>",
    "text\n\n---\n\nmore",
    "[^1]\n\n[^1]: foot",
    "- [ ] open\n- [x] done",
    "$$\nx\n$$",
    "> [!WARNING]\n> x",
    "&#32;&#32;&#32;&#32;code",
    "a\u{b}b\u{c}\u{85}c\u{2028}d",
    ">>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>> deep",
    "- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - a",
];

fn spec(note: &str) -> String {
    let text = escaped(note);
    format!(
        "edition 2026\ndeployment \"D\" {{\n  version \"1\"\n  note \"{text}\"\n}}\nrole lead \"Lead\"\n\
         phase p \"P\" {{\n  note \"{text}\"\n  check a \"Stays\"\n  group g \"G\" {{\n    note \"{text}\"\n    \
         check b \"Stays as well\"\n  }}\n}}\nphase q \"Q\" {{ check \"Last\" }}\n"
    )
}

fn runbook(note: &str) -> (Plan, String) {
    let plan = plan(spec(note)).unwrap_or_else(|| panic!("{note:?} is refused"));
    let markdown = built(&Markdown, &plan).remove(0).text;
    (plan, markdown)
}

/// The headings, boxes, anchors and tables of a document: what is of the runbook alone.
fn own(markdown: &str) -> Vec<String> {
    let mut own = Vec::new();
    let mut depth = 0;
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_GFM;
    for event in Parser::new_ext(markdown, options) {
        match &event {
            Event::Start(Tag::Item) => depth += 1,
            Event::End(pulldown_cmark::TagEnd::Item) => depth -= 1,
            _ => {}
        }
        match event {
            Event::Start(Tag::Heading { level, .. }) => own.push(format!("{level}")),
            Event::InlineHtml(html)
                if html.starts_with("<a id=\"p/note") || html.starts_with("<a id=\"p/g/note") =>
            {
                own.push("note".to_owned())
            }
            Event::InlineHtml(html) => own.push(html.to_string()),
            Event::TaskListMarker(done) => own.push(format!("{done} in {depth}")),
            Event::Html(html) => panic!("HTML: {html}\n{markdown}"),
            Event::Start(Tag::Image { dest_url, .. }) => panic!("{dest_url} is loaded\n{markdown}"),
            Event::Start(Tag::Link { dest_url, .. }) => {
                let safe = ["http://", "https://", "mailto:", "#"];
                let relative = !dest_url.contains(':') && !dest_url.starts_with("//");
                assert!(
                    relative || safe.iter().any(|one| dest_url.starts_with(one)),
                    "{dest_url}"
                );
                if dest_url.starts_with('#') {
                    own.push(format!("link {dest_url}"));
                }
            }
            Event::Start(Tag::FootnoteDefinition(_) | Tag::BlockQuote(Some(_))) => {
                panic!("{markdown}")
            }
            _ => {}
        }
    }
    own
}

/// The same, as cmark-gfm reads it.
fn own_by_gfm(markdown: &str) -> Vec<String> {
    let own = ["heading", "tasklist", "anchor", "html", "image", "footnote"];
    let parts = gfm(markdown).unwrap_or_default().into_iter();
    parts
        .filter(|part| own.iter().any(|one| part.starts_with(one)))
        .collect()
}

#[test]
fn the_end_of_a_note_is_the_end_of_it() {
    let harmless = runbook("Harmless").1;
    let (wanted, github) = (own(&harmless), own_by_gfm(&harmless));
    let once: Vec<String> = PAYLOADS
        .iter()
        .map(|payload| (*payload).to_owned())
        .collect();
    let blocks = BLOCKS.iter().map(|block| (*block).to_owned());
    let twice = BLOCKS.iter().flat_map(|block| {
        [
            format!("- a\n\n{block}"),
            format!("{block}\n\n{block}"),
            format!("> {}", block.replace('\n', "\n> ")),
        ]
    });
    for note in once.into_iter().chain(blocks).chain(twice) {
        let (_, markdown) = runbook(&note);
        assert_eq!(own(&markdown), wanted, "{note:?}:\n{markdown}");
        assert_eq!(own_by_gfm(&markdown), github, "{note:?}:\n{markdown}");
        assert!(
            markdown.lines().all(|line| line == line.trim_end()),
            "{note:?}:\n{markdown}"
        );
    }
}

/// What a note comes to in HTML, as the page has it, and as a reader of the Markdown makes it.
fn both(note: &str) -> (String, String) {
    let (plan, markdown) = runbook(note);
    let page = built(&Html, &plan).remove(0).text;
    let (_, page) = page.split_once("<div class=\"note\">").expect("a note");
    let (page, _) = page.split_once("</div>\n<section").expect("its end");
    let (_, own) = markdown
        .split_once("| Version | 1 |\n\n")
        .expect("the head");
    let (own, _) = own.split_once("\n```mermaid").expect("the graph");
    let mut html = String::new();
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    pulldown_cmark::html::push_html(&mut html, Parser::new_ext(own, options));
    (words(page), words(&html))
}

/// HTML without what only the page says of links and code, and without the blanks between its elements.
fn words(html: &str) -> String {
    let mut out = html
        .replace(" rel=\"noreferrer\"", "")
        .replace("<pre tabindex=\"0\">", "<pre>")
        .replace("<p>", "")
        .replace("</p>", "\n")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&#x60;", "`")
        .replace("&#x3D;", "=")
        .replace("<br/>", "<br />");
    while let Some(at) = out.find("<code class=") {
        let end = out[at..].find('>').expect("the tag ends");
        out.replace_range(at..at + end + 1, "<code>");
    }
    out.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace("> <", "><")
        .replace("> ", ">")
        .replace(" <", "<")
}

#[test]
fn a_note_says_the_same_in_markdown_and_on_the_page() {
    for note in BLOCKS
        .iter()
        .filter(|note| !note.contains("<x y>") && !note.contains("a_b_(c)"))
    {
        let (page, markdown) = both(note);
        assert_eq!(markdown, page, "{note:?}");
    }
}

#[test]
fn what_an_author_marks_up_is_kept() {
    for (note, wanted) in [
        (
            "The old pods **stay** for *an* hour.",
            "The old pods **stay** for *an* hour.",
        ),
        ("a\nb", "a\nb"),
        ("- a\n- b\n  1. c\n  2. d", "- a\n- b\n  1. c\n  2. d"),
        ("* a\n\n* b", "- a\n\n- b"),
        ("```yaml\na: b\n\nc: d\n```", "```yaml\na: b\n\nc: d\n```"),
        ("~~~\na\n~~~", "```\na\n```"),
        ("> a\n> b", "> a\n> b"),
        (
            "a | b\n:-- | --:\n1 | 2",
            "| a | b |\n| :-- | --: |\n| 1 | 2 |",
        ),
        (
            "[docs](docs/a.md) <https://example.org/a>",
            "[docs](docs/a.md) <https://example.org/a>",
        ),
        ("See https://example.org/a.", "See <https://example.org/a>."),
        ("![graph](graph.png)", "[graph](graph.png)"),
        ("# Heading", "**Heading**"),
        ("<b>x</b>", "&lt;b>x&lt;/b>"),
        ("- [ ] x", "- \\[ \\] x"),
        ("`a|b` a|b", "`a|b` a\\|b"),
        ("a\\\nb", "a\\\nb"),
    ] {
        let (_, markdown) = runbook(note);
        let (_, own) = markdown
            .split_once("| Version | 1 |\n\n")
            .expect("the head");
        let (own, _) = own.split_once("\n\n```mermaid").expect("the graph");
        assert_eq!(own, wanted, "{note:?}");
    }
}

#[test]
fn a_parameter_stands_in_a_note_as_code_wherever_it_stands() {
    let text = "edition 2026\nparam ns \"N\" : text = \"x\"\ndeployment \"D\" {\n  version \"1\"\n  note \"\"\"\n    \
                {ns}{ns} and `kubectl -n {ns} get` and **{ns}**\n\n    ```\n    {ns}\n    ```\n    \"\"\"\n}\nphase p \"P {ns}{ns}\" { check \"x\" }\n";
    let plan = plan(text.to_owned()).expect("it is sound");
    let markdown = built(&Markdown, &plan).remove(0).text;
    assert!(
        markdown
            .contains("`{ns}{ns}` and `kubectl -n {ns} get` and **`{ns}`**\n\n```\n{ns}\n```\n"),
        "{markdown}"
    );
    assert!(markdown.contains("## P `{ns}{ns}`\n"), "{markdown}");
}

/// Pieces of Markdown, to be put together in any order.
const PIECES: &[&str] = &[
    "a",
    "b c",
    " ",
    "  ",
    "    ",
    "\t",
    "\n",
    "\n\n",
    "\n  ",
    "\n    ",
    "- ",
    "* ",
    "+ ",
    "1. ",
    "2) ",
    "> ",
    ">",
    "# ",
    "## ",
    "===",
    "---",
    "***",
    "```",
    "````",
    "~~~",
    "`",
    "``",
    "*",
    "**",
    "_",
    "__",
    "~~",
    "[",
    "]",
    "(x)",
    "](",
    ")",
    "![",
    "<",
    ">",
    "<b>",
    "</b>",
    "<!--",
    "-->",
    "<div>\n",
    "<script>",
    "<https://t.example>",
    "|",
    " | ",
    "\n|-|-|\n",
    ":--",
    "\\",
    "\\\n",
    "&lt;",
    "&#42;",
    "&",
    "[x]: /u\n",
    "[x]",
    "[ ] ",
    "[^1]",
    "$",
    ":tada:",
    "@a",
    "http://t.example/a*b*",
    "{",
    "}",
    "é",
    "\u{a0}",
    "0",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_mix_of_marks_reaches_beyond_its_note(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 1..24)
    ) {
        let note = pieces.concat();
        let wanted = own(&runbook("Harmless").1);
        let (plan, markdown) = runbook(&note);
        prop_assert_eq!(own(&markdown), wanted, "{:?}:\n{}", note, markdown);
        let page = built(&Html, &plan).remove(0).text;
        let tags = super::html::read(&page).0;
        prop_assert!(tags.iter().all(|tag| !tag.starts_with("img") && !tag.contains(" on")));
    }
}
