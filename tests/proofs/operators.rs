//! Words that join, turn round, count or compare are never taken for the name of what stands behind them: where a
//! condition may begin, `not` is the operator, and any other such word is refused.

use std::collections::BTreeSet;

use deployc::compile;
use deployc::model::{Condition, Node, Work};
use deployc::source::{NoFiles, SourceId};
use deployc::syntax::{Kind, parse};

/// The words of the language, as the grammar knows them, and words that count or join in plain English.
fn words() -> BTreeSet<&'static str> {
    let grammar = include_str!("../../grammar/deploy.pest");
    let keywords = grammar.lines().filter_map(|line| {
        let (_, rest) = line.strip_prefix("k_")?.split_once("@{ \"")?;
        rest.split_once('"').map(|(word, _)| word)
    });
    let more = "about above after again all always and any at as baseline before below both by decreasing done due each \
        either else every exactly except few for from if in increasing least many more most neither never no no-data \
        none nor not of off on once one only or other over several since some stable status takes target than that \
        then to unless until up via when whenever whether while with within without";
    keywords.chain(more.split_whitespace()).collect()
}

/// Words that join, turn round, count or compare: what they say would be lost in a name.
const SAYING: &[&str] = &[
    "about",
    "after",
    "all",
    "always",
    "and",
    "any",
    "as",
    "at",
    "baseline",
    "both",
    "by",
    "decreasing",
    "done",
    "due",
    "each",
    "either",
    "else",
    "every",
    "exactly",
    "for",
    "from",
    "if",
    "in",
    "increasing",
    "least",
    "most",
    "neither",
    "never",
    "no",
    "no-data",
    "none",
    "nor",
    "not",
    "of",
    "on",
    "once",
    "only",
    "or",
    "over",
    "stable",
    "status",
    "takes",
    "target",
    "than",
    "that",
    "then",
    "to",
    "unless",
    "until",
    "via",
    "when",
    "whenever",
    "whether",
    "while",
    "with",
    "within",
    "without",
];

/// Of these, the ones that never name anything that is asked, not even before a title.
const JOINING: &[&str] = &[
    "and", "by", "for", "if", "in", "no", "not", "of", "on", "once", "or", "that", "then",
    "unless", "until", "when", "whenever", "whether", "while",
];

const HEAD: &str = "edition 2026
deployment \"D\" {
  version \"v1\"
}
role lead \"Lead\"
param migrate \"Migrate?\" : yes-no = no
metric age \"Age\" : duration in seconds {
  better lower
  prometheus `max(age_seconds)`
}
";

/// Statements in which a word may stand before a condition, a length or a list, each in its block.
const BEFORE: &[(&str, &str, &str)] = &[
    ("phase p \"P\" {\n", "check WORD age stable over 10m", "\n}"),
    ("phase p \"P\" {\n", "check WORD age < 1m", "\n}"),
    (
        "phase p \"P\" {\n",
        "check WORD age within 10% of stable",
        "\n}",
    ),
    (
        "phase p \"P\" {\n",
        "check WORD age in 1m..2m, age > 1s",
        "\n}",
    ),
    ("gate g \"G\" {\n", "require WORD age increasing", "\n}"),
    (
        "severity s \"S\" {\n",
        "when WORD age stable over 10m",
        "\nthen stop\n}",
    ),
    ("failure {\n", "when WORD age about 5m", "\n}"),
    ("success {\n", "require WORD age < 1m over 1h", "\n}"),
    ("phase p \"P\" {\n", "hold WORD 15m", "\n}"),
    ("phase p \"P\" {\n", "hold WORD 15m while age < 1m", "\n}"),
    ("phase p \"P\" {\n", "hold 15m while WORD age < 1m", "\n}"),
    ("phase p \"P\" {\n", "check \"C\" if WORD migrate", "\n}"),
    ("phase p \"P\" {\n", "check \"C\" WORD age < 1m", "\n}"),
    ("baseline b \"B\" {\n", "WORD age < 1m", "\n}"),
    ("gate g \"G\" {\n", "approve WORD by lead", "\n}"),
    ("phase p \"P\" {\n", "watch WORD age", "\n}"),
    ("test \"t\" {\n", "given WORD age = 5m", "\n}"),
    ("test \"t\" {\n", "expect WORD stop", "\n}"),
    ("", "alert a when WORD age > 5m then stop", ""),
];

