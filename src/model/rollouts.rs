//! `canary` and `blue-green`: short for shifts, holds and gates.

use super::lower::{Lower, Scope, first_line};
use super::node::{Node, Times};
use super::statements::Place;
use super::text::Text;
use super::values::trimmed;
use super::work::Work;
use crate::quantity::Dimension;
use crate::source::Span;
use crate::syntax::{Kind, Node as Syntax};

impl<'a> Lower<'a> {
    /// `canary api { 10% for 15m while … 50% … 100% }`: a stretch of work with one part for each
    /// step, a shift and a hold.
    pub fn canary(
        &mut self,
        scope: &Scope,
        parent: &mut Node,
        statement: Syntax<'a>,
    ) -> Option<Node> {
        let service = self.service_of(scope, statement)?;
        let around = parent.id.clone();
        let words = format!("canary {service}");
        let mut draft = self.draft(scope, &around, statement, &words, Work::Phase);
        self.clauses(scope, &mut draft, statement);
        let mut node = draft.node;
        if node.title.is_empty() {
            node.title = Text::plain(format!("Canary of {}", self.called(&service)));
        }
        let mut inner = scope.clone();
        inner.service = Some(service.clone());
        let Some(block) = statement.child(Kind::block) else {
            self.misplaced(
                first_line(statement),
                "a `canary` without steps moves no traffic",
                "write its steps: `{ 10% for 15m while … }`",
            );
            return None;
        };
        for child in block.children() {
            match child.kind() {
                Kind::step => {
                    if let Some(step) = self.step(&inner, &node.id, child, &service) {
                        node.children.push(step);
                    }
                }
                Kind::comment | Kind::ERR_STMT | Kind::ERR_BLOCK | Kind::MISSING_BRACE => {}
                _ => {
                    if let Some(other) = self.beside(&inner, &mut node, child) {
                        node.children.push(other);
                    }
                }
            }
        }
        Some(node)
    }

    fn step(
        &mut self,
        scope: &Scope,
        around: &str,
        step: Syntax<'a>,
        service: &str,
    ) -> Option<Node> {
        let token = step.child(Kind::quantity)?;
        let share = self.quantity_of(token, &Dimension::Ratio)?;
        let words = format!("to-{}", share.written.trim_end_matches('%'));
        let mut draft = self.draft(scope, around, step, &words, Work::Phase);
        let title = draft.node.title.clone();
        if title.is_empty() {
            draft.node.title = Text::plain(format!("{share} of traffic"));
        }
        self.clauses(scope, &mut draft, step);
        let mut node = draft.node;
        let otherwise = std::mem::take(&mut node.otherwise);
        let shift = self.made(
            &node.id,
            "shift",
            Text::default(),
            Work::Shift {
                service: service.to_owned(),
                share,
            },
            token.span(),
        );
        node.children.insert(0, shift);
        let holds = step
            .child(Kind::while_)
            .and_then(|clause| self.condition_in(scope, clause));
        let hold = step
            .child(Kind::step_for)
            .and_then(|clause| self.length(scope, clause).map(|length| (clause, length)));
        if let Some((clause, length)) = hold {
            let span = step.child(Kind::while_).map_or_else(
                || trimmed(clause),
                |while_| trimmed(clause).to(trimmed(while_)),
            );
            let parameter = self.named_length(scope, clause);
            let mut hold = self.made(
                &node.id,
                "hold",
                Text::default(),
                Work::Hold {
                    length: Box::new(length),
                    parameter,
                    holds,
                },
                span,
            );
            hold.otherwise = otherwise;
            // An `else { … }` of the step belongs to what can fail in it.
            if let Some(position) = node
                .children
                .iter()
                .position(|child| child.work == Work::Else)
            {
                hold.children.push(node.children.remove(position));
            }
            self.block(scope, &mut hold, step, Place::Work);
            node.children.push(hold);
        } else {
            node.otherwise = otherwise;
            if holds.is_some()
                && let Some(clause) = step.child(Kind::while_)
            {
                self.misplaced(
                    trimmed(clause),
                    "`while` needs a time to hold",
                    "say how long: `for 15m while …`",
                );
            }
            self.block(scope, &mut node, step, Place::Work);
        }
        Some(node)
    }

