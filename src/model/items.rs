//! Reads what stands at the top level, in order.

use super::definitions::{file_scope, own_name};
use super::lower::{Binding, Lower, Scope, first_line};
use super::names::{Declared, Noun};
use super::node::{Event, Expected, Given, Node, Target, TestPoint, Timed, Work};
use super::spec::Deployment;
use super::statements::Place;
use super::text::Text;
use super::values::{TYPE, trimmed};
use crate::diagnostic::Diagnostic;
use crate::quantity::{Dimension, Quantity, Range};
use crate::syntax::{File, Kind, Node as Syntax};
use crate::time::When;

impl<'a> Lower<'a> {
    /// Everything in the file that was asked for.
    pub fn items(&mut self, file: &'a File) {
        let scope = file_scope(0);
        for item in file.items() {
            let declared = Declared {
                file: 0,
                node: item,
            };
            match item.kind() {
                Kind::param => self.parameter_declaration(&scope, item),
                Kind::secret => self.secret_declaration(&scope, item),
                Kind::service if item.has(Kind::name) => {
                    self.use_service(declared);
                }
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
        for item in file.items().filter(|item| item.kind() == Kind::metric) {
            self.metric_item(item);
        }
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
            if let Some(node) = self.item(&scope, item) {
                self.spec.nodes.push(node);
            }
        }
        let made = std::mem::take(&mut self.made);
        self.spec.nodes.extend(made);
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

    fn item(&mut self, scope: &Scope, item: Syntax<'a>) -> Option<Node> {
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

    /// The window of a deployment; other clauses mean nothing at its head.
    fn deployment_window(&mut self, item: Syntax<'_>) -> Option<(Timed<When>, Timed<When>)> {
        for clause in item.children() {
            let help = match clause.kind() {
                Kind::at => "say it in its block: `starts 2026-10-26 07:00 UTC`",
                Kind::takes => "say it in its block: `lasts 4h..6h`",
                Kind::by => "say it in its block: `owner ROLE`",
                Kind::status => "say it in its block: `status ready`",
                Kind::else_ => "say it in its block: `on failure rollback NAME`",
                Kind::due | Kind::only_if | Kind::after | Kind::done | Kind::within => {
                    "a deployment takes a window, `from 2026-10-26 to 2026-10-27`, and settings in its block"
                }
                _ => continue,
            };
            let word = clause.text().split_whitespace().next().unwrap_or_default();
            self.misplaced(
                first_line(clause),
                format!("`{word}` means nothing at a deployment"),
                help,
            );
        }
        self.times(item).window
    }

    fn deployment(&mut self, scope: &Scope, item: Syntax<'a>) {
        let title = self.title(scope, item);
        let settings = self.settings(
            item,
            "deployment",
            &[
                "version",
                "starts",
                "lasts",
                "owner",
                "status",
                "strategy",
                "environment",
                "date",
                "project",
            ],
            &[],
        );
        let mut head = Deployment {
            title,
            version: None,
            starts: None,
            lasts: None,
            owners: Vec::new(),
            status: None,
            strategy: None,
            environment: None,
            project: None,
            date: None,
            window: self.deployment_window(item),
            on_failure: Vec::new(),
            notes: self.notes(scope, item),
            span: item.trimmed(),
            name_span: item
                .child(Kind::title)
                .map_or_else(|| first_line(item), Syntax::span),
        };
        for setting in settings {
            let span = setting
                .values()
                .first()
                .map_or(setting.word_span, |value| trimmed(*value));
            match setting.word {
                "version" => head.version = self.setting_text(scope, setting),
                "strategy" => head.strategy = self.setting_text(scope, setting),
                "project" => head.project = self.setting_text(scope, setting),
                "starts" | "date" => {
                    let value = match setting.values().as_slice() {
                        [token] if token.kind() == Kind::instant => self.instant(*token),
                        _ => {
                            self.setting_wants(
                                setting,
                                "a date and time such as `2026-10-26 07:00 UTC`",
                            );
                            None
                        }
                    };
                    if setting.word == "starts" {
                        head.starts = value;
                    } else {
                        head.date = value.map(|value| value.value);
                    }
                }
                "lasts" => match setting.values().as_slice() {
                    [token] if matches!(token.kind(), Kind::range | Kind::quantity) => {
                        head.lasts = self
                            .stretch(setting.node, &Dimension::Duration)
                            .map(|value| super::node::Timed { value, span });
                    }
                    _ => self.setting_wants(setting, "a duration such as `4h..6h`"),
                },
                "owner" => {
                    for value in setting.values() {
                        if value.kind() != Kind::path {
                            self.setting_wants(setting, "names of roles");
                            continue;
                        }
                        if let Some(declared) = self.find(scope, Noun::Role, value) {
                            let role = self.use_role(declared);
                            head.owners.push(role);
                        }
                    }
                }
                "environment" => {
                    head.environment = self
                        .setting_name(scope, setting, "a name such as `production`")
                        .map(|value| super::node::Timed { value, span });
                }
                _ => {
                    head.status = self
                        .setting_name(scope, setting, "a word such as `draft` or `ready`")
                        .map(|value| super::node::Timed { value, span });
                }
            }
        }
        let failures: Vec<Syntax<'a>> = item
            .child(Kind::block)
            .into_iter()
            .flat_map(|block| block.children())
            .filter(|child| child.kind() == Kind::on_failure)
            .collect();
        for (index, failure) in failures.iter().enumerate() {
            if index > 0 {
                let finding = super::lower::repeated(
                    "on failure",
                    first_line(*failure),
                    first_line(failures[0]),
                );
                self.report(finding);
            } else {
                head.on_failure = self.actions_in(scope, *failure);
            }
        }
        self.spec.deployment = Some(head);
    }

    fn escalation(&mut self, scope: &Scope, item: Syntax<'a>) -> Option<Node> {
        let mut draft = self.draft_named(scope, "", item, "escalation", Work::Escalation);
        if let Some(name) = item.child(Kind::name) {
            draft.node.name_span = name.span();
        }
        let mut node = draft.node;
        let lines: Vec<Syntax<'a>> = item
            .child(Kind::escalation_block)
            .into_iter()
            .flat_map(|block| block.children())
            .collect();
        for line in lines {
            match line.kind() {
                Kind::escalate => {
                    let name = line.child(Kind::name);
                    let titles: Vec<Syntax<'a>> = line.all(Kind::title).collect();
                    let severity = match (name, titles.first()) {
                        (Some(name), _) => name.text().to_owned(),
                        (None, Some(title)) => self.text(scope, *title).to_string(),
                        (None, None) => continue,
                    };
                    if let Some(name) = name {
                        self.names.mark(0, Noun::Severity, name.text());
                    }
                    let roles = line
                        .child(Kind::to_roles)
                        .map(|list| self.roles(scope, list))
                        .unwrap_or_default();
                    let delay = line
                        .child(Kind::delay)
                        .and_then(|delay| self.duration(delay));
                    let via = line
                        .child(Kind::via)
                        .into_iter()
                        .flat_map(|via| via.children())
                        .filter(|child| child.kind() == Kind::via_kind)
                        .map(|kind| kind.text().to_owned())
                        .collect();
                    let around = node.id.clone();
                    let words = severity.clone();
                    let work = Work::Escalate {
                        severity,
                        roles,
                        delay,
                        via,
                    };
                    // The same severity may be escalated in several steps.
                    let mut draft = self.draft_named(scope, &around, line, &words, work);
                    if name.is_none() && titles.len() == 1 {
                        draft.node.title = Text::default();
                    }
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

    fn baseline(&mut self, scope: &Scope, item: Syntax<'a>) -> Option<Node> {
        let name = item.child(Kind::name)?;
        let service = match item.child(Kind::path) {
            Some(_) => self.service_of(scope, item),
            None => self
                .names
                .find(0, Noun::Service, name.text())
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

    fn objective(&mut self, item: Syntax<'_>) -> Option<Work> {
        let name = item.child(Kind::name)?;
        let sign = item.child(Kind::comparator)?;
        let token = item.child(Kind::quantity)?;
        let value = match name.text() {
            "rto" | "rpo" => self.quantity_of(token, &Dimension::Duration)?,
            _ => self.quantity(token)?,
        };
        Some(Work::Objective {
            objective: name.text().to_owned(),
            comparator: super::condition::Comparator::of_sign(sign.text())?,
            value,
        })
    }

    fn backup(&mut self, item: Syntax<'_>) -> Option<Work> {
        let name = item.child(Kind::name)?;
        let every = item
            .child(Kind::interval)
            .and_then(|clause| self.duration(clause));
        let keep = item
            .child(Kind::keep)
            .and_then(|clause| self.duration(clause));
        Some(Work::Backup {
            of: name.text().to_owned(),
            every,
            keep,
        })
    }

    fn freeze(&mut self, item: Syntax<'_>) -> Option<Work> {
        let moments: Vec<Syntax<'_>> = item.all(Kind::moment).collect();
        let zone = item
            .child(Kind::zone)
            .map(|zone| zone.text().trim().to_owned());
        let [from, to] = moments.as_slice() else {
            return None;
        };
        let from = self.moment(*from, zone.as_deref())?;
        let to = self.moment(*to, zone.as_deref())?;
        Some(Work::Freeze { from, to })
    }

    /// One line of a test.
    pub fn test_line(&mut self, scope: &Scope, parent: &mut Node, line: Syntax<'a>) {
        if line.kind() == Kind::given {
            let given = self.given(scope, line);
            if let (Work::Test { given: all, .. }, Some(given)) = (&mut parent.work, given) {
                all.push(given);
            }
        } else {
            let expected = self.expected(scope, line);
            if let (Work::Test { expect, .. }, Some(expected)) = (&mut parent.work, expected) {
                expect.push(expected);
            }
        }
    }

    fn given(&mut self, scope: &Scope, line: Syntax<'a>) -> Option<Given> {
        let mut given = Given {
            metric: None,
            value: None,
            text: Text::default(),
            from: None,
            to: None,
            length: None,
            span: first_line(line),
        };
        if let Some(title) = line.child(Kind::title) {
            given.text = self.text(scope, title);
        } else {
            let reference = line.child(Kind::metric_ref)?;
            let (metric, dimension) = self.metric_ref(scope, reference)?;
            given.metric = Some(metric);
            let value = line.children().find(|child| {
                child.span().start > reference.span().start
                    && !matches!(child.kind(), Kind::comment)
            })?;
            match value.kind() {
                Kind::quantity => given.value = Some(self.quantity_of(value, &dimension)?),
                Kind::metric_ref if value.text().trim() == "no-data" => {}
                _ => {
                    self.report(Diagnostic::new(
                        &TYPE,
                        trimmed(value),
                        format!(
                            "expected {} or `no-data`, found `{}`",
                            dimension.phrase(),
                            value.text().trim()
                        ),
                    ));
                    return None;
                }
            }
        }
        for clause in line.children() {
            match clause.kind() {
                Kind::since => given.from = self.test_point(clause),
                Kind::till => given.to = self.test_point(clause),
                Kind::sustained => given.length = self.duration(clause),
                _ => {}
            }
        }
        Some(given)
    }

    fn test_point(&mut self, clause: Syntax<'_>) -> Option<TestPoint> {
        match clause.child(Kind::path) {
            Some(path) => Some(TestPoint::Node(path.text().to_owned())),
            None => self.time(clause).map(|time| TestPoint::Time(time.value)),
        }
    }

    fn expected(&mut self, scope: &Scope, line: Syntax<'a>) -> Option<Expected> {
        let body = line.text();
        let never = body
            .split_whitespace()
            .nth(1)
            .is_some_and(|word| word == "never");
        let event = match line.child(Kind::path) {
            Some(path) => Event::Reached {
                node: path.text().to_owned(),
            },
            None => {
                let action = line.children().find_map(|child| match child.kind() {
                    Kind::within | Kind::at | Kind::comment => None,
                    _ => self.action(scope, child),
                })?;
                Event::Acted { action }
            }
        };
        Some(Expected {
            never,
            event,
            within: line
                .child(Kind::within)
                .and_then(|clause| self.duration(clause)),
            at: line
                .child(Kind::at)
                .and_then(|clause| self.time(clause))
                .map(|time| time.value),
            span: first_line(line),
        })
    }

    /// The node id of a rollback.
    pub fn use_rollback(&mut self, declared: Declared<'a>) -> String {
        let name = own_name(declared);
        if declared.file == 0 {
            return format!("rollback/{name}");
        }
        self.make(
            declared,
            "rollback",
            &name,
            Work::Rollback,
            file_scope(declared.file),
        )
    }

    /// The node id of a procedure that a `do` names; makes it if it has arguments or comes from
    /// elsewhere.
    pub fn procedure(&mut self, scope: &Scope, node: Syntax<'_>) -> Option<String> {
        let path = node.child(Kind::path)?;
        let declared = self.find(scope, Noun::Procedure, path)?;
        let name = own_name(declared);
        if declared.file == 0 && !declared.node.has(Kind::parameters) {
            return Some(format!("procedure/{name}"));
        }
        let bindings = self.bind(scope, declared, node.child(Kind::arguments), path.span())?;
        let mut full = name.clone();
        for binding in bindings.values() {
            full.push('-');
            full.push_str(&binding.written());
        }
        let key = (declared.file, name.clone());
        if scope.includes.contains(&key) || scope.includes.len() >= super::lower::MAX_INCLUDES {
            self.endless(declared, path.span());
            return None;
        }
        let mut inner = file_scope(declared.file);
        inner.bindings = bindings;
        inner.includes = scope.includes.clone();
        inner.includes.push(key);
        Some(self.make(declared, "procedure", &full, Work::Procedure, inner))
    }

    fn make(
        &mut self,
        declared: Declared<'a>,
        prefix: &str,
        name: &str,
        work: Work,
        scope: Scope,
    ) -> String {
        let key = (declared.file, format!("{prefix}/{name}"));
        if let Some(id) = self.procedures.get(&key) {
            return id.clone();
        }
        let mut draft = self.draft_named(&scope, prefix, declared.node, name, work);
        draft.node.name_span = declared.name_span();
        self.procedures.insert(key, draft.node.id.clone());
        let id = draft.node.id.clone();
        self.clauses(&scope, &mut draft, declared.node);
        let mut node = draft.node;
        self.block(&scope, &mut node, declared.node, Place::Work);
        self.made.push(node);
        id
    }

    /// What stands in checklists, procedures and metrics that nothing uses is read all the same, so
    /// that its mistakes are found; what comes of it is thrown away.
    fn unused_templates(&mut self, file: &'a File) {
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
                    scope
                        .bindings
                        .insert(name.text().to_owned(), stand_in(parameter));
                }
            }
            scope.includes.push((0, name.clone()));
            let before = self.spec.metrics.len();
            if kind == Kind::metric {
                self.make_metric(&scope, declared, name);
            } else {
                let mut draft = self.draft_named(&scope, "template", item, &name, Work::Procedure);
                self.clauses(&scope, &mut draft, item);
                let mut node = draft.node;
                self.block(&scope, &mut node, item, Place::Work);
            }
            for metric in self.spec.metrics.split_off(before) {
                self.metrics.remove(&metric.name);
            }
            self.made.clear();
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
        ("percentile", _) => Binding::Words("0.95".to_owned()),
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
