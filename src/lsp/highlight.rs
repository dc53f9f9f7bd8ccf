//! The places of this file that name what stands under the cursor.

use lsp_types::{DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams};

use super::references::in_file;
use super::refusal::Refusal;
use super::under::Under;
use super::world::World;

/// The places of this file that name what stands under the cursor.
pub(super) fn highlight(
    world: &World,
    params: DocumentHighlightParams,
) -> Result<Option<Vec<DocumentHighlight>>, Refusal> {
    let at = params.text_document_position_params;
    let parsed = super::parsed(world, &at.text_document)?;
    let Some(Under::Name { found, .. }) = world.under(parsed, parsed.offset(at.position)) else {
        return Ok(None);
    };
    let highlights = in_file(world, parsed, &found)
        .iter()
        .map(|one| DocumentHighlight {
            range: parsed.range(one.span),
            kind: Some(if one.declares {
                DocumentHighlightKind::WRITE
            } else {
                DocumentHighlightKind::READ
            }),
        })
        .collect();
    Ok(Some(highlights))
}
