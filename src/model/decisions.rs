//! Settles which choices the tests decide, when every id is known.

use super::lower::Lower;
use super::names::{DUPLICATE_NAME, Noun, UNKNOWN_NAME};
use super::node::Node;
use super::trial::Decided;
use super::values::TYPE;
use super::work::Work;
use crate::diagnostic::{Diagnostic, nearest};
use crate::source::Span;

/// A `choose` of the deployment.
struct Choice {
    id: String,
    title: String,
    span: Span,
    options: Vec<Choosable>,
}

/// An `option` of it.
struct Choosable {
    id: String,
    title: String,
}

impl Choosable {
    fn name(&self) -> &str {
        last(&self.id)
    }
}

impl Lower<'_> {
    /// Replaces what the tests say of choices by ids. What means no choice, and what is said
    /// twice, is a finding.
    pub fn settle_decisions(&mut self) {
        let decides = |node: &Node| match &node.work {
            Work::Test { given, .. } => given.iter().any(|line| line.decided.is_some()),
            _ => false,
        };
        if !self.spec.nodes.iter().any(decides) {
            return;
        }
        let mut nodes = std::mem::take(&mut self.spec.nodes);
        let mut choices = Vec::new();
        for node in &nodes {
            node.walk(&mut |node| choices.extend(choice(node)));
        }
        for test in &mut nodes {
            let Work::Test { given, .. } = &mut test.work else {
                continue;
            };
            let mut seen: Vec<(String, Span)> = Vec::new();
            for decided in given.iter_mut().filter_map(|line| line.decided.as_mut()) {
                let (name, span) = match decided {
                    Decided::Parameter {
                        parameter, span, ..
                    } => (parameter.clone(), *span),
                    Decided::Choice {
                        choose,
                        option,
                        span,
                        option_span,
                    } => {
                        let Some(choice) = self.choice_of(&choices, choose, *span) else {
                            continue;
                        };
                        self.names.noted.taken(*span, &choice.id);
                        match taken(choice, option, *option_span) {
                            Ok(id) => {
                                self.names.noted.taken(*option_span, &id);
                                *option = id;
                            }
                            Err(finding) => self.report(*finding),
                        }
                        choose.clone_from(&choice.id);
                        (choice.id.clone(), *span)
                    }
                };
                if let Some((_, first)) = seen.iter().find(|(seen, _)| *seen == name) {
                    self.report(
                        Diagnostic::new(
                            &DUPLICATE_NAME,
                            span,
                            format!("`{name}` is decided twice in this test"),
                        )
                        .also(*first, "decided here already")
                        .help("a test for each value shows what each of them leads to"),
                    );
                }
                seen.push((name, span));
            }
        }
        self.spec.nodes = nodes;
    }

    /// The choice of this id.
    fn choice_of<'c>(
        &mut self,
        choices: &'c [Choice],
        name: &str,
        span: Span,
    ) -> Option<&'c Choice> {
        if let Some(found) = choices.iter().find(|choice| choice.id == name) {
            return Some(found);
        }
        if self.names.is_poisoned(0, name) {
            return None;
        }
        let mut finding = self
            .names
            .unknown(0, &[Noun::Metric, Noun::Parameter], name, span)?;
        if finding.rule.code == UNKNOWN_NAME.code && !name.contains('.') {
            finding.message = format!("no metric, parameter or choice is called `{name}`");
        }
        // One that is called so inside of something, or nearly so.
        let inside = choices
            .iter()
            .find(|choice| last(&choice.id) == name || choice.title == name);
        let near = inside.map(|choice| choice.id.as_str()).or_else(|| {
            let all = || choices.iter().map(|choice| choice.id.as_str());
            let found = nearest(name, all().chain(all().map(last)))?;
            all().find(|id| *id == found || last(id) == found)
        });
        if let Some(near) = near
            && (inside.is_some() || finding.fixes.is_empty())
        {
            finding.helps.clear();
            finding.fixes.clear();
            finding = finding
                .help("a choice is named by its id, as every node is")
                .offer(format!("write `{near}`"), span, near);
        }
        self.report(finding);
        None
    }
}

fn choice(node: &Node) -> Option<Choice> {
    (node.work == Work::Choose).then(|| Choice {
        id: node.id.clone(),
        title: node.title.to_string(),
        span: node.name_span,
        options: node
            .children
            .iter()
            .filter(|child| child.work == Work::Option)
            .map(|child| Choosable {
                id: child.id.clone(),
                title: child.title.to_string(),
            })
            .collect(),
    })
}

/// The id of the option that is meant by its name or its title.
fn taken(choice: &Choice, written: &str, span: Span) -> Result<String, Box<Diagnostic>> {
    let named = |option: &&Choosable| option.name() == written;
    let titled = |option: &&Choosable| option.title == written;
    let mut options = choice.options.iter();
    let found = options.clone().find(named).or_else(|| options.find(titled));
    if let Some(option) = found {
        return Ok(option.id.clone());
    }
    let names: Vec<&str> = choice.options.iter().map(Choosable::name).collect();
    let mut finding = Diagnostic::new(
        &TYPE,
        span,
        format!("`{written}` is no option of `{}`", choice.id),
    )
    .also(choice.span, format!("the options: {}", names.join(", ")));
    if let Some(near) = nearest(written, names.iter().copied()) {
        finding = finding.offer(format!("write `{near}`"), span, near);
    }
    Err(Box::new(finding))
}

fn last(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}
