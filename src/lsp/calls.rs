//! What includes what: checklists and procedures, and the phases that put them in.

use std::sync::Arc;

use lsp_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem,
    CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams,
    SymbolKind,
};

use super::index::Found;
use super::parsed::Parsed;
use super::refusal::Refusal;
use super::under::Under;
use super::uri::path_of;
use super::world::World;
use crate::model;
use crate::source::Span;

/// Whether something can include, or be included.
fn takes_part(found: &Found) -> bool {
    use model::SymbolKind::{Checklist, Procedure};
    matches!(found.declaration.kind, Checklist | Procedure)
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
        && takes_part(&found)
    {
        return Ok(item(world, &found).map(|item| vec![item]));
    }
    Ok(around(world, parsed, offset)
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
        kind: if takes_part(found) {
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
fn around(world: &World, parsed: &Arc<Parsed>, offset: u32) -> Option<Found> {
    let views = world.views(parsed);
    let wanted =
        |one: &model::Definition| one.scope.is_none() && one.kind != model::SymbolKind::Capture;
    let all = views
        .iter()
        .flat_map(|view| view.declared_in(&parsed.path, wanted));
    all.filter(|one| one.declaration.span.touches(offset))
        .min_by_key(|one| one.declaration.span.start)
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
    let views = world.views(&parsed);
    let wanted = |one: &model::Definition| one.name == item.name;
    let mut all = views
        .iter()
        .flat_map(|view| view.declared_in(&parsed.path, wanted));
    all.find(|one| one.declaration.name_span.start == at)
}

/// The checklists and procedures that a file names, and where.
fn called_in(world: &World, parsed: &Arc<Parsed>) -> Vec<(Found, Span)> {
    let mut called: Vec<(Found, Span)> = Vec::new();
    for view in world.views(parsed) {
        for place in view.own_places() {
            let known = |(_, span): &(Found, Span)| *span == place.span;
            if let Some(found) = view.found(place.to)
                && takes_part(&found)
                && !called.iter().any(known)
            {
                called.push((found, place.span));
            }
        }
    }
    called
}

/// The places that put a checklist or procedure in: what is around them, and where.
pub(super) fn callers(world: &World, target: &Found) -> Vec<(Found, Vec<Span>)> {
    let mut callers: Vec<(Found, Vec<Span>)> = Vec::new();
    for parsed in world.all() {
        for (found, span) in called_in(world, &parsed) {
            if !found.is(target) {
                continue;
            }
            let Some(caller) = around(world, &parsed, span.start) else {
                continue;
            };
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
    let own = from.declaration.span;
    let mut called: Vec<(Found, Vec<Span>)> = Vec::new();
    for (found, span) in called_in(world, &from.parsed) {
        if span.start < own.start || own.end < span.end {
            continue;
        }
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
