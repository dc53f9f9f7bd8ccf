//! From a declaration to all that name it, in every file of the workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lsp_types::{Location, ReferenceParams};

use super::index::{Found, View};
use super::parsed::Parsed;
use super::refusal::Refusal;
use super::under::Under;
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

/// What is named by the same places, by file and place.
type Group = BTreeSet<(String, Span)>;

/// Every place that names a declaration, its own included, in the order of files and places.
pub(super) fn occurrences(world: &World, target: &Found) -> Vec<Occurrence> {
    let mut files = world.all();
    if !files.iter().any(|one| one.path == target.parsed.path) {
        files.push(Arc::clone(&target.parsed));
    }
    let views = files.iter().flat_map(|parsed| world.views(parsed));
    let views: Vec<View> = views
        .filter(|view| view.files().any(|file| file.path == target.parsed.path))
        .collect();
    gathered(&views, target)
}

/// The places of one file that name a declaration.
pub(super) fn in_file(world: &World, parsed: &Arc<Parsed>, target: &Found) -> Vec<Occurrence> {
    let mut found = gathered(&world.views(parsed), target);
    found.retain(|one| one.parsed.path == parsed.path);
    found
}

fn gathered(views: &[View], target: &Found) -> Vec<Occurrence> {
    let mut group = Group::new();
    group.insert((target.parsed.path.clone(), target.declaration.name_span));
    let mut places = BTreeMap::new();
    if target.declaration.named {
        let key = (target.parsed.path.clone(), target.declaration.name_span);
        places.insert(key, declaring(&target.parsed, target.declaration.name_span));
    }
    loop {
        let before = group.len();
        for view in views {
            named(view, &mut group, &mut places);
        }
        if group.len() == before {
            return places.into_values().collect();
        }
    }
}

fn declaring(parsed: &Arc<Parsed>, span: Span) -> Occurrence {
    Occurrence {
        parsed: Arc::clone(parsed),
        span,
        declares: true,
        variable: false,
    }
}

/// The places of a view that name something of a group. What else such a place means, belongs to the
/// group: a value that is captured twice, an import that brings in two things. So does what has its name by
/// such a place.
fn named(view: &View, group: &mut Group, places: &mut BTreeMap<(String, Span), Occurrence>) {
    let mut own = BTreeSet::new();
    for number in 0..view.count() {
        let Some((parsed, span)) = view.name_of(number) else {
            continue;
        };
        let key = (parsed.path.clone(), span);
        if !group.contains(&key) {
            continue;
        }
        own.insert(number);
        if view.symbols().definitions[number].named {
            places.insert(key, declaring(parsed, span));
        }
    }
    if own.is_empty() {
        return;
    }
    let mut spans = BTreeSet::new();
    for place in view.places().filter(|place| own.contains(&place.to)) {
        let parsed = view.file(place.file);
        spans.insert((place.file, place.span));
        let key = (parsed.path.clone(), place.span);
        places.entry(key).or_insert(Occurrence {
            parsed: Arc::clone(parsed),
            span: place.span,
            declares: false,
            variable: place.variable,
        });
    }
    for number in (0..view.count()).filter(|number| !own.contains(number)) {
        // A baseline may have the name of its service.
        let file = view.symbols().definitions[number].name_span.source.0 as usize;
        if let Some((parsed, span)) = view.name_of(number)
            && spans.contains(&(file, span))
        {
            group.insert((parsed.path.clone(), span));
        }
    }
    for place in view.places() {
        if spans.contains(&(place.file, place.span))
            && !own.contains(&place.to)
            && let Some((parsed, span)) = view.name_of(place.to)
        {
            group.insert((parsed.path.clone(), span));
        }
    }
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
