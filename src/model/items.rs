//! Reads what stands at the top level, in order.

use super::bindings::Binding;
use super::lower::{Begun, Lower, Scope, first_line};
use super::lower::{file_scope, own_name};
use super::names::{Declared, Noun};
use super::node::Node;
use super::parts::Cut;
use super::put_in::PutIn;
use super::statements::Place;
use super::work::{Target, Work};
use crate::diagnostic::Diagnostic;
use crate::quantity::{Dimension, Quantity, Range};
use crate::syntax::{File, Kind, Node as Syntax};

impl<'a> Lower<'a> {
    /// Everything in the file that was asked for.
    pub fn items(&mut self, file: &'a File, cut: Cut) {
        let scope = file_scope(0);
        for item in file.items() {
            let declared = Declared {
                file: 0,
                node: item,
            };
            match item.kind() {
                Kind::param => self.parameter_declaration(&scope, item),
                Kind::secret => self.secret_declaration(&scope, item),
                Kind::role if item.has(Kind::name) => {
                    self.use_role(declared);
                }
                Kind::channel if item.has(Kind::name) => {
                    self.use_channel(declared);
                }
                Kind::message if item.has(Kind::name) => {
                    self.use_message(declared);
                }
                _ => {}
            }
        }
        let of_kind =
            |kind| -> Vec<Syntax<'a>> { file.items().filter(|item| item.kind() == kind).collect() };
        self.in_parts(&of_kind(Kind::service), cut, |part, node| {
            if node.has(Kind::name) {
                part.use_service(Declared { file: 0, node });
            }
        });
        self.in_parts(&of_kind(Kind::metric), cut, |part, item| {
            part.metric_item(item);
        });
        let editions: Vec<Syntax<'a>> = file
            .items()
            .filter(|item| item.kind() == Kind::edition)
            .collect();
        for again in editions.iter().skip(1) {
            let finding =
                super::lower::repeated("edition", first_line(*again), first_line(editions[0]));
            self.report(finding);
        }
        let mut deployment: Option<Syntax<'a>> = None;
        let mut items: Vec<Syntax<'a>> = Vec::new();
        for item in file.items() {
            if item.kind() == Kind::deployment {
                if let Some(first) = deployment {
                    let finding =
                        super::lower::repeated("deployment", first_line(item), first_line(first))
                            .help("one file says one deployment");
                    self.report(finding);
                    continue;
                }
                deployment = Some(item);
                self.deployment(&scope, item);
                continue;
            }
            items.push(item);
        }
        self.in_parts(&items, cut, |part, item| {
            if let Some(node) = part.item(&file_scope(0), item) {
                part.spec.nodes.push(node);
            }
        });
        self.finish_made();
        let made = std::mem::take(&mut self.made);
        self.spec
            .nodes
            .extend(made.into_iter().map(|(_, node)| node));
        self.unused_templates(file);
        if deployment.is_none() {
            let work = self
                .spec
                .nodes
                .iter()
                .find(|node| matches!(node.work, Work::Phase | Work::Gate))
                .map(|node| node.name_span);
            let broken = file
                .items()
                .any(|item| matches!(item.kind(), Kind::ERR_ITEM | Kind::ERR_BLOCK));
            if let Some(span) = work
                && !broken
            {
                let finding = Diagnostic::new(
                    &super::lower::INCOMPLETE,
                    span,
                    "a file with phases or gates needs a `deployment`",
                )
                .help("write `deployment \"Title\" { version \"…\" }` below the edition");
                self.report(finding);
            }
        }
    }

    /// A metric of the file itself; one with parameters is made where it is used.
    fn metric_item(&mut self, item: Syntax<'a>) {
        let Some(name) = item.child(Kind::name) else {
            return;
        };
        if item.has(Kind::parameters) {
            return;
        }
        let declared = Declared {
            file: 0,
            node: item,
        };
        self.metric(&file_scope(0), declared, None, name);
    }

    /// A top-level item that becomes a node.
    pub fn item(&mut self, scope: &Scope, item: Syntax<'a>) -> Option<Node> {
        let name = item.child(Kind::name).map(|name| name.text().to_owned());
        let (prefix, work, place) = match item.kind() {
            Kind::phase => ("", Work::Phase, Place::Work),
            Kind::gate => ("", Work::Gate, Place::Work),
            Kind::severity => ("severity", Work::Severity { then: Vec::new() }, Place::Rule),
            Kind::rollback => ("rollback", Work::Rollback, Place::Work),
            Kind::procedure => {
                if item.has(Kind::parameters) {
                    return None; // made where it is used
                }
                ("procedure", Work::Procedure, Place::Work)
            }
            Kind::monitor => ("monitor", Work::Monitor, Place::Work),
            Kind::alert => {
                let (work, _) = self.alert(scope, item);
                ("alert", work, Place::Rule)
            }
            Kind::success => ("", Work::Success, Place::Work),
            Kind::failure => ("", Work::Failure, Place::Rule),
            Kind::reference => ("", Work::Reference, Place::Appendix),
            Kind::test => (
                "test",
                Work::Test {
                    given: Vec::new(),
                    expect: Vec::new(),
                },
                Place::Test,
            ),
            Kind::escalation => return self.escalation(scope, item),
            Kind::baseline => return self.baseline(scope, item),
            Kind::objective => ("objective", self.objective(item)?, Place::Work),
            Kind::backup => ("backup", self.backup(item)?, Place::Work),
            Kind::freeze => ("freeze", self.freeze(item)?, Place::Work),
            _ => return None,
        };
        let words = match item.kind() {
            Kind::success => "success",
            Kind::failure => "failure",
            Kind::reference => "reference",
            Kind::freeze => "freeze",
            _ => name.as_deref().unwrap_or("unnamed"),
        };
        let mut draft = if matches!(work, Work::Success | Work::Failure | Work::Reference) {
            self.draft_named(scope, prefix, item, words, work)
        } else {
            self.draft(scope, prefix, item, words, work)
        };
        self.clauses(scope, &mut draft, item);
        let mut node = draft.node;
        self.block(scope, &mut node, item, place);
        Some(node)
    }

