//! What includes what: checklists and procedures, and the phases that put them in.

use std::sync::Arc;

use lsp_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem,
    CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams,
    SymbolKind,
};

use super::names::Declaration;
use super::noun::Noun;
use super::parsed::Parsed;
use super::refusal::Refusal;
use super::resolve::{Found, Under, own_span};
use super::uri::path_of;
use super::world::World;
use crate::source::Span;

/// Whether something can include, or be included.
fn takes_part(noun: Noun) -> bool {
    matches!(noun, Noun::Checklist | Noun::Procedure)
}

/// What stands under the cursor, if it includes or is included.
pub(super) fn prepare(
    world: &World,
    params: CallHierarchyPrepareParams,
) -> Result<Option<Vec<CallHierarchyItem>>, Refusal> {
    let at = params.text_document_position_params;
    let parsed = super::parsed(world, &at.text_document)?;
    let offset = parsed.offset(at.position);
    if let Some(Under::Name { found, .. }) = world.under(parsed, offset)
        && takes_part(found.declaration.noun)
    {
        return Ok(item(world, &found).map(|item| vec![item]));
    }
    Ok(around(parsed, offset)
        .and_then(|found| item(world, &found))
        .map(|item| vec![item]))
}

fn item(world: &World, found: &Found) -> Option<CallHierarchyItem> {
    let Found {
        parsed,
        declaration,
    } = found;
    Some(CallHierarchyItem {
        name: declaration.name.clone(),
        kind: if takes_part(declaration.noun) {
            SymbolKind::FUNCTION
        } else {
            SymbolKind::NAMESPACE
        },
        tags: None,
        detail: parsed.path.rsplit('/').next().map(str::to_owned),
        uri: world.uri(&parsed.path)?,
        range: parsed.range(declaration.span),
        selection_range: parsed.range(declaration.name_span),
        data: Some(parsed.path.clone().into()),
    })
}

/// The declaration at the top level around an offset.
fn around(parsed: &Arc<Parsed>, offset: u32) -> Option<Found> {
    let declaration = parsed
        .names()
        .declarations
        .iter()
        .filter(|one| {
            one.scope.is_none()
                && one.span.start <= offset
                && offset <= one.span.end
                && one.noun != Noun::Capture
        })
        .min_by_key(|one| one.span.start)?;
    Some(Found {
        parsed: Arc::clone(parsed),
        declaration: declaration.clone(),
    })
}

/// The declaration that an item is about.
fn of_item(world: &World, item: &CallHierarchyItem) -> Option<Found> {
    let path = item
        .data
        .as_ref()
        .and_then(|data| data.as_str().map(str::to_owned))
        .unwrap_or_else(|| path_of(&item.uri));
    let parsed = world.parsed(&path)?;
    let at = parsed.offset(item.selection_range.start);
    let declaration = parsed
        .names()
        .declarations
        .iter()
        .find(|one| one.name_span.start == at && one.name == item.name)?
        .clone();
    Some(Found {
        parsed,
        declaration,
    })
}

/// The places that put a checklist or procedure in: what is around them, and where.
pub(super) fn callers(world: &World, target: &Found) -> Vec<(Found, Vec<Span>)> {
    let mut callers: Vec<(Found, Vec<Span>)> = Vec::new();
    for parsed in world.all() {
        for one in &parsed.names().uses {
            if one.of.is_some() || !one.nouns.iter().any(|noun| takes_part(*noun)) {
                continue;
            }
            if !world
                .resolve(&parsed, one)
                .is_some_and(|found| found.is(target))
            {
                continue;
            }
            let Some(caller) = around(&parsed, one.span.start) else {
                continue;
            };
            let span = own_span(one);
            match callers.iter_mut().find(|(known, _)| known.is(&caller)) {
                Some((_, spans)) => spans.push(span),
                None => callers.push((caller, vec![span])),
            }
        }
    }
    callers
}

/// Who includes it.
pub(super) fn incoming(
    world: &World,
    params: CallHierarchyIncomingCallsParams,
) -> Result<Option<Vec<CallHierarchyIncomingCall>>, Refusal> {
    let Some(target) = of_item(world, &params.item) else {
        return Ok(None);
    };
    let calls = callers(world, &target)
        .into_iter()
        .filter_map(|(caller, spans)| {
            Some(CallHierarchyIncomingCall {
                from: item(world, &caller)?,
                from_ranges: spans
                    .into_iter()
                    .map(|span| caller.parsed.range(span))
                    .collect(),
            })
        })
        .collect();
    Ok(Some(calls))
}

/// What it includes.
pub(super) fn outgoing(
    world: &World,
    params: CallHierarchyOutgoingCallsParams,
) -> Result<Option<Vec<CallHierarchyOutgoingCall>>, Refusal> {
    let Some(from) = of_item(world, &params.item) else {
        return Ok(None);
    };
    let own: Declaration = from.declaration.clone();
    let mut called: Vec<(Found, Vec<Span>)> = Vec::new();
    for one in &from.parsed.names().uses {
        let inside = own.span.start <= one.span.start && one.span.end <= own.span.end;
        if !inside || one.of.is_some() || !one.nouns.iter().any(|noun| takes_part(*noun)) {
            continue;
        }
        let Some(found) = world.resolve(&from.parsed, one) else {
            continue;
        };
        let span = own_span(one);
        match called.iter_mut().find(|(known, _)| known.is(&found)) {
            Some((_, spans)) => spans.push(span),
            None => called.push((found, vec![span])),
        }
    }
    let calls = called
        .into_iter()
        .filter_map(|(found, spans)| {
            Some(CallHierarchyOutgoingCall {
                to: item(world, &found)?,
                from_ranges: spans
                    .into_iter()
                    .map(|span| from.parsed.range(span))
                    .collect(),
            })
        })
        .collect();
    Ok(Some(calls))
}
