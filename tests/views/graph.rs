//! Pictures of a plan: what is drawn, and that no text of a spec means anything to Mermaid, DOT or
//! SVG.

use deployc::backend::graph::{Chart, Form, Item, Shape, Tie, View, chart, parts};
use deployc::compile;
use deployc::plan::{EdgeKind, Plan};
use deployc::source::NoFiles;

const SPEC: &str = r#"edition 2026

deployment "Checkout" {
  starts 2027-03-02 10:00 UTC
  on failure rollback quick
}

role lead "Lead"

service checkout {
  namespace production
  workload deployment/checkout
}

metric error-rate "Error rate" : percent in ratio {
  better lower
  prometheus `errors`
}

phase preparation "Preparation" from T-1d to T-1h by lead {
  group code "Code" {
    check tests "All tests pass"
    check review "Reviewed"
  }
}

gate go "Go" at T-1h {
  require error-rate < 1%
  approve by lead
}

phase rollout "Rollout" at T {
  run apply `kubectl apply -f canary.yaml` undo `kubectl delete -f canary.yaml`
  shift checkout to 10%
  hold 15m while error-rate < 0.5%
  shift checkout to 100%
}

phase docs "Documents" after go takes 5m {
  check written "Release notes are written"
}

phase conclusion "Conclusion" after rollout, docs takes 15m {
  check done "Everybody knows"
}

rollback quick "Quick rollback" within 5m {
  shift checkout to 0%
  check restored "Restored"
}

severity critical "Immediate" {
  when error-rate > 5%
  then rollback quick
}
"#;

fn plan() -> Plan {
    let compilation = compile::check("checkout.deploy", SPEC.to_owned(), &NoFiles);
    let found: Vec<&str> = compilation
        .diagnostics
        .iter()
        .map(|finding| finding.message.as_str())
        .collect();
    compile::plan(&compilation).unwrap_or_else(|| panic!("{found:?}"))
}

#[test]
fn the_whole_plan_is_drawn_in_every_form() {
    let chart = chart(&plan(), View::Whole).expect("there is a plan");
    insta::assert_snapshot!("graph_mermaid", chart.write(Form::Mermaid));
    insta::assert_snapshot!("graph_dot", chart.write(Form::Dot));
    insta::assert_snapshot!("graph_svg", chart.write(Form::Svg));
}

#[test]
fn every_edge_of_the_plan_between_drawn_nodes_is_drawn() {
    let plan = plan();
    let chart = chart(&plan, View::Whole).expect("there is a plan");
    for kind in [
        EdgeKind::Sequence,
        EdgeKind::After,
        EdgeKind::Guards,
        EdgeKind::Undoes,
    ] {
        assert!(
            chart.ties.iter().any(|tie| tie.kind == kind),
            "{kind:?} is not drawn"
        );
    }
    let stretches = plan.stretches();
    for edge in &plan.edges {
        let reached: Vec<&str> = match edge.kind {
            EdgeKind::Sequence | EdgeKind::After => vec![&edge.to],
            EdgeKind::Guards | EdgeKind::Undoes => {
                let nodes = stretches.reached(edge).into_iter();
                nodes.map(|node| node.id.as_str()).collect()
            }
        };
        assert!(!reached.is_empty(), "{edge:?} leads nowhere");
        for to in reached {
            let drawn = chart.ties.iter().any(|tie| {
                tie.kind == edge.kind
                    && (edge.from == tie.from || edge.from.starts_with(&format!("{}/", tie.from)))
                    && (to == tie.to || to.starts_with(&format!("{}/", tie.to)))
            });
            let one_row = edge.from.split('/').take(2).eq(to.split('/').take(2));
            assert!(drawn || one_row, "{edge:?} to {to}");
        }
    }
}

#[test]
fn one_phase_is_drawn_with_all_that_is_in_it() {
    let plan = plan();
    let drawn = chart(&plan, View::Within("preparation")).expect("there is such a phase");
    assert_eq!(drawn.title, "Checkout: Preparation");
    let ids: Vec<&str> = drawn.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids, ["preparation/code"]);
    assert_eq!(drawn.items[0].children.len(), 2);
    assert_eq!(chart(&plan, View::Within("nothing")), None);
}

#[test]
fn the_critical_path_is_drawn_alone() {
    let plan = plan();
    let drawn = chart(&plan, View::CriticalPath).expect("times are known");
    let ids: Vec<&str> = drawn.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids, plan.critical_path);
    assert!(
        ids.contains(&"rollout") && !ids.contains(&"docs"),
        "{ids:?}"
    );
    assert!(drawn.items.iter().all(|item| item.critical));
    assert!(drawn.ties.iter().all(|tie| tie.critical));
    assert_eq!(drawn.ties.len(), ids.len() - 1);
}

#[test]
fn parts_are_known_by_id_and_by_a_last_name_of_their_own() {
    let plan = plan();
    let parts = parts(&plan);
    assert_eq!(parts.get("rollout"), Some(&"rollout"));
    let quick = parts
        .get("quick")
        .copied()
        .expect("one rollback is called quick");
    assert_eq!(parts.get(quick), Some(&quick));
    assert_eq!(parts.get("apply"), None);
}

