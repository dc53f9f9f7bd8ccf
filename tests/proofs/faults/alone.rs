//! The statements of the files of the project, each alone in the blocks around it.

use std::collections::BTreeMap;

use deployc::source::SourceId;
use deployc::syntax::{Kind, Node, parse};

use super::{is_block, well_written};

/// A statement behind the heads of the blocks around it; nothing else stands in those.
#[derive(Clone, Debug)]
pub struct Alone {
    /// The file that it stands in.
    pub path: String,
    /// The heads, the statement, and what closes the blocks.
    pub text: String,
    /// Where the statement begins in the text, and where it ends.
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
    /// What the blocks around belong to, outermost first.
    pub around: Vec<Kind>,
    /// The top-level item that it stands in, as it stands in its file.
    pub item: usize,
}

/// Each statement once that stands somewhere in the project and can be read by itself.
pub fn statements() -> Vec<Alone> {
    let mut found = BTreeMap::new();
    for (path, text) in well_written() {
        let (file, _) = parse(SourceId(0), &text);
        for piece in &file.pieces {
            let heads = Heads {
                path: &path,
                text: String::new(),
                around: Vec::new(),
                item: piece.offset() as usize,
            };
            heads.inside(piece.root(), &mut found);
        }
    }
    found
        .into_values()
        .filter(|alone: &Alone| {
            let (_, found) = parse(SourceId(0), &alone.text);
            found.iter().all(|finding| finding.rule.name == "edition")
        })
        .collect()
}

struct Heads<'p> {
    path: &'p str,
    text: String,
    around: Vec<Kind>,
    item: usize,
}

impl Heads<'_> {
    fn inside(&self, block: Node<'_>, found: &mut BTreeMap<String, Alone>) {
        for statement in block.children().filter(|node| node.kind() != Kind::comment) {
            let start = statement.span().start as usize;
            let text = |from: usize, to: usize| &statement.text()[from - start..to - start];
            let mut own = String::new();
            let mut at = start;
            for inner in statement.descend().filter(|node| is_block(node.kind())) {
                let place = inner.span().range();
                if place.start < at {
                    continue;
                }
                own.push_str(text(at, place.start));
                let mut around = self.around.clone();
                around.push(statement.kind());
                let heads = Heads {
                    path: self.path,
                    text: format!("{}{own}{{\n", self.text),
                    around,
                    item: self.item,
                };
                heads.inside(inner, found);
                own.push_str("{}");
                at = place.end;
            }
            let end = statement.trimmed().end as usize;
            own.push_str(text(at, end.max(at)));
            let closes = "}\n".repeat(self.around.len());
            let whole = format!("{}{own}\n{closes}", self.text);
            let alone = Alone {
                path: self.path.to_owned(),
                start: self.text.len(),
                end: self.text.len() + own.len(),
                kind: statement.kind(),
                around: self.around.clone(),
                item: self.item,
                text: whole.clone(),
            };
            found.insert(whole, alone);
        }
    }
}
