//! What is selected when a selection grows: the node at the cursor, the one around it, and so on.

use lsp_types::{SelectionRange, SelectionRangeParams};

use super::refusal::Refusal;
use super::world::World;

/// The growing selections at each position.
pub(super) fn selection(
    world: &World,
    params: SelectionRangeParams,
) -> Result<Option<Vec<SelectionRange>>, Refusal> {
    let parsed = super::parsed(world, &params.text_document)?;
    let selections = params
        .positions
        .iter()
        .map(|position| {
            let offset = parsed.offset(*position);
            let mut selection = SelectionRange {
                range: parsed.whole(),
                parent: None,
            };
            for node in parsed.around(offset) {
                let span = node.trimmed();
                let range = parsed.range(span);
                let inside = selection.range.start <= range.start
                    && range.end <= selection.range.end
                    && range != selection.range
                    && span.touches(offset);
                if inside {
                    selection = SelectionRange {
                        range,
                        parent: Some(Box::new(selection)),
                    };
                }
            }
            selection
        })
        .collect();
    Ok(Some(selections))
}
