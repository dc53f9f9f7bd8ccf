//! Queries: a value is what a text of PromQL says, and nothing else of the query changes.

use deployc::backend::prometheus::RuleFile;
use deployc::backend::{Fidelity, account};
use promql_parser::label::Matcher;
use promql_parser::parser::{self, Expr};
use promql_parser::util::{ExprVisitor, walk_expr};

use super::built;
use super::slots::{escaped, plan};

/// The matchers of each series of a query, in order.
fn series(query: &str) -> Vec<(String, Vec<(String, String, String)>)> {
    struct Series(Vec<(String, Vec<(String, String, String)>)>);
    impl ExprVisitor for Series {
        type Error = ();

        fn pre_visit(&mut self, plan: &Expr) -> Result<bool, ()> {
            let selector = match plan {
                Expr::VectorSelector(selector) => selector,
                Expr::MatrixSelector(matrix) => &matrix.vs,
                _ => return Ok(true),
            };
            let written = |one: &Matcher| (one.name.clone(), one.op.to_string(), one.value.clone());
            let matchers = selector.matchers.matchers.iter().map(written).collect();
            self.0
                .push((selector.name.clone().unwrap_or_default(), matchers));
            Ok(true)
        }
    }
    let tree = parser::parse(query).unwrap_or_else(|error| panic!("{error}: {query}"));
    let mut series = Series(Vec::new());
    walk_expr(&mut series, &tree).expect("nothing stops");
    series.0
}

/// The expression of the only rule of a spec.
fn expression(spec: String) -> String {
    let plan = plan(spec.clone()).unwrap_or_else(|| panic!("refused:\n{spec}"));
    for account in account(&RuleFile, &plan) {
        assert!(
            !matches!(account.fidelity, Fidelity::Refused { .. }),
            "{account:?}:\n{spec}"
        );
    }
    let text = built(&RuleFile, &plan).remove(0).text;
    let rules: serde_json::Value = serde_saphyr::from_str(&text).expect("it is YAML");
    let rules = rules["groups"][0]["rules"].as_array().expect("rules");
    assert_eq!(rules.len(), 1, "{text}");
    rules[0]["expr"].as_str().expect("an expression").to_owned()
}

fn head() -> &'static str {
    "edition 2026\ndeployment \"D\" {\n  version \"1\"\n  starts 2026-03-10 09:00 UTC\n}\nrole lead \"Lead\" { contact phone \"1\" }\n"
}

const VALUES: &[&str] = &[
    "cache",
    "a\"b",
    "a'b`c",
    "\\",
    "a\\\\b\\",
    "{a, b}",
    "\"} or vector(1) or x{b=\"",
    "line\nbreak\ttab\r",
    "\u{1}\u{7f}\u{85}\u{fffd}",
    "数据 🦀",
    "$window $service",
    "{{x}} {{{x}}}",
    "a,b=c",
    "# x",
    "",
];

#[test]
fn every_operator_chooses_in_every_series_of_a_query() {
    for (query, names) in [
        ("sum(rate(x[5m]))", vec!["x"]),
        ("sum(rate(x{a=\"b\"}[5m]))", vec!["x"]),
        (
            "sum by (path) (rate(x[$window])) / on (path) group_left () sum by (path) (rate(y{c!=\"d\"}[$window]))",
            vec!["x", "y"],
        ),
        ("sum({__name__=~\"x.*\"})", vec![""]),
        ("max(x offset 5m) - min_over_time(x[5m:1m])", vec!["x", "x"]),
        ("sum(job:x:rate5m)", vec!["job:x:rate5m"]),
    ] {
        for sign in ["=", "!=", "=~", "!~"] {
            for value in VALUES {
                // What is no pattern is none here either.
                let pattern = sign.contains('~').then(|| format!("x{{path{sign}\"a\"}}"));
                let value = match pattern {
                    Some(_) => value.replace(['{', '}', '\\', '*', '['], "."),
                    None => (*value).to_owned(),
                };
                let spec = format!(
                    "{}metric ee \"E\" : percent in ratio {{\n  better lower\n  prometheus `{query}`\n}}\n\
                     alert a \"A\" when ee[path{sign}\"{}\"] > 5% then page lead\n",
                    head(),
                    escaped(&value)
                );
                let expression = expression(spec);
                let found = series(&expression);
                let seen: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
                assert_eq!(seen, names, "{expression}");
                for (_, matchers) in &found {
                    let wanted = ("path".to_owned(), sign.to_owned(), value.clone());
                    assert_eq!(matchers.last(), Some(&wanted), "{expression}");
                }
            }
        }
    }
}