    /// A draft whose id is made of these words, whatever its title says.
    pub fn draft_named(
        &mut self,
        scope: &Scope,
        around: &str,
        item: Syntax<'a>,
        words: &str,
        work: Work,
    ) -> super::lower::Draft {
        let title = self.title(scope, item);
        let span = item.trimmed();
        let name_span = item
            .child(Kind::title)
            .map_or_else(|| first_line(item), Syntax::span);
        let id = self.id(around, None, words, name_span);
        super::lower::Draft {
            node: Node {
                id,
                title,
                work,
                times: super::node::Times::default(),
                owners: Vec::new(),
                condition: None,
                after: Vec::new(),
                status: None,
                done: false,
                otherwise: Vec::new(),
                children: Vec::new(),
                span,
                name_span,
            },
            seen: Vec::new(),
        }
    }

    pub fn make(
        &mut self,
        declared: Declared<'a>,
        prefix: &str,
        (name, values): (&str, &[String]),
        work: Work,
        scope: Scope,
    ) -> String {
        let call = (declared.file, format!("{prefix}/{name}{values:?}"));
        if let Some(id) = self.procedure_made(&call) {
            return id.to_owned();
        }
        let mut draft = self.draft_named(&scope, prefix, declared.node, name, work);
        draft.node.name_span = declared.name_span();
        self.procedures.insert(call.clone(), draft.node.id.clone());
        let id = draft.node.id.clone();
        self.begun.push_back(Begun {
            call,
            declared,
            scope,
            draft,
        });
        id
    }

    /// Reads the blocks of what was made, and of what that makes.
    pub fn finish_made(&mut self) {
        while let Some(begun) = self.begun.pop_front() {
            let Begun {
                call,
                declared,
                scope,
                mut draft,
            } = begun;
            self.clauses(&scope, &mut draft, declared.node);
            let mut node = draft.node;
            self.block(&scope, &mut node, declared.node, Place::Work);
            self.made.push((call, node));
        }
    }

    /// What stands in checklists, procedures and metrics that nothing uses is read all the same, so
    /// that its mistakes are found; what comes of it is thrown away.
    fn unused_templates(&mut self, file: &'a File) {
        self.put_in = PutIn::default();
        for item in file.items() {
            let declared = Declared {
                file: 0,
                node: item,
            };
            let kind = item.kind();
            let template = match kind {
                Kind::checklist => true,
                Kind::procedure | Kind::metric => item.has(Kind::parameters),
                _ => false,
            };
            if !template || !item.has(Kind::name) {
                continue;
            }
            let name = own_name(declared);
            let noun = match kind {
                Kind::checklist => Noun::Checklist,
                Kind::procedure => Noun::Procedure,
                _ => Noun::Metric,
            };
            if self.names.is_used(0, noun, &name) {
                continue;
            }
            let mut scope = file_scope(0);
            for parameter in item
                .child(Kind::parameters)
                .into_iter()
                .flat_map(|list| list.children())
                .filter(|child| child.kind() == Kind::parameter)
            {
                if let Some(name) = parameter.child(Kind::name) {
                    scope.bindings.add(name.text(), stand_in(parameter));
                }
            }
            scope.includes.push((0, name.clone()));
            self.ids.clear();
            let before = self.spec.metrics.len();
            if kind == Kind::metric {
                self.make_metric(&scope, declared, name);
            } else {
                let mut draft = self.draft_named(&scope, "template", item, &name, Work::Procedure);
                self.clauses(&scope, &mut draft, item);
                let mut node = draft.node;
                self.block(&scope, &mut node, item, Place::Work);
                self.names.noted.discard(node);
            }
            self.finish_made();
            for metric in self.spec.metrics.split_off(before) {
                self.metrics.remove(&metric.name);
            }
            for (_, node) in std::mem::take(&mut self.made) {
                self.names.noted.discard(node);
            }
        }
    }
}

/// Something of the type of a parameter, where nothing was given.
fn stand_in(parameter: Syntax<'_>) -> Binding {
    let type_node = parameter.child(Kind::type_);
    let word = type_node
        .and_then(|node| node.child(Kind::type_name))
        .map(|name| name.text())
        .unwrap_or_default();
    let of = type_node
        .and_then(|node| node.child(Kind::noun))
        .map(|noun| noun.text());
    match (word, Dimension::of_type(word, of)) {
        ("service", _) => Binding::Service(
            parameter
                .child(Kind::name)
                .map(|name| name.text().to_owned())
                .unwrap_or_default(),
        ),
        ("percentile", _) => Binding::Percentile("95".to_owned()),
        (_, Some(dimension)) => {
            Binding::Quantity(Quantity::of(crate::quantity::Exact::ONE, dimension))
        }
        (_, None) => Binding::Words(word.to_owned()),
    }
}

/// The range or bound of a record, for people.
pub fn target_words(target: &Target) -> String {
    match target {
        Target::Compare { comparator, value } => format!("{} {value}", comparator.sign()),
        Target::Between { range } => words_of(range),
    }
}

fn words_of(range: &Range) -> String {
    range.to_string()
}
