//! Queries: a value is what a text of PromQL says, and nothing else of the query changes.

use deployc::backend::argo_rollouts::ArgoRollouts;
use deployc::backend::flagger::Flagger;
use deployc::backend::prometheus::RuleFile;
use deployc::backend::{Backend, Fidelity, account};
use promql_parser::label::Matcher;
use promql_parser::parser::{self, Expr};
use promql_parser::util::{ExprVisitor, walk_expr};

use super::built;
use super::slots::{escaped, plan};

/// The name of a series, and its matchers: label, operator, value.
type Selected = (String, Vec<(String, String, String)>);

/// The series of a query, in order.
fn series(query: &str) -> Vec<Selected> {
    struct Series(Vec<Selected>);
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

#[test]
fn an_argument_is_what_its_text_says_in_every_target() {
    for value in VALUES {
        for (quote, sign) in [("\"", "="), ("'", "!=")] {
            let spec = format!(
                "{}service shop \"Shop\" {{\n  namespace shop\n  workload deployment/shop\n  replicas 3\n  traffic istio\n}}\n\
                 metric of \"E\" (service : service, code : text = \"x\") : percent in ratio {{\n  better lower\n  \
                 prometheus `sum(rate(x{{service=\"$service\", code{sign}{quote}$code{quote}}}[$window]))`\n}}\n\
                 metric ee = of(shop, code = \"{}\")\n\
                 alert a \"A\" when ee > 5% then page lead\n\
                 phase p \"P\" {{\n  canary shop {{\n    10% for 5m while ee < 5%\n    100% for 5m while ee < 5%\n  }}\n}}\n",
                head(),
                escaped(value)
            );
            let wanted = ("code".to_owned(), sign.to_owned(), (*value).to_owned());
            let found = series(&expression(spec.clone()));
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].1[1], wanted, "{spec}");
            let plan = plan(spec).expect("it is sound");
            let targets: [&dyn Backend; 2] = [&ArgoRollouts, &Flagger];
            for target in targets {
                let mut asked = 0;
                for artifact in built(target, &plan) {
                    if !artifact.path.ends_with(".yaml") {
                        continue;
                    }
                    let objects: Vec<serde_json::Value> =
                        serde_saphyr::from_multiple(&artifact.text).expect("it is YAML");
                    let mut queries = Vec::new();
                    objects
                        .iter()
                        .for_each(|object| collect(object, &mut queries));
                    for query in queries {
                        asked += 1;
                        for (_, matchers) in series(&query) {
                            assert!(matchers.contains(&wanted), "{}: {query}", target.name());
                        }
                    }
                }
                assert!(asked > 0, "{} asks nothing", target.name());
            }
        }
    }
}

/// Every query in an object.
fn collect(object: &serde_json::Value, queries: &mut Vec<String>) {
    match object {
        serde_json::Value::Object(fields) => {
            for (name, field) in fields {
                match (name.as_str(), field) {
                    ("query", serde_json::Value::String(query)) => queries.push(query.clone()),
                    _ => collect(field, queries),
                }
            }
        }
        serde_json::Value::Array(parts) => parts.iter().for_each(|part| collect(part, queries)),
        _ => {}
    }
}

/// What is found in a spec with this metric and this argument: the message, and the text it stands at.
fn found(query: &str, parameter: &str, argument: &str) -> Vec<(String, String)> {
    let spec = format!(
        "{}metric of \"E\" ({parameter}) : number {{\n  better lower\n  prometheus `{query}`\n}}\n\
         metric ee = of({argument})\nalert a \"A\" when ee > 5 then page lead\n",
        head()
    );
    let compilation =
        deployc::compile::check("spec.deploy", spec.clone(), &deployc::source::NoFiles);
    let findings = compilation.diagnostics.iter();
    findings
        .filter(|one| one.level == deployc::diagnostic::Level::Error)
        .map(|one| {
            (
                one.message.clone(),
                spec[one.primary.span.range()].to_owned(),
            )
        })
        .collect()
}

