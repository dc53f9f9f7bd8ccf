//! Reads what has a place in a runbook: one node for each statement.

use super::action::Action;
use super::condition::Condition;
use super::lower::{Draft, Lower, Scope, first_line, reference, repeated};
use super::names::Noun;
use super::node::Node;
use super::text::Text;
use super::values::{DIMENSION, plain, trimmed};
use super::work::{Target, Work};
use crate::blank::Blanks;
use crate::diagnostic::Diagnostic;
use crate::quantity::{Dimension, Range};
use crate::syntax::{Kind, Node as Syntax};

/// What stands around a statement, as far as it decides what may stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Where work is done.
    Work,
    /// In a choice: options.
    Choice,
    /// In a rule: reasons and actions.
    Rule,
    /// In an appendix.
    Appendix,
    /// In a test.
    Test,
}

impl<'a> Lower<'a> {
    /// Lowers the statements of a block as children of a node.
    pub fn children(&mut self, scope: &Scope, node: &mut Node, block: Syntax<'a>, place: Place) {
        node.children.reserve_exact(block.children().count());
        for statement in block.children() {
            if let Some(child) = self.statement(scope, node, statement, place) {
                node.children.push(child);
            }
        }
        node.children.shrink_to_fit();
    }

    /// Lowers the block of a statement, if it has one.
    pub fn block(&mut self, scope: &Scope, node: &mut Node, statement: Syntax<'a>, place: Place) {
        if let Some(block) = statement.child(Kind::block) {
            self.children(scope, node, block, place);
        }
    }

    /// Lowers one statement: its node, or nothing where it says something of the node around it, and after a
    /// finding.
    pub fn statement(
        &mut self,
        scope: &Scope,
        parent: &mut Node,
        statement: Syntax<'a>,
        place: Place,
    ) -> Option<Node> {
        let kind = statement.kind();
        if matches!(
            kind,
            Kind::comment | Kind::ERR_STMT | Kind::MISSING_BRACE | Kind::ERR_TAIL
        ) {
            return None;
        }
        if !scope.includes.is_empty() && !self.may_put_in_statement(first_line(statement)) {
            return None;
        }
        if kind == Kind::ERR_BLOCK {
            // The head could not be read and is a finding already; what stands inside is still work.
            if let Some(block) = statement.child(Kind::block) {
                // What may stand in it depends on its head.
                let before = self.found.len();
                self.children(scope, parent, block, Place::Work);
                let mut inner = self.found.split_off(before);
                inner.retain(|finding| !std::ptr::eq(finding.rule, &super::lower::MISPLACED));
                self.found.append(&mut inner);
            }
            return None;
        }
        if !self.may_stand(statement, parent, place) {
            return None;
        }
        match kind {
            Kind::then => {
                let actions = self.actions_in(scope, statement);
                self.add_then(parent, statement, actions);
                None
            }
            Kind::otherwise if statement.has(Kind::actions) => {
                // `else stop` on a line of its own is the same as behind the statement around it.
                let actions = self.actions_in(scope, statement);
                match parent.otherwise.first() {
                    Some(first) => {
                        let finding = repeated("else", first_line(statement), first.span);
                        self.report(finding);
                    }
                    None => parent.otherwise = actions,
                }
                None
            }
            Kind::given | Kind::expectation => {
                self.test_line(scope, parent, statement);
                None
            }
            _ => {
                let before = self.found.len();
                let node = match kind {
                    Kind::include => self.include(scope, parent, statement),
                    Kind::canary => self.canary(scope, parent, statement),
                    Kind::blue_green => self.blue_green(scope, parent, statement),
                    _ => self.plain(scope, parent, statement, place),
                };
                if node.is_none() {
                    self.lost(statement, before);
                }
                node
            }
        }
    }

