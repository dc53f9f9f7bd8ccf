//! The symbols of every spec of the project: each id of a plan is found where it is written.

use std::collections::BTreeMap;

use deployc::model::{self, SymbolKind, Symbols};
use deployc::plan::Plan;
use deployc::source::{NoFiles, Source, Sources};
use deployc::syntax;

use crate::specs;

/// The symbols of a text, and the files that it brings in.
fn symbols(path: &str, text: &str) -> (Symbols, Sources) {
    let mut sources = Sources::default();
    let root = sources.add(Source::new(path, text.to_owned()));
    let (file, _) = syntax::parse(root, sources.get(root).shared().as_ref());
    let symbols = model::symbols(&file, &mut sources, &NoFiles);
    (symbols, sources)
}

/// A name of the plan without the number that a second one of the same words gets.
fn without_number(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((stem, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => stem,
        Some(_) | None => name,
    }
}

#[test]
fn every_id_is_defined_where_it_is_written() {
    let (mut ids, mut named) = (0, 0);
    for (path, plan) in specs::plans() {
        let (symbols, sources) = symbols(&path, plan_text(&path).as_str());
        let mut by_id = BTreeMap::new();
        for one in &symbols.definitions {
            for id in &one.ids {
                assert!(by_id.insert(id.as_str(), one).is_none(), "{path}: {id}");
            }
        }
        for node in plan.walk() {
            let one = by_id
                .get(node.id.as_str())
                .unwrap_or_else(|| panic!("{path}: `{}` is not defined", node.id));
            let (own, text) = (
                node.id.rsplit('/').next().expect("a name"),
                sources.slice(one.name_span),
            );
            ids += 1;
            assert!(
                one.span.source == one.name_span.source
                    && one.span.start <= one.name_span.start
                    && one.name_span.end <= one.span.end,
                "{path}: `{}` lies in what it names: {one:?}",
                node.id
            );
            let line = sources.get(one.span.source).position(one.span.start).line;
            assert_eq!(line, node.origin.line, "{path}: {}", node.id);
            if one.named && one.kind != SymbolKind::Procedure {
                named += 1;
                assert!(
                    text == own || text == without_number(own),
                    "{path}: {own} at {text}"
                );
            } else if let Some(title) = text
                .strip_prefix('"')
                .and_then(|text| text.strip_suffix('"'))
                && !title.contains(['{', '\\'])
                // Some are called what they are: `prepare`, `success`.
                && !sources.slice(one.span).starts_with(without_number(own))
            {
                let slug = syntax::words::slug(title);
                assert!(
                    own == slug || without_number(own) == slug,
                    "{path}: {own}: {title}"
                );
            }
        }
    }
    assert!(ids > 500 && named > 100, "{ids} ids, {named} of authors");
}

/// The names that the plan has from declarations are defined where they are written, too.
#[test]
fn every_declaration_is_defined_where_it_is_written() {
    for (path, plan) in specs::plans() {
        let (symbols, sources) = symbols(&path, plan_text(&path).as_str());
        let Plan {
            parameters,
            secrets,
            roles,
            channels,
            services,
            messages,
            ..
        } = &plan;
        let names = |kind: SymbolKind| -> Vec<&str> {
            let of_kind = symbols.definitions.iter().filter(|one| one.kind == kind);
            of_kind
                .inspect(|one| assert_eq!(sources.slice(one.name_span), one.name, "{path}"))
                .map(|one| one.name.as_str())
                .collect()
        };
        let expected: [(SymbolKind, Vec<&str>); 6] = [
            (
                SymbolKind::Parameter,
                parameters.iter().map(|one| one.name.as_str()).collect(),
            ),
            (
                SymbolKind::Secret,
                secrets.iter().map(|one| one.name.as_str()).collect(),
            ),
            (
                SymbolKind::Role,
                roles.iter().map(|one| one.name.as_str()).collect(),
            ),
            (
                SymbolKind::Channel,
                channels.iter().map(|one| one.name.as_str()).collect(),
            ),
            (
                SymbolKind::Service,
                services.iter().map(|one| one.name.as_str()).collect(),
            ),
            (
                SymbolKind::Message,
                messages.iter().map(|one| one.name.as_str()).collect(),
            ),
        ];
        for (kind, expected) in expected {
            let known = names(kind);
            for name in expected {
                assert!(known.contains(&name), "{path}: {} {name}", kind.word());
            }
        }
    }
}

/// What a reference says is the name of what it means, or the variable of it.
#[test]
fn every_reference_says_the_name_of_what_it_means() {
    let mut count = 0;
    for (path, _) in specs::plans() {
        let (symbols, sources) = symbols(&path, plan_text(&path).as_str());
        for one in &symbols.references {
            let means = &symbols.definitions[one.to];
            let text = sources.slice(one.span);
            let wanted = match one.variable {
                true => model::variable(&means.name),
                false => means.name.clone(),
            };
            assert!(
                text == wanted || without_number(text) == wanted,
                "{path}: `{text}` means {means:?}"
            );
            count += 1;
        }
    }
    assert!(count > 1000, "{count} references");
}

fn plan_text(path: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(root.join(path)).expect("the spec can be read")
}
