//! Whatever is nested in a spec, however deep: it is read, or it is said where it is too deep. Nothing
//! overflows the stack, not even the 2 MiB that a thread has.

use deployc::compile::{self, Compilation};
use deployc::promql::{self, Unread};
use deployc::source::NoFiles;
use proptest::prelude::*;

/// As deep as texts may be nested.
const MAX: usize = 64;

/// Deep enough to overflow any stack.
const DEEP: usize = 10_000;

/// Checks a spec on the stack of a thread.
fn check(text: String) -> Compilation {
    std::thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(|| compile::check("deep.deploy", text, &NoFiles))
        .expect("a thread")
        .join()
        .expect("no panic")
}

/// The bytes at which it is said that something is too deep.
fn too_deep(text: &str) -> Vec<u32> {
    let compilation = check(text.to_owned());
    let found = compilation.diagnostics.iter();
    let of_depth = found.filter(|one| one.rule.name == "too-deep");
    of_depth
        .map(|one| {
            assert!(one.message.contains("deeper than 64"), "{}", one.message);
            one.primary.span.start
        })
        .collect()
}

fn with_query(query: &str) -> String {
    format!(
        "edition 2026\n\ndeployment \"Deep\" {{\n  on failure stop\n}}\n\nmetric m \"M\" : number {{\n  prometheus `{query}`\n}}\n\nphase a \"A\" {{\n  check m < 1\n}}\n"
    )
}

fn with_script(script: &str) -> String {
    format!(
        "edition 2026\n\ndeployment \"Deep\" {{\n  on failure stop\n}}\n\nphase a \"A\" {{\n  run x \"X\" ```bash\n{script}\n  ```\n    reads-only\n}}\n"
    )
}