/// Statements in which a joining word may stand before a title.
const TITLED: &[(&str, &str, &str)] = &[
    ("phase p \"P\" {\n", "check WORD \"Users complain\"", "\n}"),
    ("gate g \"G\" {\n", "require WORD \"Users complain\"", "\n}"),
    (
        "severity s \"S\" {\n",
        "when WORD \"Users complain\"",
        "\nthen stop\n}",
    ),
    (
        "phase p \"P\" {\n",
        "run WORD \"Done already\" `true` reads-only",
        "\n}",
    ),
    ("phase p \"P\" {\n", "run WORD `true` reads-only", "\n}"),
    ("phase p \"P\" {\n", "hold WORD \"Wait\" 15m", "\n}"),
    ("phase p \"P\" {\n", "wait WORD until 10:00", "\n}"),
    ("phase p \"P\" {\n", "wait WORD for \"it is there\"", "\n}"),
    ("gate g \"G\" {\n", "approve WORD \"A\" by lead", "\n}"),
    (
        "phase p \"P\" {\n",
        "hold 15m while WORD \"All is well\"",
        "\n}",
    ),
    (
        "phase p \"P\" {\n",
        "gate WORD \"Go\" { require \"x\" }",
        "\n}",
    ),
    ("phase p \"P\" {\n", "record WORD \"R\" in ms", "\n}"),
    (
        "phase p \"P\" {\n",
        "group WORD \"G\" { check \"x\" }",
        "\n}",
    ),
];

/// Whether the word was taken for a name, and nothing is said at its line.
fn is_silent(place: &(&str, &str, &str), word: &str) -> bool {
    let (before, statement, behind) = place;
    let statement = statement.replace("WORD", word);
    let text = format!("{HEAD}{before}{statement}{behind}\n");
    let start = HEAD.len() + before.len();
    let line = start..start + statement.len() + 1;
    let checked = compile::check("spec.deploy", text.clone(), &NoFiles);
    let said = checked
        .diagnostics
        .iter()
        .any(|finding| line.contains(&(finding.primary.span.start as usize)));
    let (file, _) = parse(SourceId(0), &text);
    let named = file
        .pieces
        .iter()
        .flat_map(|piece| piece.root().descend())
        .any(|node| {
            matches!(node.kind(), Kind::name | Kind::path)
                && node.text() == word
                && line.contains(&(node.span().start as usize))
        });
    named && !said
}

#[test]
fn no_word_of_an_expression_is_taken_for_a_name() {
    let words = words();
    assert!(words.len() > 130, "{} words", words.len());
    assert!(SAYING.iter().all(|word| words.contains(word)));
    let mut wrong = Vec::new();
    for word in words {
        let before = BEFORE.iter().filter(|_| SAYING.contains(&word));
        let titled = TITLED.iter().filter(|_| JOINING.contains(&word));
        for place in before.chain(titled) {
            if is_silent(place, word) {
                wrong.push(place.1.replace("WORD", word));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// What a node asks.
fn asked(node: &Node) -> Option<&Condition> {
    match &node.work {
        Work::Check { holds }
        | Work::Require { holds }
        | Work::When { holds }
        | Work::Hold { holds, .. } => holds.as_ref(),
        Work::Alert { when, .. } => when.as_ref(),
        Work::Bound { holds } => holds.as_ref(),
        _ => node.condition.as_ref(),
    }
}

fn conditions(text: &str) -> Vec<(String, Condition)> {
    let checked = compile::check("spec.deploy", format!("{HEAD}{text}\n"), &NoFiles);
    let mut found = Vec::new();
    for node in &checked.spec.nodes {
        node.walk(&mut |node| {
            if let Some(asked) = asked(node).or(node.condition.as_ref()) {
                found.push((node.id.clone(), asked.clone()));
            }
        });
    }
    found
}

#[test]
fn not_turns_a_condition_round_wherever_one_may_begin() {
    let places = BEFORE.iter().filter(|(_, statement, _)| {
        let negates = [
            "approve",
            "watch",
            "given",
            "expect",
            "hold WORD",
            "check \"C\" WORD",
        ];
        !negates.iter().any(|word| statement.starts_with(word)) && !statement.contains("given")
    });
    let titled = TITLED.iter().filter(|(_, statement, _)| {
        ["check", "require", "when", "hold 15m"]
            .iter()
            .any(|word| statement.starts_with(word))
    });
    let shape = |condition: &Condition| format!("{condition:?}").matches("Not {").count();
    let mut count = 0;
    for (before, statement, behind) in places.chain(titled) {
        let text = |word: &str| format!("{before}{}{behind}", statement.replace("WORD", word));
        let of = |word: &str| conditions(&text(word));
        let (plain, negated, twice) = (of(" "), of("not"), of("not not"));
        // A title alone is what somebody asserts, and no condition yet.
        let own = plain.first().map_or(0, |(_, condition)| shape(condition));
        let (id, condition) = &negated[0];
        assert!(!id.contains("not"), "{}: {id}", text("not"));
        assert_eq!(shape(condition), own + 1, "{}: {condition:?}", text("not"));
        assert_eq!(shape(&twice[0].1), own + 2, "{}", text("not not"));
        count += 1;
    }
    assert!(count > 12, "{count}");
}
