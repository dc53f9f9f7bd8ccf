//! What stands above a deployment and above tests: how each target carries the spec, and a way to run.

use std::sync::Arc;

use lsp_types::{CodeLens, CodeLensParams, Command};
use serde_json::json;

use super::parsed::{Parsed, head};
use super::refusal::Refusal;
use super::world::{Deep, World};
use crate::backend::{Fidelity, account};
use crate::catalogue;
use crate::compile;
use crate::simulate::{Trial, run_test};
use crate::syntax::{Kind, Node, text};

/// The lenses of a file.
pub(super) fn lenses(
    world: &World,
    params: CodeLensParams,
) -> Result<impl FnOnce() -> Result<Vec<CodeLens>, Refusal> + Send + 'static, Refusal> {
    let document = super::document(world, &params.text_document)?;
    let parsed = Arc::clone(&document.parsed);
    let deep = document
        .fresh()
        .cloned()
        .ok_or_else(|| Refusal::NotYet(parsed.path.clone()))?;
    let uri = document.uri.as_str().to_owned();
    Ok(move || Ok(of(&parsed, &deep, &uri)))
}

fn of(parsed: &Parsed, deep: &Deep, uri: &str) -> Vec<CodeLens> {
    let items: Vec<Node<'_>> = parsed
        .file
        .items()
        .filter(|item| matches!(item.kind(), Kind::deployment | Kind::test))
        .collect();
    if items.is_empty() {
        return Vec::new();
    }
    let plan = compile::plan(&deep.compilation);
    let mut lenses = Vec::new();
    for item in items {
        let range = parsed.range(head(item));
        let mut lens = |title: String, command: &str, arguments: Vec<serde_json::Value>| {
            lenses.push(CodeLens {
                range,
                command: Some(Command::new(title, command.to_owned(), Some(arguments))),
                data: None,
            });
        };
        match (item.kind(), &plan) {
            (Kind::deployment, Some(plan)) => {
                lens(
                    "runbook".to_owned(),
                    "deployc.preview",
                    vec![json!(uri), json!("markdown")],
                );
                lens(
                    "graph".to_owned(),
                    "deployc.preview",
                    vec![json!(uri), json!("graph")],
                );
                for target in catalogue::BACKENDS {
                    let accounts = account(*target, plan);
                    lens(
                        format!("{}: {}", target.name(), summary(&accounts)),
                        "deployc.fidelity",
                        vec![json!(uri), json!(target.name())],
                    );
                }
            }
            (Kind::test, Some(plan)) => {
                let title = item
                    .child(Kind::title)
                    .map(|title| text::content(title.text()).trim_matches('"').to_owned())
                    .unwrap_or_default();
                let line = parsed.line_of(item.span().start) + 1;
                let trial = Trial::all(plan)
                    .into_iter()
                    .find(|trial| trial.node.origin.line == line);
                let mark = match trial.map(|trial| run_test(plan, trial, &[])) {
                    Some(judged) if judged.passed => "✓ passes",
                    Some(_) => "✗ fails",
                    None => "run",
                };
                lens(
                    format!("{mark} — run"),
                    "deployc.test",
                    vec![json!(uri), json!(title)],
                );
            }
            (_, None) | (_, Some(_)) => {}
        }
    }
    lenses
}

/// `134 exact, 2 approximate`.
pub(super) fn summary(accounts: &[crate::backend::Account]) -> String {
    let count = |name: &str| {
        accounts
            .iter()
            .filter(|account| account.fidelity.name() == name)
            .count()
    };
    if !accounts.is_empty()
        && accounts
            .iter()
            .all(|account| matches!(account.fidelity, Fidelity::Exact))
    {
        return "exact".to_owned();
    }
    let parts: Vec<String> = ["exact", "approximate", "elsewhere", "refused"]
        .into_iter()
        .map(|name| (count(name), name))
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    parts.join(", ")
}