    /// A statement that becomes one node.
    pub fn plain(
        &mut self,
        scope: &Scope,
        parent: &mut Node,
        statement: Syntax<'a>,
        place: Place,
    ) -> Option<Node> {
        let around = parent.id.clone();
        let (work, words) = self.work(scope, statement)?;
        let mut draft = self.draft(scope, &around, statement, &words, work);
        if let Work::Lookup { .. } = draft.node.work
            && let Some(title) = statement.child(Kind::string)
        {
            draft.node.title = self.text(scope, title);
        }
        self.clauses(scope, &mut draft, statement);
        let mut node = draft.node;
        let inner = match node.work {
            Work::Choose => Place::Choice,
            Work::Severity { .. } | Work::Alert { .. } | Work::When { .. } => Place::Rule,
            Work::Group { .. } if place == Place::Appendix => Place::Appendix,
            _ => Place::Work,
        };
        self.block(scope, &mut node, statement, inner);
        Some(node)
    }

    /// What a statement is, and the words that name it where nothing else does.
    pub fn work(&mut self, scope: &Scope, statement: Syntax<'a>) -> Option<(Work, String)> {
        let plain_words = first_words(statement);
        Some(match statement.kind() {
            Kind::phase => (Work::Phase, plain_words),
            Kind::gate => (Work::Gate, plain_words),
            Kind::group | Kind::prepare | Kind::retire => (Work::Group { from: None }, plain_words),
            Kind::verify => (Work::Gate, plain_words),
            Kind::check => {
                let (holds, words) = self.asserted(scope, statement);
                (Work::Check { holds }, words)
            }
            Kind::require => {
                let (holds, words) = self.asserted(scope, statement);
                (Work::Require { holds }, words)
            }
            Kind::when => {
                let (holds, words) = self.asserted(scope, statement);
                (Work::When { holds }, words)
            }
            Kind::run => {
                let work = self.run(scope, statement)?;
                let words = match &work {
                    Work::Run { command, .. } => command_words(&command.text),
                    _ => plain_words,
                };
                (work, words)
            }
            Kind::shift => {
                let service = self.service_of(scope, statement)?;
                let token = statement.child(Kind::quantity)?;
                let share = self.quantity_of(token, &Dimension::Ratio)?;
                let words = format!("shift-{service}-to-{}", share.written);
                (Work::Shift { service, share }, words)
            }
            Kind::switch => {
                let service = self.service_of(scope, statement)?;
                let colour = statement.child(Kind::colour)?.text().to_owned();
                let words = format!("switch-{service}-to-{colour}");
                (Work::Switch { service, colour }, words)
            }
            Kind::scale => {
                let service = self.service_of(scope, statement)?;
                let token = statement.child(Kind::quantity)?;
                let replicas = self.quantity_of(token, &Dimension::Count { noun: None })?;
                let words = format!("scale-{service}-to-{}", replicas.written);
                (Work::Scale { service, replicas }, words)
            }
            Kind::hold | Kind::bake => {
                let length = self.length(scope, statement)?;
                let holds = statement
                    .child(Kind::while_)
                    .and_then(|clause| self.condition_in(scope, clause));
                let words = format!("hold-{}", range_words(&length));
                (
                    Work::Hold {
                        length: Box::new(length),
                        parameter: self.named_length(scope, statement),
                        holds,
                    },
                    words,
                )
            }
            Kind::approve => self.approval(scope, statement)?,
            Kind::record => (self.record(scope, statement), plain_words),
            Kind::every => self.every(scope, statement)?,
            Kind::watch => self.watch(scope, statement),
            Kind::choose => (Work::Choose, plain_words),
            Kind::option => (Work::Option, plain_words),
            Kind::wait => self.wait(scope, statement)?,
            Kind::notify => {
                let notice = self.notice(scope, statement);
                let every = statement
                    .child(Kind::interval)
                    .and_then(|interval| self.duration(interval));
                let words = match (&notice.message, notice.text.is_empty()) {
                    (Some(message), _) => format!("notify-{message}"),
                    (None, false) => format!("notify {}", notice.text),
                    (None, true) => format!(
                        "notify {}",
                        notice
                            .channels
                            .iter()
                            .chain(&notice.roles)
                            .cloned()
                            .collect::<Vec<_>>()
                            .join(" ")
                    ),
                };
                (
                    Work::Notify {
                        notice,
                        every: every.map(Box::new),
                    },
                    words,
                )
            }
            Kind::note => {
                let token = statement
                    .children()
                    .find(|child| matches!(child.kind(), Kind::string | Kind::prose))?;
                let markdown = self.text(scope, token);
                let words = format!("note {}", markdown);
                (Work::Note { markdown }, words)
            }
            Kind::otherwise => (Work::Else, "else".to_owned()),
            Kind::act => {
                let actions = self.actions_in(scope, statement);
                (Work::Act { actions }, plain_words)
            }
            Kind::severity => (Work::Severity { then: Vec::new() }, plain_words),
            Kind::alert => self.alert(scope, statement),
            Kind::link | Kind::file => {
                let address = statement
                    .child(Kind::string)
                    .map(|string| self.text(scope, string))
                    .unwrap_or_default();
                let work = if statement.kind() == Kind::link {
                    Work::Link { address }
                } else {
                    Work::File { path: address }
                };
                (work, plain_words)
            }
            Kind::setting => self.lookup(scope, statement)?,
            Kind::step => return None, // said by `may_stand`
            _ => return None,
        })
    }

