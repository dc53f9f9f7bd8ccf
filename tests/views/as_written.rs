//! Five real checklists are said in the language in `tests/corpus/as-written`. `map.tsv` beside them
//! has a row for each checkbox, command, threshold, time and blank of the originals, with the node
//! that it became. Here each node is found in the compiled plan, with the kind, comparator, value
//! and unit that the row says.
//!
//! Columns: file, line of the original, what it is, id, kind, comparator, value, unit.
//! - `box`: `done` as comparator where it was ticked already.
//! - `command`: the value is the command, or its first words; a line that goes on is one line.
//! - `threshold`: comparators of the language, and `in` (a range), `~` (about), `trend`, `any` (an
//!   event: a person's word, or more than none), `within` (what a baseline says, or how long it may
//!   take). Value and unit are as in the original, or words in quotes that stand in the node's texts.
//! - `time`: the value is `T-6h`, `T+2h..T+24h`, a date, a clock time, a duration, a period (`/h`),
//!   `continuous`, `blank` (to be filled in), several of them with blanks between, or words in quotes
//!   that stand in the node's texts.
//! - `blank`: a record or an approval.
//!
//! What is no node of the tree has its kind and name: `deployment`, `metric`, `message` …

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use deployc::compile;
use deployc::quantity::{Dimension, Quantity, Range, compatible};
use deployc::source::NoFiles;
use serde_json::Value;

const FOLDER: &str = "tests/corpus/as-written";

/// How many boxes, commands, thresholds, times and blanks the originals have.
const TOTALS: [(&str, [usize; 5]); 5] = [
    ("hsc-jit", [69, 34, 38, 44, 0]),
    ("video-ranking", [220, 9, 49, 33, 26]),
    ("user-whisperer", [103, 25, 23, 13, 14]),
    ("x0tta6bl4", [180, 28, 42, 47, 0]),
    ("ollama", [63, 9, 17, 11, 6]),
];

const WHATS: [&str; 5] = ["box", "command", "threshold", "time", "blank"];

struct Row {
    number: usize,
    file: String,
    line: u32,
    what: String,
    node: String,
    kind: String,
    comparator: String,
    value: String,
    unit: String,
}

fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(Path::new(FOLDER).join("map.tsv")).expect("the map");
    let mut lines = text.lines().enumerate();
    let head = lines.next().map(|(_, line)| line);
    assert_eq!(
        head,
        Some("file\tline\twhat\tnode\tkind\tcomparator\tvalue\tunit")
    );
    lines
        .map(|(index, line)| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [file, at, what, node, kind, comparator, value, unit] = cells[..] else {
                panic!("map.tsv:{}: eight columns wanted: {line}", index + 1);
            };
            Row {
                number: index + 1,
                file: file.into(),
                line: at.parse().expect("a line number"),
                what: what.into(),
                node: node.into(),
                kind: kind.into(),
                comparator: comparator.into(),
                value: value.into(),
                unit: unit.into(),
            }
        })
        .collect()
}

fn plan(file: &str) -> Value {
    let path = format!("{FOLDER}/{file}.deploy");
    let text = std::fs::read_to_string(&path).expect("the file");
    let compilation = compile::check(&path, text, &NoFiles);
    let plan = compile::plan(&compilation).expect("mistakes, but none that stops the plan");
    serde_json::to_value(&plan).expect("a plan as JSON")
}

/// Everything in a plan that a row may name, by kind and id, without what stands inside it.
type Nodes = BTreeMap<(String, String), Value>;

fn nodes(plan: &Value) -> Nodes {
    let mut found = Nodes::new();
    let mut enter = |kind: &str, id: &str, node: Value| {
        found.insert((kind.to_owned(), id.to_owned()), node);
    };
    enter("deployment", "deployment", plan["deployment"].clone());
    for (list, kind) in [
        ("metrics", "metric"),
        ("messages", "message"),
        ("services", "service"),
        ("roles", "role"),
        ("channels", "channel"),
    ] {
        for one in plan[list].as_array().into_iter().flatten() {
            let name = one["name"].as_str().expect("a name");
            enter(kind, name, one.clone());
        }
    }
    let mut stack: Vec<&Value> = plan["nodes"].as_array().into_iter().flatten().collect();
    while let Some(node) = stack.pop() {
        stack.extend(node["children"].as_array().into_iter().flatten());
        let mut alone = node.clone();
        alone.as_object_mut().expect("a node").remove("children");
        alone.as_object_mut().expect("a node").remove("origin");
        let (kind, id) = (node["kind"].as_str(), node["id"].as_str());
        enter(kind.expect("a kind"), id.expect("an id"), alone);
    }
    found
}

