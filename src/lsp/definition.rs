//! From a name to what it stands for.

use lsp_types::{GotoDefinitionParams, GotoDefinitionResponse, Location, Position, Range};

use super::refusal::Refusal;
use super::under::Under;
use super::world::World;

/// Where the name under the cursor is declared; for a module, its file.
pub(super) fn definition(
    world: &World,
    params: GotoDefinitionParams,
) -> Result<Option<GotoDefinitionResponse>, Refusal> {
    let at = params.text_document_position_params;
    let parsed = super::parsed(world, &at.text_document)?;
    let offset = parsed.offset(at.position);
    let location = match world.under(parsed, offset) {
        Some(Under::Name { found, .. }) => {
            world.location(&found.parsed, found.declaration.name_span)
        }
        Some(Under::Module { parsed, .. }) => world
            .uri(&parsed.path)
            .map(|uri| Location::new(uri, Range::new(Position::new(0, 0), Position::new(0, 0)))),
        None => None,
    };
    Ok(location.map(GotoDefinitionResponse::Scalar))
}