const NASTY: [&str; 14] = [
    "\"]; click n_a href \"javascript:alert(1)\"",
    "%%{init: {}}%%",
    "end",
    "a --> b",
    "x;y\nflowchart LR",
    "<b>bold</b><script>alert(1)</script>",
    "#quot;#35;",
    "`**markdown**`",
    "1. first",
    "- [x] box",
    "\\\"\\N\\G",
    "&lt;&#34;&amp;",
    "]]></svg>\u{1b}[2J\u{202e}\u{0}\u{ffff}",
    "</td></tr></table>>]; evil",
];

fn nasty(text: &str) -> Chart {
    let item = |id: &str, children: Vec<Item>| Item {
        id: id.to_owned(),
        label: text.to_owned(),
        detail: text.to_owned(),
        shape: Shape::Stretch,
        critical: false,
        children,
    };
    Chart {
        title: text.to_owned(),
        items: vec![
            item(
                "a",
                vec![item("a/b", Vec::new()), item("a/end", Vec::new())],
            ),
            item("end", Vec::new()),
        ],
        ties: vec![Tie {
            from: "a".to_owned(),
            to: "end".to_owned(),
            kind: EdgeKind::Sequence,
            critical: false,
        }],
    }
}

/// The picture with every label reduced to `Q`: what is left must not depend on the labels.
fn skeleton(form: Form, written: &str) -> String {
    match form {
        Form::Mermaid => {
            let mut out = String::new();
            for (index, part) in written.split('"').enumerate() {
                out.push_str(if index % 2 == 0 { part } else { "\"Q\"" });
            }
            out
        }
        Form::Dot => {
            // labels stand between cells, the title between quotes
            let mut out = String::new();
            for line in written.lines() {
                if line.starts_with("digraph \"") {
                    assert_eq!(line.matches('"').count(), 2, "{line}");
                    assert!(line.ends_with("\" {"), "{line}");
                    out.push_str("digraph\n");
                    continue;
                }
                let tags: String = line
                    .split('<')
                    .enumerate()
                    .map(|(index, part)| match part.split_once('>') {
                        Some((tag, _)) if index > 0 => format!("<{tag}>"),
                        Some(_) | None => String::new(),
                    })
                    .collect();
                out.push_str(if line.contains("<td") { &tags } else { line });
                out.push('\n');
            }
            out
        }
        Form::Svg => {
            let mut out = String::new();
            for part in written.split('<').skip(1) {
                let (tag, _) = part.split_once('>').expect("a tag is closed");
                let name: String = tag.chars().take_while(char::is_ascii_alphabetic).collect();
                out.push_str(&format!("<{name}>"));
            }
            out
        }
    }
}

#[test]
fn no_text_of_a_spec_is_code_in_a_picture() {
    for form in [Form::Mermaid, Form::Dot, Form::Svg] {
        let plain = skeleton(form, &nasty("Q").write(form));
        for text in NASTY {
            let written = nasty(text).write(form);
            assert_eq!(
                skeleton(form, &written),
                plain,
                "{form:?} {text:?}\n{written}"
            );
            assert!(
                !written
                    .chars()
                    .any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'),
                "{form:?} {text:?}"
            );
        }
    }
}

#[test]
fn mermaid_labels_hold_nothing_that_mermaid_or_markdown_reads() {
    for text in NASTY {
        let written = nasty(text).write(Form::Mermaid);
        for label in written.split('"').skip(1).step_by(2) {
            let label = label.replace("<br/>", " ");
            assert!(
                !label.contains(['`', '<', '>', '&', '\\', '[', ']', '{', '}', '|', '%', '*']),
                "{label}"
            );
            let mut rest = label.as_str();
            while let Some((_, after)) = rest.split_once('#') {
                let (number, after) = after.split_once(';').expect("an entity is closed");
                assert!(number.parse::<u32>().is_ok(), "{label}");
                rest = after;
            }
        }
    }
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    for form in [Form::Mermaid, Form::Dot, Form::Svg] {
        let write = || {
            chart(&plan(), View::Whole)
                .expect("there is a plan")
                .write(form)
        };
        assert_eq!(write(), write());
    }
}

#[test]
fn a_picture_of_a_thousand_boxes_is_made_and_no_line_is_lost() {
    let item = |number: usize| Item {
        id: format!("n{number}"),
        label: format!("Number {number}"),
        detail: String::new(),
        shape: Shape::Stretch,
        critical: false,
        children: Vec::new(),
    };
    let tie = |from: usize, to: usize| Tie {
        from: format!("n{from}"),
        to: format!("n{to}"),
        kind: EdgeKind::After,
        critical: false,
    };
    let chart = Chart {
        title: "Many".to_owned(),
        items: (0..1000).map(item).collect(),
        ties: (1..1000)
            .flat_map(|number| [tie(number - 1, number), tie(number / 2, number)])
            .collect(),
    };
    let svg = chart.write(Form::Svg);
    let mut distinct = chart.ties.clone();
    distinct.sort();
    distinct.dedup();
    let itself = distinct.iter().filter(|tie| tie.from == tie.to).count();
    // one more in the legend
    assert_eq!(
        svg.matches("marker-end").count(),
        distinct.len() - itself + 1
    );
}
