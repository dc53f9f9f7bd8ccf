//! What a checklist, procedure, metric or message takes, while its arguments are written.

use std::sync::Arc;

use lsp_types::{
    Documentation, ParameterInformation, ParameterLabel, SignatureHelp, SignatureHelpParams,
    SignatureInformation,
};

use super::parsed::Parsed;
use super::place::{Inside, place};
use super::refusal::Refusal;
use super::under::node_of;
use super::world::World;
use crate::blank::Blanks;
use crate::model::SymbolKind;
use crate::syntax::{Kind, text};

/// What is called, and where its arguments stand.
pub(super) struct Call {
    /// What stands before the parenthesis.
    path: String,
    /// Its title.
    title: String,
    /// Its parameters, as they are declared.
    pub parameters: Vec<String>,
    /// The number of the argument at the cursor.
    active: Option<u32>,
}

/// What is called around an offset.
pub(super) fn call(world: &World, parsed: &Arc<Parsed>, offset: u32) -> Option<Call> {
    let here = place(parsed, offset);
    if here.open == 0 && here.inside == Inside::Code {
        return None;
    }
    // The parenthesis that is open at the cursor; what stands in quotes does not count.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut quoted = false;
    for (at, letter) in here.statement.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '(' if !quoted => open.push((at, 0)),
            ')' if !quoted => {
                open.pop();
            }
            ',' if !quoted => {
                if let Some((_, commas)) = open.last_mut() {
                    *commas += 1;
                }
            }
            _ => {}
        }
    }
    let (at, commas) = *open.last()?;
    let before = here.statement[..at].trim_blanks_end();
    let start = before
        .rfind(|letter: char| {
            !(letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '/'))
        })
        .map_or(0, |end| end + 1);
    let path = before.get(start..)?;
    let found = [
        SymbolKind::Checklist,
        SymbolKind::Metric,
        SymbolKind::Procedure,
        SymbolKind::Message,
    ]
    .into_iter()
    .find_map(|kind| world.find(parsed, kind, path))?;
    let node = node_of(&found.parsed, &found.declaration)?;
    let title = node
        .child(Kind::title)
        .map(|title| text::content(title.text()).trim_matches('"').to_owned())
        .unwrap_or_default();
    let list = match node.kind() {
        Kind::message => node.child(Kind::block),
        _ => node.child(Kind::parameters),
    };
    let parameters: Vec<String> = list
        .into_iter()
        .flat_map(|list| list.children())
        .filter(|child| matches!(child.kind(), Kind::parameter | Kind::field))
        .map(|child| {
            let text = found.parsed.slice(child.trimmed());
            text.strip_prefix("field ").unwrap_or(text).to_owned()
        })
        .collect();
    // `name = …` says itself which one it is.
    let argument = here.statement[at + 1..]
        .rsplit(',')
        .next()
        .unwrap_or_default();
    let by_name = argument.split_once('=').and_then(|(name, _)| {
        parameters.iter().position(|parameter| {
            parameter
                .split([':', ' '])
                .next()
                .is_some_and(|own| own == name.trim_blanks())
        })
    });
    let active = by_name.or((commas < parameters.len()).then_some(commas));
    Some(Call {
        path: path.to_owned(),
        title,
        parameters,
        active: active.map(|active| active as u32),
    })
}

/// The parameters of what is called at the cursor.
pub(super) fn signature(
    world: &World,
    params: SignatureHelpParams,
) -> Result<Option<SignatureHelp>, Refusal> {
    let at = params.text_document_position_params;
    let parsed = super::parsed(world, &at.text_document)?;
    let Some(call) = call(world, parsed, parsed.offset(at.position)) else {
        return Ok(None);
    };
    let label = format!("{}({})", call.path, call.parameters.join(", "));
    let parameters = call
        .parameters
        .iter()
        .map(|parameter| ParameterInformation {
            label: ParameterLabel::Simple(parameter.clone()),
            documentation: None,
        })
        .collect();
    Ok(Some(SignatureHelp {
        signatures: vec![SignatureInformation {
            label,
            documentation: (!call.title.is_empty()).then_some(Documentation::String(call.title)),
            parameters: Some(parameters),
            active_parameter: call.active,
        }],
        active_signature: Some(0),
        active_parameter: call.active,
    }))
}