#[test]
fn what_is_no_token_outside_of_a_text_is_found_at_the_argument() {
    for (query, argument, wanted) in [
        (
            "sum($x)",
            "\"up or vector(1)\"",
            "a name, a number or a duration",
        ),
        ("sum($x)", "\"a-b\"", "a name, a number or a duration"),
        (
            "sum(m{$x=\"a\"})",
            "\"a b\"",
            "a name, a number or a duration",
        ),
        (
            "sum by ($x) (m)",
            "\"a) or vector(1\"",
            "a name, a number or a duration",
        ),
        (
            "sum(rate(m[$x]))",
            "\"5m] or m[1m\"",
            "a duration, such as `5m`",
        ),
        ("sum(m offset $x)", "\"\"", "a duration, such as `5m`"),
    ] {
        let said = format!("`$x` stands in the query where only {wanted} may stand");
        assert_eq!(
            found(query, "x : text", argument),
            [(said, argument.to_owned())],
            "{query}"
        );
    }
    for (query, parameter, argument) in [
        ("sum($x)", "x : text", "\"up_total\""),
        ("sum(rate(m[$x]))", "x : text", "\"5m\""),
        ("sum(rate(m[$x]))", "x : duration", "5m"),
        ("sum(m) / $x", "x : number", "3"),
        ("sum(m{a=\"$x\"})", "x : text", "\"a\\\"b) or {\\}\""),
    ] {
        assert_eq!(found(query, parameter, argument), [], "{query}");
    }
}

#[test]
fn a_default_that_is_no_token_is_found_where_it_stands() {
    let found = found("sum($x)", "x : text = \"a b\"", "");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].1.contains("\"a b\""), "{found:?}");
}

#[test]
fn what_prometheus_cannot_read_is_refused_by_every_target() {
    let spec = format!(
        "{}metric of \"E\" (x : text) : number {{\n  better lower\n  prometheus `sum(m{{a=~\"$x\"}})`\n}}\n\
         metric ee = of(\"(\")\nalert a \"A\" when ee > 5 then page lead\n",
        head()
    );
    let plan = plan(spec).expect("it is only a warning");
    let accounts = account(&RuleFile, &plan);
    let refused = |one: &deployc::backend::Account| matches!(&one.fidelity, Fidelity::Refused { why } if why.contains("can't be read"));
    assert!(accounts.iter().any(refused), "{accounts:?}");
    assert!(built(&RuleFile, &plan).is_empty());
}

#[test]
fn a_service_in_a_pattern_matches_itself_alone() {
    let spec = format!(
        "{}service shop \"Shop\" {{\n  namespace \"a.b|c\"\n  workload \"deployment/x+y\"\n  replicas 3\n}}\n\
         metric ee \"E\" : number {{\n  better lower\n  prometheus `sum(m{{n=~\"$namespace\", w!~\"$workload-.+\", s=\"$namespace\"}})`\n}}\n\
         alert a \"A\" when ee > 5 then page lead\n",
        head()
    );
    let found = series(&expression(spec));
    let values: Vec<&str> = found[0]
        .1
        .iter()
        .map(|(_, _, value)| value.as_str())
        .collect();
    assert_eq!(values, ["a\\.b\\|c", "x\\+y-.+", "a.b|c"]);
}

#[test]
fn two_metrics_of_other_arguments_are_two() {
    let spec = format!(
        "{}metric errs \"E {{x}} {{y}}\" (x : text, y : text) : number {{\n  better lower\n  prometheus `sum(m{{x=\"$x\", y=\"$y\"}})`\n}}\n\
         alert a \"A\" when errs(\"a, b\", \"c\") > 5 then page lead\n\
         alert b \"B\" when errs(\"a\", \"b, c\") > 5 then page lead\n\
         alert c \"C\" when errs(\"a-b\", \"c\") > 5 then page lead\n\
         alert d \"D\" when errs(\"a b\", \"c\") > 5 then page lead\n",
        head()
    );
    let plan = plan(spec).expect("it is sound");
    assert_eq!(plan.metrics.len(), 4, "{:?}", plan.metrics);
    let markdown = super::markdown::runbook(&plan);
    let anchors: Vec<&str> = markdown
        .split("<a id=\"metric/")
        .skip(1)
        .filter_map(|one| one.split('"').next())
        .collect();
    let mut once = anchors.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), 4, "{anchors:?}");
    for anchor in anchors {
        assert_eq!(
            markdown.matches(&format!("](#metric/{anchor})")).count(),
            1,
            "{anchor}:\n{markdown}"
        );
    }
}
