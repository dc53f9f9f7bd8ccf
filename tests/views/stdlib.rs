//! Everything in the standard library can be used, and using it is never a finding.

use std::collections::BTreeSet;

use deployc::source::{NoFiles, Source, Sources};
use deployc::syntax::{self, Kind, Node};
use deployc::{compile, stdlib};

const HEAD: &str = r#"edition 2026

deployment "Everything" {
  version "1.0.0"
  starts 2026-03-02 09:00 UTC
  lasts 1h..24h
  owner lead
}

role lead "Lead" { contact slack "@lead" }

service shop "Shop" {
  namespace shop-prod
  workload deployment/shop
  image "registry.example/shop:1.0.0"
  replicas 6 (3..12)
  traffic gateway-api
}
"#;

/// The declarations of one kind: their names, and the types of parameters that have no default.
fn declared(module: &str, kind: Kind) -> Vec<(String, Vec<String>)> {
    let mut sources = Sources::default();
    let text = stdlib::module(module).expect("the module");
    let id = sources.add(Source::new(module, text));
    let shared = sources.get(id).shared();
    let (file, found) = syntax::parse(id, &shared);
    assert!(found.is_empty(), "{module}: {found:?}");
    let needed = |item: Node<'_>| {
        let parameters = item.child(Kind::parameters).into_iter();
        parameters
            .flat_map(|list| list.children())
            .filter(|one| one.kind() == Kind::parameter && !one.has(Kind::default))
            .map(|one| one.child(Kind::type_).expect("a type").text().trim().into())
            .collect()
    };
    file.items()
        .filter(|item| item.kind() == kind)
        .map(|item| {
            let name = item.child(Kind::name).expect("a name").text();
            (name.to_owned(), needed(item))
        })
        .collect()
}

/// `(shop)` for a declaration that wants a service.
fn arguments(needed: &[String]) -> &'static str {
    match needed {
        [] => "",
        [one] if one == "service" => "(shop)",
        more => panic!("no argument is known for {more:?}"),
    }
}

fn findings(spec: &str) -> Vec<String> {
    let compilation = compile::check("everything.deploy", spec.to_owned(), &NoFiles);
    let found = compilation
        .diagnostics
        .iter()
        .map(|one| format!("{} {}", one.rule.name, one.message))
        .collect();
    let plan = compile::plan(&compilation);
    assert!(plan.is_some() || !compilation.is_sound());
    found
}

#[test]
fn the_modules_are_the_files() {
    let files: BTreeSet<String> = std::fs::read_dir("stdlib")
        .expect("the folder")
        .map(|file| {
            file.expect("a file")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    let modules: BTreeSet<String> = stdlib::MODULES
        .iter()
        .map(|(name, _)| format!("{name}.deploy"))
        .collect();
    assert_eq!(files, modules);
    for (name, text) in stdlib::MODULES {
        let file = std::fs::read_to_string(format!("stdlib/{name}.deploy")).expect("the file");
        assert!(*text == file, "std/{name} is not stdlib/{name}.deploy");
    }
}

#[test]
fn every_metric_can_be_measured() {
    for (module, _) in stdlib::MODULES {
        let metrics = declared(module, Kind::metric);
        if metrics.is_empty() {
            continue;
        }
        let mut spec = format!("{HEAD}\nuse std/{module}\n\nphase watch \"Watch\" {{\n");
        for (name, needed) in &metrics {
            spec += &format!("  watch {module}.{name}{}\n", arguments(needed));
        }
        spec += "}\n";
        assert_eq!(findings(&spec), [""; 0], "std/{module}:\n{spec}");
        let compilation = compile::check("everything.deploy", spec, &NoFiles);
        let plan = compile::plan(&compilation).expect("a plan");
        assert_eq!(plan.metrics.len(), metrics.len(), "std/{module}");
        for metric in &plan.metrics {
            let query = metric.query.as_deref().expect("a query");
            let left: Vec<&str> = query.split('$').skip(1).collect();
            assert!(
                left.iter().all(|rest| rest.starts_with("window")),
                "{}: not filled in: {query}",
                metric.name
            );
            assert_eq!(
                query.contains("$window"),
                metric.window.is_some(),
                "{}: a window is said if and only if the query has one",
                metric.name
            );
        }
    }
}

#[test]
fn every_checklist_can_be_included() {
    for (module, _) in stdlib::MODULES {
        for (name, needed) in declared(module, Kind::checklist) {
            let arguments = arguments(&needed);
            let spec = format!(
                "{HEAD}\nuse std/{module}\n\nphase all \"All\" {{\n  include {module}.{name}{arguments}\n}}\n\n\
                 rollback back \"Back\" within 5m {{\n  check \"It is back\"\n}}\n\n\
                 severity bad \"Bad\" {{\n  when \"It is bad\"\n  then rollback back\n}}\n"
            );
            assert_eq!(findings(&spec), [""; 0], "{spec}");
        }
    }
}

#[test]
fn every_procedure_can_be_done() {
    for (module, _) in stdlib::MODULES {
        for (name, needed) in declared(module, Kind::procedure) {
            let arguments = arguments(&needed);
            let spec = format!(
                "{HEAD}\nuse std/{module}\n\nphase all \"All\" {{\n  check \"All is well\"\n}}\n\n\
                 rollback back \"Back\" within 1h {{\n  do {module}.{name}{arguments}\n  check \"It is back\"\n}}\n\n\
                 severity bad \"Bad\" {{\n  when \"It is bad\"\n  then rollback back\n}}\n"
            );
            assert_eq!(findings(&spec), [""; 0], "{spec}");
        }
    }
}

#[test]
fn the_page_of_the_language_names_everything() {
    let page = std::fs::read_to_string("docs/language.md").expect("the page");
    for (module, _) in stdlib::MODULES {
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `std/{module}` |")))
            .unwrap_or_else(|| panic!("docs/language.md does not name std/{module}"));
        let listed: BTreeSet<String> = row
            .rsplit('|')
            .nth(1)
            .expect("the last cell")
            .split(", ")
            .map(|name| name.trim().trim_matches('`').to_owned())
            .collect();
        let declared: BTreeSet<String> = [Kind::metric, Kind::checklist, Kind::procedure]
            .into_iter()
            .flat_map(|kind| declared(module, kind))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(listed, declared, "std/{module}");
    }
}
