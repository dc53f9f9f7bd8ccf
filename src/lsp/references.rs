//! From a declaration to all that name it, in every file of the workspace.

use std::sync::Arc;

use lsp_types::{Location, ReferenceParams};

use super::names::Use;
use super::noun::Noun;
use super::parsed::Parsed;
use super::refusal::Refusal;
use super::resolve::{Found, Under, own_span, top_level};
use super::world::World;
use crate::source::Span;

/// A place where a declaration is named.
pub(super) struct Occurrence {
    /// The file.
    pub parsed: Arc<Parsed>,
    /// The part of the text that is the name.
    pub span: Span,
    /// Whether it is the declaration itself.
    pub declares: bool,
    /// Whether it is written as a variable of the environment.
    pub variable: bool,
}

/// Every place that names a declaration, its own included, in the order of files and places.
pub(super) fn occurrences(world: &World, target: &Found) -> Vec<Occurrence> {
    let mut files = world.all();
    if !files.iter().any(|one| one.path == target.parsed.path) {
        files.push(Arc::clone(&target.parsed));
    }
    let mut found = Vec::new();
    for parsed in files {
        in_file(world, &parsed, target, &mut found);
    }
    found
}

/// The places of one file that name a declaration.
pub(super) fn in_file(
    world: &World,
    parsed: &Arc<Parsed>,
    target: &Found,
    found: &mut Vec<Occurrence>,
) {
    named_alone(world, parsed, target, found);
    for other in also_captured(world, target) {
        named_alone(world, parsed, &other, found);
    }
}

/// What else captures something under the name of a declaration, where a command or text finds it under
/// that name: whichever of them was done last, it means.
fn also_captured(world: &World, target: &Found) -> Vec<Found> {
    let (own, names) = (&target.declaration, target.parsed.names());
    let others: Vec<Found> = names
        .declarations
        .iter()
        .filter(|one| one.is_captured() && one.name == own.name && one.name_span != own.name_span)
        .map(|one| Found {
            parsed: Arc::clone(&target.parsed),
            declaration: one.clone(),
        })
        .collect();
    let finds = |one: &Use| {
        one.nouns.contains(&Noun::Capture)
            && one.path == own.name
            && world
                .resolve(&target.parsed, one)
                .is_some_and(|found| found.declaration.is_captured())
    };
    match own.is_captured() && !others.is_empty() && names.uses.iter().any(finds) {
        true => others,
        false => Vec::new(),
    }
}

fn named_alone(world: &World, parsed: &Arc<Parsed>, target: &Found, found: &mut Vec<Occurrence>) {
    let name = target.declaration.name.as_str();
    if parsed.path == target.parsed.path && target.declaration.named {
        found.push(Occurrence {
            parsed: Arc::clone(parsed),
            span: target.declaration.name_span,
            declares: true,
            variable: false,
        });
    }
    for module in &parsed.names().modules {
        for (import, span) in module.imports.iter().filter(|(import, _)| import == name) {
            let same = world.module(parsed, &module.path).is_some_and(|there| {
                there.path == target.parsed.path
                    && top_level(&there, import)
                        .is_some_and(|one| one.name_span == target.declaration.name_span)
            });
            if same {
                found.push(Occurrence {
                    parsed: Arc::clone(parsed),
                    span: *span,
                    declares: false,
                    variable: false,
                });
            }
        }
    }
    for one in &parsed.names().uses {
        if let Some(span) = named_in(world, parsed, one, target) {
            found.push(Occurrence {
                parsed: Arc::clone(parsed),
                span,
                declares: false,
                variable: one.variable,
            });
        }
    }
}

/// The part of a name in use that names the declaration, if it does.
fn named_in(world: &World, parsed: &Arc<Parsed>, one: &Use, target: &Found) -> Option<Span> {
    let name = &target.declaration.name;
    if one.variable {
        let rest = one.path.strip_prefix(name.as_str())?;
        if !rest.is_empty() && !rest.starts_with('-') {
            return None;
        }
        let found = world.resolve(parsed, one)?;
        let end = one.span.start + name.len() as u32;
        return found
            .is(target)
            .then(|| Span::new(one.span.source, one.span.start, end));
    }
    if !one.path.split(['.', '/']).any(|part| part == name) {
        return None;
    }
    let found = world.resolve(parsed, one)?;
    if found.is(target) {
        return Some(own_span(one));
    }
    // `rollout/deploy` names `rollout` as well.
    let (inner, outer) = (&found.declaration.id, &target.declaration.id);
    if outer.is_empty()
        || found.parsed.path != target.parsed.path
        || !inner.starts_with(&format!("{outer}/"))
    {
        return None;
    }
    let behind = inner.matches('/').count() - outer.matches('/').count();
    let parts: Vec<&str> = one.path.split('/').collect();
    let index = parts.len().checked_sub(behind + 1)?;
    let start: usize = parts[..index].iter().map(|part| part.len() + 1).sum();
    let start = one.span.start + start as u32;
    Some(Span::new(
        one.span.source,
        start,
        start + parts[index].len() as u32,
    ))
}

/// All references to what stands under the cursor.
pub(super) fn references(
    world: &World,
    params: ReferenceParams,
) -> Result<Option<Vec<Location>>, Refusal> {
    let at = params.text_document_position;
    let parsed = super::parsed(world, &at.text_document)?;
    let offset = parsed.offset(at.position);
    let Some(Under::Name { found, .. }) = world.under(parsed, offset) else {
        return Ok(None);
    };
    let declaration = params.context.include_declaration;
    let locations = occurrences(world, &found)
        .iter()
        .filter(|one| declaration || !one.declares)
        .filter_map(|one| world.location(&one.parsed, one.span))
        .collect();
    Ok(Some(locations))
}