/// What opens levels, what stands innermost, what closes them, and how many levels that are.
type Nest = (&'static str, &'static str, &'static str, usize);

const QUERIES: &[Nest] = &[
    ("(", "up", ")", 1),
    ("sum(", "up", ")", 1),
    ("sum by (a) (", "up", ")", 1),
    ("sum without (a) (", "up", ")", 1),
    ("abs(", "up", ")", 1),
    ("clamp_max(", "up", ", 5)", 1),
    ("label_replace(", "up", ", \"a\", \"(((\", \"b\", \"c\")", 1),
    ("-", "up", "", 1),
    ("+", "up", "", 1),
    ("(1 + ", "up", ")", 1),
    ("max_over_time(", "up", "[5m:1m])", 2),
    ("", "up", "[5m:1m]", 1),
    ("quantile(0.5, ", "up", ")", 1),
    ("1 / (", "up", " offset 5m)", 1),
    ("scalar(", "up{a=\"}(\"}", ") # )))\n +", 1),
];

const SCRIPTS: &[Nest] = &[
    ("echo $(", "date", ")", 1),
    ("echo \"$(", "date", ")\"", 1),
    ("diff <(", "date", ") x", 1),
    ("( ", "date", " )", 1),
    ("echo $(( 1 + ", "1", " ))", 1),
    ("echo $((", "date", ") )", 2),
    ("{ ", "date", "; }", 1),
    ("if date; then ", "date", "; fi", 1),
    ("while date; do ", "date", "; done", 1),
    ("until date; do ", "date", "; done", 1),
    ("for x in a b; do ", "date", "; done", 1),
    ("for ((i = 0; i < 3; i++)); do ", "date", "; done", 1),
    ("case x in a) ", "date", ";; esac", 1),
    ("echo ${x:-", "a", "}", 1),
    ("echo \"${x:-", "a", "}\"", 1),
    ("f() { ", "date", "; }", 1),
    ("function f { ", "date", "; }", 1),
    ("! ( ", "date", " )", 1),
    ("a=(", "a", ")", 1),
    ("if false; then :; else ", "date", "; fi", 1),
    ("if false; then :; elif (", "date", "); then :; fi", 2),
    ("cat <<EOF\n$(\nEOF\necho $(", "date", ")", 1),
];

/// A text that opens and closes so often.
fn nested((open, inner, close, _): Nest, times: usize) -> String {
    open.repeat(times) + inner + &close.repeat(times)
}

/// Checks what fits, what does not, and the same much deeper: closed, unclosed, crossed.
fn each(nests: &[Nest], spec: fn(&str) -> String) {
    for &nest in nests {
        let (open, inner, close, levels) = nest;
        let fits = too_deep(&spec(&nested(nest, MAX / levels)));
        assert!(fits.is_empty(), "{nest:?} of 64 levels: {fits:?}");
        let first = too_deep(&spec(&nested(nest, MAX / levels + 1)));
        assert_eq!(first.len(), 1, "{nest:?} of 65 levels");
        for times in [1_000, DEEP] {
            let reversed: String = close.chars().rev().collect();
            let unclosed = open.repeat(times) + inner;
            for text in [
                nested(nest, times),
                unclosed.clone() + &reversed.repeat(times),
                inner.to_owned() + &close.repeat(times),
                unclosed,
            ] {
                let found = too_deep(&spec(&text));
                if levels == 1 && text.starts_with(open) && !open.is_empty() {
                    let same = found == first || close.contains('\n') && found.len() == 1;
                    assert!(same, "{nest:?}, {times} times: {found:?}, not {first:?}");
                }
            }
        }
    }
}

#[test]
fn queries() {
    each(QUERIES, with_query);
}

#[test]
fn scripts() {
    each(SCRIPTS, with_script);
}

#[test]
fn a_million_levels() {
    for nest in [QUERIES[0], QUERIES[7]] {
        assert_eq!(too_deep(&with_query(&nested(nest, 1_000_000))).len(), 1);
    }
    for nest in [SCRIPTS[0], SCRIPTS[3], SCRIPTS[6]] {
        assert_eq!(too_deep(&with_script(&nested(nest, 1_000_000))).len(), 1);
    }
}

/// What is said of a query of so many terms.
fn said_of_chain(term: &str, operator: &str, terms: usize) -> Vec<String> {
    let query = vec![term; terms].join(operator);
    let compilation = check(with_query(&format!("sum({query})")));
    let found = compilation.diagnostics.iter();
    found.map(|one| one.rule.name.to_owned()).collect()
}

#[test]
fn chains_of_operators_are_no_levels() {
    for operator in [
        " + ",
        " - ",
        " * ",
        " / ",
        " % ",
        " or ",
        " and ",
        " unless ",
        " + on (a) ",
    ] {
        let few = said_of_chain("up", operator, 10);
        assert_eq!(said_of_chain("up", operator, 5_000), few, "{operator}");
    }
    let mixed = "a * b - c / (d + e) + rate(f[5m]) and g or -h ^ 2";
    assert_eq!(
        said_of_chain(mixed, " + ", 5_000),
        said_of_chain(mixed, " + ", 2)
    );
    // Each is compared with what the ones before it left.
    let compared = said_of_chain("up", " > ", 5_000);
    assert_eq!(compared, ["too-deep"]);
}

/// Operands and operators, most of which go together.
fn chain() -> impl Strategy<Value = String> {
    let operand = prop::sample::select(vec![
        "a",
        "1",
        "-b",
        "(c)",
        "d{e=\"f or (\"}",
        "sum by (g) (h)",
        "rate(i[5m])",
        "j offset 5m",
        "k @ end()",
        "max_over_time(l[1h:5m])",
        "2.5e-3",
        "vector(1)",
        "time()",
        "on",
        "m[5m]",
    ]);
    let operator = prop::sample::select(vec![
        "+",
        "-",
        "*",
        "/",
        "%",
        "^",
        "and",
        "or",
        "unless",
        "atan2",
        ">",
        "== bool",
        "+ on (n)",
        "* on () group_left (o)",
        "- ignoring (p)",
        "> bool on (q)",
        "+ #)\n",
    ]);
    let few = prop::collection::vec((operand.clone(), operator), 34..80);
    let rare = prop::sample::select(vec![0usize, 0, 0, 1]);
    (few, operand, rare, any::<u64>()).prop_map(|(terms, last, rare, seed)| {
        // All but a few of the terms are of a kind that fits all operators.
        let mut text = String::new();
        for (at, (operand, operator)) in terms.iter().enumerate() {
            let odd = rare == 1 && (seed >> (at % 64)) & 15 == 0;
            let plain = ["+", "-", "*", "/", "or", "and"][at % 6];
            text.push_str(if odd || at % 5 == 0 { operand } else { "a" });
            text.push(' ');
            text.push_str(if odd || at % 7 == 0 { operator } else { plain });
            text.push(' ');
        }
        text + last
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_balanced_chain_is_read_as_the_one_that_is_written(query in chain()) {
        let written = promql_parser::parser::parse(&query);
        match promql::read(&query) {
            Ok(read) => {
                prop_assert!(written.is_ok(), "{query}");
                prop_assert_eq!(read.tree.value_type(), written.map(|tree| tree.value_type()).unwrap_or(read.tree.value_type()));
            }
            Err(Unread::Refused(_)) => prop_assert!(written.is_err(), "{query}"),
            Err(Unread::TooDeep(_)) => prop_assert!(false, "{query}"),
        }
    }
}

/// Numbers at which the reader of queries panics.
#[test]
fn durations_that_no_number_holds_are_refused() {
    for query in [
        "a[1e30]",
        "a offset 1e30",
        "a offset -1e30",
        "a[1h:1e25]",
        "a offset - 99999999999999999999",
    ] {
        assert!(
            matches!(promql::read(query), Err(Unread::Refused(_))),
            "{query}"
        );
    }
    for query in [
        "a[300]",
        "a offset 1e3",
        "a offset - 5m",
        "max_over_time(a[1h:30] @ 1e12) - 1e30",
    ] {
        assert!(promql::read(query).is_ok(), "{query}");
    }
}

/// Checklists of so many groups in each other; each includes the one before so often.
fn checklists(many: usize, groups: usize, times: usize) -> String {
    let mut spec = "edition 2026\n\ndeployment \"Deep\" {\n  on failure stop\n}\n".to_owned();
    for at in 0..many {
        spec.push_str(&format!("checklist c{at} \"C\" {{\n"));
        for group in 0..groups {
            spec.push_str(&format!("  group g{group} \"G\" {{\n"));
        }
        match at {
            0 => spec.push_str("  check \"It is done\"\n"),
            _ => spec.push_str(&format!("  include c{}\n", at - 1).repeat(times)),
        }
        spec.push_str(&"  }\n".repeat(groups));
        spec.push_str("}\n");
    }
    spec + &format!("phase p \"P\" {{\n  include c{}\n}}\n", many - 1)
}

#[test]
fn checklists_in_checklists_are_bounded() {
    assert!(too_deep(&checklists(30, 0, 1)).is_empty());
    assert!(!too_deep(&checklists(30, 50, 1)).is_empty());
    // Each twice in the next: a thousand million groups.
    let doubled = check(checklists(30, 0, 2));
    let said: Vec<&str> = doubled
        .diagnostics
        .iter()
        .map(|one| one.message.as_str())
        .collect();
    // Told once, and nothing that follows from it.
    assert_eq!(said, ["checklists are put in more than 10000 times"]);
}