    /// The name of the service that a statement names.
    pub fn service_of(&mut self, scope: &Scope, statement: Syntax<'_>) -> Option<String> {
        let path = statement.child(Kind::path)?;
        if let Some(super::bindings::Binding::Service(name)) = scope.bindings.get(path.text()) {
            self.note_argument(path.text(), path.span());
            return Some(name.clone());
        }
        let declared = self.find(scope, Noun::Service, path)?;
        Some(self.use_service(declared))
    }

    pub fn target(
        &mut self,
        _scope: &Scope,
        clause: Syntax<'_>,
        dimension: Option<&Dimension>,
        statement: Syntax<'_>,
    ) -> Option<Target> {
        if let Some(range) = clause.child(Kind::range) {
            return self
                .range_of(range, dimension)
                .map(|range| Target::Between { range });
        }
        let sign = clause.child(Kind::comparator)?;
        let comparator = super::condition::Comparator::of_sign(sign.text())?;
        let Some(token) = clause.child(Kind::quantity) else {
            if let Some(value) = clause.children().find(|child| {
                child.span().start >= sign.span().end && child.kind() != Kind::comment
            }) {
                self.wrong_type(value, "a quantity");
            }
            return None;
        };
        let quantity = self.quantity(token)?;
        let value = match dimension {
            Some(dimension) => match quantity.fit(dimension) {
                Some(value) => value,
                None => {
                    let unit = statement.child(Kind::measured_in);
                    let mut finding = Diagnostic::new(
                        &DIMENSION,
                        token.span(),
                        format!("expected {}, found `{quantity}`", dimension.phrase()),
                    );
                    if let Some(unit) = unit {
                        finding = finding.also(
                            unit.span(),
                            format!("this is a unit of {}", dimension.name()),
                        );
                        let unit = unit.text().trim_start_matches("in").trim_blanks();
                        for (title, text) in quantity.suggest(dimension, &[unit]) {
                            finding = finding.offer(title, token.span(), text);
                        }
                    }
                    self.report(finding);
                    return None;
                }
            },
            None => quantity,
        };
        Some(Target::Compare { comparator, value })
    }