    /// `blue-green api { prepare … verify … bake … retire … }`: what is prepared, a gate, the
    /// switch, a hold, what is retired.
    pub fn blue_green(
        &mut self,
        scope: &Scope,
        parent: &mut Node,
        statement: Syntax<'a>,
    ) -> Option<Node> {
        let service = self.service_of(scope, statement)?;
        let colour = statement
            .child(Kind::colour)
            .map_or_else(|| "green".to_owned(), |colour| colour.text().to_owned());
        let around = parent.id.clone();
        let words = format!("blue-green {service}");
        let mut draft = self.draft(scope, &around, statement, &words, Work::Phase);
        self.clauses(scope, &mut draft, statement);
        let mut node = draft.node;
        if node.title.is_empty() {
            node.title = Text::plain(format!("Switch of {} to {colour}", self.called(&service)));
        }
        let mut inner = scope.clone();
        inner.service = Some(service.clone());
        let statements: Vec<Syntax<'a>> = statement
            .child(Kind::block)
            .into_iter()
            .flat_map(|block| block.children())
            .collect();
        let mut switched = false;
        for child in statements {
            let kind = child.kind();
            if matches!(kind, Kind::bake | Kind::retire) && !switched {
                switched = true;
                let switch = self.switch(&node.id, &service, &colour, first_line(statement));
                node.children.push(switch);
            }
            match kind {
                Kind::prepare | Kind::verify | Kind::bake | Kind::retire => {
                    let words = match kind {
                        Kind::prepare => "prepare",
                        Kind::verify => "verify",
                        Kind::retire => "retire",
                        _ => "bake",
                    };
                    let around = node.id.clone();
                    if let Some((work, _)) = self.work(&inner, child) {
                        let mut draft = self.draft_named(&inner, &around, child, words, work);
                        self.clauses(&inner, &mut draft, child);
                        let mut stage = draft.node;
                        if stage.title.is_empty() && !matches!(stage.work, Work::Hold { .. }) {
                            let capital = words[..1].to_ascii_uppercase() + &words[1..];
                            stage.title = Text::plain(capital);
                        }
                        self.block(&inner, &mut stage, child, Place::Work);
                        node.children.push(stage);
                    }
                }
                Kind::comment | Kind::ERR_STMT | Kind::ERR_BLOCK | Kind::MISSING_BRACE => {}
                _ => {
                    if let Some(other) = self.beside(&inner, &mut node, child) {
                        switched |= matches!(other.work, Work::Switch { .. });
                        node.children.push(other);
                    }
                }
            }
        }
        if !switched {
            let switch = self.switch(&node.id, &service, &colour, first_line(statement));
            node.children.push(switch);
        }
        Some(node)
    }

    /// Another statement in the block of a rollout.
    fn beside(&mut self, scope: &Scope, node: &mut Node, statement: Syntax<'a>) -> Option<Node> {
        if matches!(statement.kind(), Kind::canary | Kind::blue_green) {
            self.misplaced(
                first_line(statement),
                "a rollout means nothing inside of another one",
                "let it stand before or behind the other one",
            );
            return None;
        }
        self.statement(scope, node, statement, Place::Work)
    }

    /// What people call a service: its title, or its name.
    fn called(&self, service: &str) -> String {
        self.service(service)
            .map(|service| service.title.to_string())
            .filter(|title| !title.is_empty())
            .unwrap_or_else(|| service.to_owned())
    }

    fn switch(&mut self, around: &str, service: &str, colour: &str, span: Span) -> Node {
        self.made(
            around,
            "switch",
            Text::default(),
            Work::Switch {
                service: service.to_owned(),
                colour: colour.to_owned(),
            },
            span,
        )
    }

    /// A node that no statement says by itself.
    fn made(&mut self, around: &str, name: &str, title: Text, work: Work, span: Span) -> Node {
        Node {
            id: self.id(around, None, name, span),
            title,
            work,
            times: Times::default(),
            owners: Vec::new(),
            condition: None,
            after: Vec::new(),
            status: None,
            done: false,
            otherwise: Vec::new(),
            children: Vec::new(),
            span,
            name_span: span,
        }
    }
}
