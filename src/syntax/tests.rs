//! What the scan bounds and what the parser follows are the same: no soup of tokens is nested deeper for the parser than
//! the scan says.

use proptest::prelude::*;

use super::{Kind, parse};
use crate::nesting::MAX_DEPTH;
use crate::source::SourceId;

/// Tokens that open, close, hide or end something.
const TOKENS: &[&str] = &[
    "{",
    "{",
    "}",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "\"",
    "`",
    "```",
    "\"\"\"",
    "#",
    "/",
    "\\",
    "\n",
    "\n",
    "\n",
    "\n  ",
    "\n    ",
    "not ",
    "not(",
    "and ",
    "or ",
    "else ",
    "else stop ",
    "check ",
    "check \"x\" ",
    "check m < 1 ",
    "if ",
    "while ",
    "group \"g\" ",
    "group \"g\" {",
    "group \"g\" {\n",
    "foo ",
    "foo",
    "foo {",
    "foo }",
    "x: ",
    "= ",
    "== ",
    ", ",
    "expect ",
    "expect /",
    "expect $.a == /",
    "run `ls` ",
    "note ",
    "when ",
    "alert a ",
    "canary s {",
    "10% ",
    "for 5m ",
    "m",
    "m(",
    "a = ",
    "[a=~\"",
    "prometheus `",
    "metric m",
    "phase p \"P\" {\n",
    "\nphase p ",
    "\ncheck ",
    "\nfoo {",
    "escalation ",
    "baseline ",
    "use ./a ",
    "include c(",
    "do p(",
    "then ",
    "param p : choice(",
    "\\\"",
    "{x}",
    "é",
    "1",
    "  ",
    "\r\n",
    "\t",
];

/// How deep blocks, parentheses and the like stand in each other in what was read.
fn deepest(text: &str) -> usize {
    let (file, _) = parse(SourceId(0), text);
    let mut deepest = 0;
    for piece in &file.pieces {
        let mut ends: Vec<u32> = Vec::new();
        for (at, node) in piece.tree.nodes.iter().enumerate() {
            while ends.pop_if(|end| *end <= at as u32).is_some() {}
            if matches!(
                node.kind,
                Kind::block | Kind::nested | Kind::negation | Kind::arguments
            ) {
                ends.push(node.next);
                deepest = deepest.max(ends.len());
            }
        }
    }
    deepest
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]
    #[test]
    fn the_parser_goes_no_deeper_than_the_scan(
        before in prop::collection::vec(prop::sample::select(TOKENS), 0..4),
        unit in prop::collection::vec(prop::sample::select(TOKENS), 1..7),
        behind in prop::collection::vec(prop::sample::select(TOKENS), 0..3),
    ) {
        let text = format!("phase p \"P\" {{\n{}{}", before.concat(), unit.concat().repeat(MAX_DEPTH + 2));
        prop_assert!(deepest(&text) <= MAX_DEPTH);
        // The same, closed.
        let closed = text + &behind.concat().repeat(MAX_DEPTH + 2);
        prop_assert!(deepest(&closed) <= MAX_DEPTH);
    }
}