    /// Reads the clauses that any statement may take.
    pub fn clauses(&mut self, scope: &Scope, draft: &mut Draft, statement: Syntax<'a>) {
        draft.node.times = self.times(statement);
        let is_approval = statement.kind() == Kind::approve;
        for clause in statement.children() {
            let kind = clause.kind();
            let counts = matches!(
                kind,
                Kind::at
                    | Kind::window
                    | Kind::due
                    | Kind::takes
                    | Kind::by
                    | Kind::only_if
                    | Kind::status
                    | Kind::after
                    | Kind::else_
                    | Kind::within
                    | Kind::valid
                    | Kind::capture
                    | Kind::probe
                    | Kind::attempts
            );
            if counts && let Some(first) = draft.once(clause) {
                let word = clause.text().words().next().unwrap_or_default();
                let finding = repeated(word, first_line(clause), first);
                self.report(finding);
                continue;
            }
            match kind {
                Kind::by if !is_approval => {
                    draft.node.owners = self.roles(scope, clause);
                    if let Some(quorum) = clause.child(Kind::quorum) {
                        self.misplaced(
                            trimmed(quorum),
                            "a quorum means something in `approve` alone",
                            "name the one who does it: `by ROLE`",
                        );
                    }
                }
                Kind::only_if => draft.node.condition = self.only_if(scope, clause),
                Kind::status => {
                    draft.node.status = clause.children().next().map(plain);
                }
                Kind::after => {
                    draft.node.after = clause.all(Kind::path).map(reference).collect();
                    for path in clause.all(Kind::path) {
                        self.names.noted.step(path, &draft.node.id);
                    }
                }
                Kind::done => draft.node.done = true,
                Kind::else_ => {
                    if let Some(block) = clause.child(Kind::block) {
                        let child = self.else_block(scope, &draft.node.id, clause, block);
                        draft.node.children.push(child);
                    } else {
                        draft.node.otherwise = self.actions_in(scope, clause);
                    }
                }
                _ => {}
            }
        }
    }

    /// A condition on parameters alone: it must be known when the deployment begins.
    fn only_if(&mut self, scope: &Scope, clause: Syntax<'_>) -> Option<Condition> {
        let condition = self.condition_in(scope, clause)?;
        let measured = condition.measured().first().map(|measured| measured.span);
        if let Some(span) = measured {
            self.misplaced(
                span,
                "`if` asks for a parameter, and this is a metric",
                "what is measured stands in a `check`, a `require` or a `hold … while`",
            );
            return None;
        }
        Some(condition)
    }

    fn else_block(
        &mut self,
        scope: &Scope,
        around: &str,
        clause: Syntax<'a>,
        block: Syntax<'a>,
    ) -> Node {
        let mut draft = self.draft(scope, around, clause, "else", Work::Else);
        draft.node.title = Text::default();
        let mut node = draft.node;
        self.children(scope, &mut node, block, Place::Work);
        node
    }

    fn add_then(&mut self, parent: &mut Node, statement: Syntax<'_>, actions: Vec<Action>) {
        let (Work::Severity { then } | Work::Alert { then, .. }) = &mut parent.work else {
            return;
        };
        if then.is_empty() {
            *then = actions;
        } else {
            let first = then[0].span;
            let finding = repeated("then", first_line(statement), first)
                .help("write the actions behind one `then`, with commas between them");
            self.report(finding);
        }
    }
}

/// Words that may name a statement: its title, or what follows its first word.
pub(super) fn first_words(statement: Syntax<'_>) -> String {
    if statement.has(Kind::name) {
        return String::new(); // its name is its id
    }
    if let Some(title) = statement
        .child(Kind::title)
        .or_else(|| statement.child(Kind::string))
    {
        return title.text().trim_matches('"').to_owned();
    }
    // Up to its block, without comments, whatever lines it stands on.
    let (text, start) = (statement.text(), statement.span().start);
    let apart = |node: &Syntax<'_>| matches!(node.kind(), Kind::block | Kind::comment);
    let (mut words, mut at): (Vec<&str>, usize) = (Vec::new(), 0);
    for node in statement.descend().filter(apart) {
        let (from, to) = (node.span().start - start, node.span().end - start);
        words.extend(text[at.min(from as usize)..from as usize].words());
        at = to as usize;
        if node.kind() == Kind::block {
            return words.join(" ");
        }
    }
    words.extend(text[at..].words());
    words.join(" ")
}

/// Words that may name a command: the program and what it is told to do.
pub(super) fn command_words(text: &str) -> String {
    let words: Vec<&str> = text
        .words()
        .take_while(|word| {
            !word.starts_with('-') && !word.contains(['|', '>', '$', '<', '"', '\''])
        })
        .take(4)
        .collect();
    words.join(" ")
}

fn range_words(range: &Range) -> String {
    if range.low == range.high {
        range.low.written.clone()
    } else {
        format!("{}-{}", range.low.written, range.high.written)
    }
}
