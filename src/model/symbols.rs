//! The symbols of a deployment: everything that has a name, whether its author gave it or it was made,
//! and every place that means it. What an editor says of a name is what the compiler made of it.

use crate::source::{SourceId, Span};
use crate::syntax::Kind;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SymbolKind {
    /// A value from outside.
    Parameter,
    /// A value that must not be seen.
    Secret,
    /// People.
    Role,
    /// A place where people read.
    Channel,
    /// What is deployed.
    Service,
    /// What is measured.
    Metric,
    /// What is sent.
    Message,
    /// Statements to include.
    Checklist,
    /// Steps to do.
    Procedure,
    /// A rollback.
    Rollback,
    /// What is normal.
    Baseline,
    /// A rule.
    Severity,
    /// A node of the runbook: phases, gates, steps, groups, monitors, alerts.
    Node,
    /// The output of a command.
    Capture,
    /// A parameter of a checklist, procedure or metric.
    Argument,
    /// A blank of a message.
    Field,
}

impl SymbolKind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            SymbolKind::Parameter | SymbolKind::Argument => "parameter",
            SymbolKind::Secret => "secret",
            SymbolKind::Role => "role",
            SymbolKind::Channel => "channel",
            SymbolKind::Service => "service",
            SymbolKind::Metric => "metric",
            SymbolKind::Message => "message",
            SymbolKind::Checklist => "checklist",
            SymbolKind::Procedure => "procedure",
            SymbolKind::Rollback => "rollback",
            SymbolKind::Baseline => "baseline",
            SymbolKind::Severity => "severity",
            SymbolKind::Node => "step",
            SymbolKind::Capture => "captured output",
            SymbolKind::Field => "field",
        }
    }

    /// What the keyword of a top-level item declares, where others name that.
    pub fn of(kind: Kind) -> Option<SymbolKind> {
        Some(match kind {
            Kind::param => SymbolKind::Parameter,
            Kind::secret => SymbolKind::Secret,
            Kind::role => SymbolKind::Role,
            Kind::channel => SymbolKind::Channel,
            Kind::service => SymbolKind::Service,
            Kind::metric => SymbolKind::Metric,
            Kind::message => SymbolKind::Message,
            Kind::checklist => SymbolKind::Checklist,
            Kind::procedure => SymbolKind::Procedure,
            Kind::rollback => SymbolKind::Rollback,
            Kind::baseline => SymbolKind::Baseline,
            Kind::severity => SymbolKind::Severity,
            _ => return None,
        })
    }
}

/// Something that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// What it is.
    pub kind: SymbolKind,
    /// Its own name.
    pub name: String,
    /// Where the name stands; where nobody wrote one, the title or the words that it is made of.
    pub name_span: Span,
    /// Where the whole stands.
    pub span: Span,
    /// The stretch in which it is known; nothing where that is the whole file.
    pub scope: Option<Span>,
    /// The ids of the nodes that it is in the plan, in their order: what stands in a checklist may be
    /// many.
    pub ids: Vec<String>,
    /// Whether the author gave it the name.
    pub named: bool,
    /// Whether commands and texts find a value under the name that comes of it on the day.
    pub captured: bool,
}

impl Definition {
    /// Whether other files may bring it in.
    pub fn is_shared(&self) -> bool {
        self.scope.is_none() && !matches!(self.kind, SymbolKind::Node | SymbolKind::Capture)
    }
}

/// A place that means something by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// Where the name stands, without those of modules and of what is around.
    pub span: Span,
    /// What is meant, by its number among the definitions.
    pub to: usize,
    /// Whether the name is written as a variable of the environment: `API` of `$API_NAMESPACE`.
    pub variable: bool,
}

/// A place that means a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModuleReference {
    /// Where the path or the name of the module stands.
    pub span: Span,
    /// The file.
    pub source: SourceId,
}

/// All symbols of a deployment and of the files that it brings in, in the order of files and places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Symbols {
    /// What has a name.
    pub definitions: Vec<Definition>,
    /// Where it is meant. A place that means several things stands here once for each.
    pub references: Vec<Reference>,
    /// Where modules are meant.
    pub modules: Vec<ModuleReference>,
}
