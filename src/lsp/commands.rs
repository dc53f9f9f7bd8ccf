//! Commands: the runbook and the graph of what stands in the editor, saved or not; tests; the account
//! of a target.

use lsp_types::{ExecuteCommandParams, Uri};
use serde_json::{Value, json};

use super::lenses::summary;
use super::refusal::Refusal;
use super::uri::path_of;
use super::world::{Deep, Document, World};
use crate::backend::graph::{Form, View, chart};
use crate::backend::{Embedded, account};
use crate::catalogue;
use crate::compile;
use crate::plan::Plan;
use crate::simulate::{Judged, Trial, run_test};

/// The commands that the server knows.
pub(super) const NAMES: [&str; 3] = ["deployc.preview", "deployc.test", "deployc.fidelity"];

/// Does a command.
pub(super) fn execute(
    world: &World,
    params: ExecuteCommandParams,
) -> Result<impl FnOnce() -> Result<Value, Refusal> + Send + 'static, Refusal> {
    let uri = params.arguments.first().and_then(Value::as_str);
    let uri =
        uri.ok_or_else(|| Refusal::Parameters(format!("`{}` lacks an argument", params.command)))?;
    let document = document(world, uri)?;
    let path = document.parsed.path.clone();
    let deep = document
        .fresh()
        .cloned()
        .ok_or_else(|| Refusal::NotYet(path.clone()))?;
    Ok(move || run(&path, &deep, &params))
}

fn run(path: &str, deep: &Deep, params: &ExecuteCommandParams) -> Result<Value, Refusal> {
    let argument = |index: usize| {
        params
            .arguments
            .get(index)
            .and_then(Value::as_str)
            .ok_or_else(|| Refusal::Parameters(format!("`{}` lacks an argument", params.command)))
    };
    let plan = plan(deep)?;
    match params.command.as_str() {
        "deployc.preview" => preview(path, &plan, argument(1)?),
        "deployc.test" => Ok(test(&plan, argument(1).ok())),
        "deployc.fidelity" => fidelity(&plan, argument(1)?),
        other => Err(Refusal::Parameters(format!(
            "there is no command `{other}`"
        ))),
    }
}

fn document<'w>(world: &'w World, uri: &str) -> Result<&'w Document, Refusal> {
    let uri: Uri = uri
        .parse()
        .map_err(|_| Refusal::Parameters("the address can't be read".to_owned()))?;
    world
        .documents
        .get(&path_of(&uri))
        .ok_or_else(|| Refusal::Failed("the file is not open".to_owned()))
}

fn plan(deep: &Deep) -> Result<Plan, Refusal> {
    if deep.compilation.spec.deployment.is_none() {
        return Err(Refusal::Failed(
            "the file declares no deployment, so nothing can be made of it".to_owned(),
        ));
    }
    compile::plan(&deep.compilation)
        .ok_or_else(|| Refusal::Failed("the spec has errors: fix them first".to_owned()))
}

/// What a target makes of the spec, or its graph.
fn preview(path: &str, plan: &Plan, form: &str) -> Result<Value, Refusal> {
    let drawn = match form {
        "graph" | "graph-svg" => Some((Form::Svg, "svg")),
        "graph-mermaid" => Some((Form::Mermaid, "mermaid")),
        _ => None,
    };
    if let Some((form, language)) = drawn {
        let chart = chart(plan, View::Whole)
            .ok_or_else(|| Refusal::Failed("there is nothing to draw".to_owned()))?;
        return Ok(json!({ "language": language, "text": chart.write(form) }));
    }
    let target = catalogue::backend(form)
        .ok_or_else(|| Refusal::Parameters(format!("there is no target `{form}`")))?;
    let stem = path.rsplit('/').next().unwrap_or(path);
    let stem = stem.trim_end_matches(".deploy");
    let artifacts = target
        .emit(plan, stem, &Embedded)
        .map_err(Refusal::Failed)?;
    let text = match artifacts.as_slice() {
        [only] => only.text.clone(),
        several => several
            .iter()
            .map(|one| format!("# {}\n{}", one.path, one.text))
            .collect::<Vec<_>>()
            .join("\n"),
    };
    Ok(json!({ "language": target.name(), "text": text }))
}

/// Runs the tests of a spec, or the one with this title.
fn test(plan: &Plan, title: Option<&str>) -> Value {
    let judged: Vec<Judged> = Trial::all(plan)
        .into_iter()
        .filter(|trial| title.is_none_or(|title| trial.node.title.to_string() == title))
        .map(|trial| run_test(plan, trial, &[]))
        .collect();
    let passed = judged.iter().all(|one| one.passed);
    json!({ "passed": passed, "tests": judged })
}

fn fidelity(plan: &Plan, name: &str) -> Result<Value, Refusal> {
    let target = catalogue::backend(name)
        .ok_or_else(|| Refusal::Parameters(format!("there is no target `{name}`")))?;
    let accounts = account(target, plan);
    Ok(json!({
        "target": name,
        "summary": summary(&accounts),
        "nodes": accounts,
    }))
}
