//! Reads baselines, recovery objectives, backups and freezes.

use super::lower::{Lower, Scope};
use super::names::Noun;
use super::node::Node;
use super::statements::Place;
use super::work::Work;
use crate::blank::Blanks;
use crate::diagnostic::Diagnostic;
use crate::quantity::Dimension;
use crate::syntax::{Kind, Node as Syntax};
use crate::time::Moment;

impl<'a> Lower<'a> {
    pub fn baseline(&mut self, scope: &Scope, item: Syntax<'a>) -> Option<Node> {
        let name = item.child(Kind::name)?;
        let service = match item.child(Kind::path) {
            Some(_) => self.service_of(scope, item),
            None => self
                .names
                .find(0, Noun::Service, name.text(), name.span())
                .map(|declared| self.use_service(declared)),
        };
        let work = Work::Baseline { service };
        let mut node = self.draft(scope, "baseline", item, "baseline", work).node;
        let lines: Vec<Syntax<'a>> = item
            .child(Kind::baseline_block)
            .into_iter()
            .flat_map(|block| block.children())
            .collect();
        for line in lines {
            match line.kind() {
                Kind::bound => {
                    let condition = line.child(Kind::condition);
                    let holds = condition.and_then(|condition| self.condition(scope, condition));
                    let words = condition
                        .and_then(|condition| {
                            condition
                                .descend()
                                .find(|node| matches!(node.kind(), Kind::path | Kind::string))
                        })
                        .map(|node| node.text().trim_matches('"').to_owned())
                        .unwrap_or_default();
                    let around = node.id.clone();
                    let mut draft = self.draft(scope, &around, line, &words, Work::Bound { holds });
                    self.clauses(scope, &mut draft, line);
                    node.children.push(draft.node);
                }
                Kind::note => {
                    if let Some(note) = self.plain(scope, &mut node, line, Place::Work) {
                        node.children.push(note);
                    }
                }
                _ => {}
            }
        }
        Some(node)
    }

    pub fn objective(&mut self, item: Syntax<'_>) -> Option<Work> {
        let name = item.child(Kind::name)?;
        let sign = item.child(Kind::comparator)?;
        let token = item.child(Kind::quantity)?;
        let value = match name.text() {
            "rto" | "rpo" => self.quantity_likely(token, &Dimension::Duration, |number| {
                super::likely::of_length(Kind::objective, number)
            })?,
            _ => self.quantity(token)?,
        };
        Some(Work::Objective {
            objective: name.text().to_owned(),
            comparator: super::condition::Comparator::of_sign(sign.text())?,
            value,
        })
    }

    pub fn backup(&mut self, item: Syntax<'_>) -> Option<Work> {
        let name = item.child(Kind::name)?;
        let every = item
            .child(Kind::interval)
            .and_then(|clause| self.duration(clause));
        let keep = item
            .child(Kind::keep)
            .and_then(|clause| self.duration(clause));
        Some(Work::Backup {
            of: name.text().to_owned(),
            every: every.map(Box::new),
            keep: keep.map(Box::new),
        })
    }

    pub fn freeze(&mut self, item: Syntax<'_>) -> Option<Work> {
        let moments: Vec<Syntax<'_>> = item.all(Kind::moment).collect();
        let zone = item
            .child(Kind::zone)
            .map(|zone| zone.text().trim_blanks().to_owned());
        let [from, to] = moments.as_slice() else {
            return None;
        };
        let (begin, end) = (*from, *to);
        let from = self.moment(begin, zone.as_deref())?;
        let to = self.moment(end, zone.as_deref())?;
        // `from 09:00 to Sat 18:00` would never be over, or never begin.
        if std::mem::discriminant(&from) != std::mem::discriminant(&to) {
            let how = |moment: &Moment| match moment {
                Moment::Daily(_) => "comes every day",
                Moment::Weekly(..) => "comes every week",
                Moment::Once(_) => "comes once",
            };
            let finding = Diagnostic::new(
                &super::values::TIME,
                super::values::trimmed(end),
                format!("`{from}` {}, and `{to}` {}", how(&from), how(&to)),
            )
            .also(super::values::trimmed(begin), "the other end")
            .help("write both ends alike: `17:00 to 09:00`, `Fri 16:00 to Mon 07:00`, `2026-12-19 to 2027-01-03`");
            self.report(finding);
            return None;
        }
        Some(Work::Freeze { from, to })
    }
}
