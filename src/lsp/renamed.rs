//! What becomes of everything when some names are replaced: the names that the compiler makes of them are
//! replaced where they are written, and nothing may mean something else than before.

use std::collections::BTreeMap;

use super::index::View;
use super::world::World;
use crate::model::{self, Symbols};
use crate::parallel;
use crate::source::{LoadError, Loader, Source, SourceId, Sources, Span};
use crate::syntax;

/// New texts, by file and place.
pub(super) type Edits = BTreeMap<String, BTreeMap<Span, String>>;

/// The edits together with those of names that are made of the replaced ones; nothing where a name
/// would then mean something else. A file that can't be read whole is not asked.
pub(super) fn settled(world: &World, mut edits: Edits) -> Option<Edits> {
    let views: Vec<View> = world
        .all()
        .iter()
        .filter_map(|parsed| world.views(parsed).into_iter().next())
        .filter(|view| view.is_still())
        .filter(|view| view.files().any(|file| edits.contains_key(&file.path)))
        .collect();
    let mut after = Vec::new();
    for view in &views {
        let symbols = symbols_after(world, view, &edits);
        // Names that are made of the replaced ones are others now.
        after.push(match made(view, &symbols, &mut edits) {
            true => symbols_after(world, view, &edits),
            false => symbols,
        });
    }
    let kinds = |symbols: &Symbols| -> Vec<model::SymbolKind> {
        symbols.definitions.iter().map(|one| one.kind).collect()
    };
    let means = |symbols: &Symbols| -> Vec<(SourceId, usize)> {
        let references = symbols.references.iter();
        references.map(|one| (one.span.source, one.to)).collect()
    };
    let mut both = views.iter().map(View::symbols).zip(&after);
    let same = both.all(|(a, b)| kinds(a) == kinds(b) && means(a) == means(b));
    same.then_some(edits)
}

/// Adds the edits of places that name nodes by names that were made of others. Whether there are any.
fn made(view: &View, after: &Symbols, edits: &mut Edits) -> bool {
    let before = view.symbols();
    let mut any = false;
    if before.definitions.len() != after.definitions.len() {
        return any;
    }
    for place in view.places() {
        let ids = before.definitions[place.to].ids.iter();
        let parsed = view.file(place.file);
        let written = parsed.slice(place.span);
        let mut pairs = ids.zip(&after.definitions[place.to].ids);
        let new = pairs
            .find(|(old, _)| last(old) == written)
            .map(|(_, new)| last(new));
        if let Some(new) = new
            && new != written
        {
            let of_file = edits.entry(parsed.path.clone()).or_default();
            of_file.entry(place.span).or_insert_with(|| {
                any = true;
                new.to_owned()
            });
        }
    }
    any
}

fn last(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// The files as they are after the edits.
struct Edited<'w> {
    world: &'w World,
    edits: &'w Edits,
}

impl Edited<'_> {
    fn text(&self, path: &str, text: &str) -> String {
        let mut text = text.to_owned();
        let edits = self.edits.get(path).into_iter().flatten();
        let edits: Vec<(&Span, &String)> = edits.collect();
        for (span, new) in edits.into_iter().rev() {
            text.replace_range(span.range(), new);
        }
        text
    }
}

impl Loader for Edited<'_> {
    fn load(&self, from: &str, path: &str) -> Result<(String, String), LoadError> {
        let (shown, text) = self.world.load(from, path, true)?;
        let text = self.text(&shown, Source::new("", text).text());
        Ok((shown, text))
    }
}

fn symbols_after(world: &World, view: &View, edits: &Edits) -> Symbols {
    let root = view.file(0);
    let edited = Edited { world, edits };
    let source = Source::new(root.path.clone(), edited.text(&root.path, root.text()));
    let (file, _) = syntax::parse_again(SourceId::default(), source.text(), &root.file.pieces);
    let mut sources = Sources::default();
    sources.add(source);
    // A panic is a bug, and what can't be compared is not the same.
    parallel::caught(|| model::symbols(&file, &mut sources, &edited)).unwrap_or_default()
}