/// Calls `visit` with this value and all inside.
fn walk<'a>(value: &'a Value, visit: &mut impl FnMut(&'a Value)) {
    visit(value);
    match value {
        Value::Array(list) => list.iter().for_each(|one| walk(one, visit)),
        Value::Object(map) => map.values().for_each(|one| walk(one, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn all<T>(node: &Value, take: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    let mut found = Vec::new();
    walk(node, &mut |value| found.extend(take(value)));
    found
}

fn quantities(node: &Value) -> Vec<Quantity> {
    all(node, |value| serde_json::from_value(value.clone()).ok())
}

fn read(number: &str, unit: &str) -> Quantity {
    Quantity::parse(&format!("{number}{unit}"))
        .or_else(|_| Quantity::parse(&format!("{number} {unit}")))
        .unwrap_or_else(|_| panic!("`{number}` `{unit}` is no quantity"))
}

fn same(found: &Quantity, wanted: &Quantity) -> bool {
    found.value == wanted.value && compatible(&found.dimension, &wanted.dimension)
}

/// Whether the words, with their closing quote, stand in the node's texts.
fn says(node: &Value, words: &str) -> bool {
    let words = words.trim_end_matches('"');
    let texts = all(node, |value| value.as_str().map(str::to_owned));
    texts.iter().any(|text| text.contains(words))
}

/// Whether the node says this threshold.
fn has_threshold(row: &Row, node: &Value) -> bool {
    let compared = |value: &Value| {
        if value["comparator"] != *row.comparator {
            return false;
        }
        let wanted = read(&row.value, &row.unit);
        serde_json::from_value::<Quantity>(value["value"].clone())
            .is_ok_and(|found| same(&found, &wanted))
    };
    let bounds = |bound: &str, key: &str| {
        all(node, |value| {
            (value["bound"] == bound).then(|| value[key].clone())
        })
    };
    if let Some(words) = row.value.strip_prefix('"') {
        return says(node, words);
    }
    match row.comparator.as_str() {
        "within" if row.unit.is_empty() => {
            bounds("baseline", "of").contains(&Value::from(row.value.as_str()))
        }
        "within" => serde_json::from_value::<Quantity>(node["within"].clone())
            .is_ok_and(|found| same(&found, &read(&row.value, &row.unit))),
        "in" => {
            let (low, high) = row.value.split_once("..").expect("a range");
            let (low, high) = (read(low, &row.unit), read(high, &row.unit));
            bounds("between", "range").into_iter().any(|range| {
                serde_json::from_value::<Range>(range)
                    .is_ok_and(|range| same(&range.low, &low) && same(&range.high, &high))
            })
        }
        "~" => {
            let wanted = read(&row.value, &row.unit);
            bounds("about", "value").into_iter().any(|value| {
                serde_json::from_value(value).is_ok_and(|found: Quantity| same(&found, &wanted))
            })
        }
        "trend" => bounds("trend", "trend").contains(&Value::from(row.value.as_str())),
        "any" => {
            let conditions = all(node, |value| value["condition"].as_str().map(str::to_owned));
            let more_than_none = all(node, |value| {
                (value["comparator"] == ">" && value["value"]["value"] == 0).then_some(())
            });
            !more_than_none.is_empty() || conditions.iter().all(|one| one == "asserted")
        }
        _ => all(node, |value| compared(value).then_some(())).len() == 1,
    }
}

/// Whether the node says this time.
fn has_time(row: &Row, node: &Value, wanted: &str) -> bool {
    if let Some(words) = wanted.strip_prefix('"') {
        return says(node, words);
    }
    if wanted == "continuous" {
        return match row.kind.as_str() {
            "watch" | "monitor" | "alert" => true,
            "every" => node["interval"]["event"].is_string(),
            _ => false,
        };
    }
    if wanted == "blank" {
        return row.kind == "record" && (node["value"] == "date" || node["value"] == "time");
    }
    if let Some((from, to)) = wanted.split_once("..") {
        if from.starts_with('T') || from.contains(':') || from.contains('-') {
            return node["window"]["from"] == from && node["window"]["to"] == to;
        }
        let range = Range::parse(wanted).expect("a range");
        let ranges: Vec<Range> = all(node, |value| serde_json::from_value(value.clone()).ok());
        return ranges
            .iter()
            .any(|found| same(&found.low, &range.low) && same(&found.high, &range.high));
    }
    if let Some(period) = wanted.strip_prefix('/') {
        return quantities(node)
            .iter()
            .any(|found| found.written.ends_with(&format!("/{period}")));
    }
    if let Ok(wanted) = Quantity::parse(wanted)
        && wanted.dimension == Dimension::Duration
    {
        return quantities(node).iter().any(|found| same(found, &wanted));
    }
    all(node, |value| (value.as_str() == Some(wanted)).then_some(())).len() == 1
}

/// A command as one line.
fn line(command: &str) -> String {
    let joined = command.replace("\\\n", " ");
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is wrong with a row; nothing where it is right.
fn mistake(row: &Row, nodes: &Nodes) -> Option<String> {
    let Some(node) = nodes.get(&(row.kind.clone(), row.node.clone())) else {
        let other: Vec<&str> = nodes
            .keys()
            .filter(|(_, id)| *id == row.node)
            .map(|(kind, _)| kind.as_str())
            .collect();
        return Some(if other.is_empty() {
            format!("no node `{}`", row.node)
        } else {
            format!(
                "`{}` is a {}, not a {}",
                row.node,
                other.join(", "),
                row.kind
            )
        });
    };
    let holds = match row.what.as_str() {
        "box" => row.comparator.is_empty() || node["done"] == true,
        "command" => line(node["command"]["text"].as_str().unwrap_or_default())
            .starts_with(&line(&row.value)),
        "threshold" => has_threshold(row, node),
        "time" if row.value.starts_with('"') => has_time(row, node, &row.value),
        "time" => row.value.split(' ').all(|value| has_time(row, node, value)),
        "blank" => row.kind == "record" || row.kind == "approve",
        other => panic!("map.tsv:{}: `{other}` is no kind of thing", row.number),
    };
    (!holds).then(|| {
        let wanted = [&row.comparator, &row.value, &row.unit]
            .map(String::as_str)
            .join(" ");
        format!("`{}` does not say `{}`", row.node, wanted.trim())
    })
}

#[test]
fn every_row_of_the_map_is_in_the_plan() {
    let rows = rows();
    let mut mistakes = Vec::new();
    for (file, _) in TOTALS {
        let nodes = nodes(&plan(file));
        for row in rows.iter().filter(|row| row.file == file) {
            if let Some(mistake) = mistake(row, &nodes) {
                mistakes.push(format!(
                    "map.tsv:{}: {file} {}: {mistake}",
                    row.number, row.line
                ));
            }
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn the_map_holds_all_that_the_originals_hold() {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in rows() {
        *counts.entry((row.file, row.what)).or_default() += 1;
    }
    let mut sums = [0; 5];
    for (file, totals) in TOTALS {
        let found = WHATS.map(|what| {
            let key = (file.to_owned(), what.to_owned());
            counts.remove(&key).unwrap_or_default()
        });
        assert_eq!(found, totals, "{file}: {WHATS:?}");
        for (sum, one) in sums.iter_mut().zip(found) {
            *sum += one;
        }
    }
    assert_eq!(sums, [635, 105, 169, 148, 46]);
    assert!(counts.is_empty(), "rows of no known file: {counts:?}");
}

#[test]
fn the_map_is_in_order_and_no_two_boxes_are_one_node() {
    let rows = rows();
    let keys: Vec<(&str, u32)> = rows.iter().map(|row| (&row.file[..], row.line)).collect();
    assert!(keys.is_sorted(), "sort the map by file, then line");
    for what in ["box", "command"] {
        let mut seen = BTreeSet::new();
        for row in rows.iter().filter(|row| row.what == what) {
            assert!(
                seen.insert((&row.file, &row.node)),
                "map.tsv:{}: a second {what} of {}",
                row.number,
                row.node
            );
        }
    }
}
