//! In: what a pass found. Out: one structure that every view draws. Knows nothing of how it is drawn.

use crate::source::Span;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Good to know; changes no exit code.
    Note,
    /// Likely a mistake.
    Warning,
    /// A mistake; nothing is built.
    Error,
}

impl Level {
    /// `error`, `warning` or `note`.
    pub fn name(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// What a rule is about. The categories of warnings and notes are packs, which can be turned off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// The text can't be read.
    Syntax,
    /// Names and what they stand for.
    Names,
    /// Quantities, times, types and patterns.
    Values,
    /// Where statements stand and what they need.
    Structure,
    /// Bands and thresholds.
    Figures,
    /// Rollbacks.
    Rollbacks,
    /// Shares of traffic.
    Traffic,
    /// Who decides and who is reached.
    People,
    /// Times that can't all be kept.
    Times,
    /// Commands.
    Commands,
    /// What is said to be so before it can be.
    Readiness,
    /// PromQL.
    Queries,
    /// Texts.
    Wording,
    /// Kubernetes and others.
    Platform,
    /// What a target makes of a spec.
    Fidelity,
    /// What an author allowed.
    Suppressions,
}

impl Category {
    /// Those that are packs.
    pub const PACKS: &[Category] = &[
        Category::Figures,
        Category::Rollbacks,
        Category::Traffic,
        Category::People,
        Category::Times,
        Category::Commands,
        Category::Readiness,
        Category::Queries,
        Category::Wording,
        Category::Platform,
    ];

    /// One lower-case word.
    pub fn name(self) -> &'static str {
        match self {
            Category::Syntax => "syntax",
            Category::Names => "names",
            Category::Values => "values",
            Category::Structure => "structure",
            Category::Figures => "figures",
            Category::Rollbacks => "rollbacks",
            Category::Traffic => "traffic",
            Category::People => "people",
            Category::Times => "times",
            Category::Commands => "commands",
            Category::Readiness => "readiness",
            Category::Queries => "queries",
            Category::Wording => "wording",
            Category::Platform => "platform",
            Category::Fidelity => "fidelity",
            Category::Suppressions => "suppressions",
        }
    }

    /// What its rules are about.
    pub fn about(self) -> &'static str {
        match self {
            Category::Syntax => "text that can't be read",
            Category::Names => "names and what they stand for",
            Category::Values => "quantities, times, types and patterns",
            Category::Structure => "where statements stand, and what they need",
            Category::Figures => "bands, thresholds, and figures that contradict each other",
            Category::Rollbacks => "rollbacks, what they restore, and how fast",
            Category::Traffic => "shares of traffic and what makes them",
            Category::People => "who decides, and who is reached",
            Category::Times => "times that can't all be kept",
            Category::Commands => "what commands do, and how they end",
            Category::Readiness => "what is said to be so before it can be",
            Category::Queries => "PromQL",
            Category::Wording => "texts that say too little, otherwise, or twice",
            Category::Platform => {
                "what Kubernetes and others do by themselves, and what they don't"
            }
            Category::Fidelity => "what a target makes of a spec",
            Category::Suppressions => "what an author allowed",
        }
    }
}

/// One thing that can be found. Declared beside the code that finds it, with [`rule!`](crate::rule).
#[derive(Debug)]
pub struct Rule {
    /// `D` and four digits; never used again for something else.
    pub code: &'static str,
    /// Kebab-case; what one writes in `# deployc: allow(name, reason = "…")`.
    pub name: &'static str,
    /// What it is about.
    pub category: Category,
    /// The level unless configured otherwise.
    pub level: Level,
    /// One line: what is wrong.
    pub summary: &'static str,
    /// Markdown: why it matters and what to do.
    pub page: &'static str,
    /// A spec in which the rule fires.
    pub bad: &'static str,
    /// The same spec, fixed; empty where there is nothing to show.
    pub good: &'static str,
    /// Whether it can be allowed where it fires. What would not compile can't be allowed.
    pub allowable: bool,
}

/// Declares a [`Rule`]. Its page is the doc comment, its examples are
/// `tests/rules/<name>.deploy` and `tests/rules/<name>.good.deploy`.
///
/// ```text
/// rule! {
///     /// Why it matters. What to do.
///     pub UNKNOWN_NAME = "D0201", "unknown-name", Names, Error, "a name that nothing declares";
/// }
/// ```
/// A trailing `, allowable` lets authors allow it with a reason.
#[macro_export]
macro_rules! rule {
    (@allow) => { false };
    (@allow allowable) => { true };
    ($( $(#[doc = $doc:literal])+ pub $constant:ident = $code:literal, $name:literal, $category:ident, $level:ident, $summary:literal $(, $allow:ident)? ; )+) => {
        $(
            $(#[doc = $doc])+
            pub static $constant: $crate::diagnostic::Rule = $crate::diagnostic::Rule {
                code: $code,
                name: $name,
                category: $crate::diagnostic::Category::$category,
                level: $crate::diagnostic::Level::$level,
                summary: $summary,
                page: concat!($($doc, "\n"),+),
                bad: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules/", $name, ".deploy")),
                good: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules/", $name, ".good.deploy")),
                allowable: $crate::rule!(@allow $($allow)?),
            };
        )+
    };
}

/// A place that takes part in a finding, and the fact that is true there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// A fact, not an instruction; may be empty on the primary label.
    pub text: String,
}

/// A replacement of one span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; zero-width to insert.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// A way to mend a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an order: ``write `phase` ``.
    pub title: String,
    /// The edits; all or none.
    pub edits: Vec<Edit>,
    /// Whether the meaning stays what the author plainly meant, so that a tool may apply it unasked.
    /// A fix that changes a threshold is never safe.
    pub safe: bool,
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The rule that fired.
    pub rule: &'static Rule,
    /// The level of this finding.
    pub level: Level,
    /// One lower-case sentence without a full stop, clear without the source beside it.
    pub message: String,
    /// The smallest place to change.
    pub primary: Label,
    /// Other places that take part; they may lie in other files.
    pub secondary: Vec<Label>,
    /// Facts that belong to no place.
    pub notes: Vec<String>,
    /// What to do.
    pub helps: Vec<String>,
    /// Ways to mend it.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A finding of `rule` at `span`, at the rule's own level.
    pub fn new(rule: &'static Rule, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            rule,
            level: rule.level,
            message: message.into(),
            primary: Label {
                span,
                text: String::new(),
            },
            secondary: Vec::new(),
            notes: Vec::new(),
            helps: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// The fact at the primary place.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Another place that takes part.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// A fact that belongs to no place.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// What to do.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.helps.push(text.into());
        self
    }

    /// A fix that keeps what the author plainly meant: replace `span` by `text`.
    pub fn safe_fix(self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.fix(title, span, text, true)
    }

    /// An edit that is offered and never applied unasked.
    pub fn offer(self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.fix(title, span, text, false)
    }

    fn fix(
        mut self,
        title: impl Into<String>,
        span: Span,
        text: impl Into<String>,
        safe: bool,
    ) -> Self {
        self.fixes.push(Fix {
            title: title.into(),
            edits: vec![Edit {
                span,
                text: text.into(),
            }],
            safe,
        });
        self
    }

    /// Whether it says the same of the same place.
    pub fn is_same_as(&self, other: &Diagnostic) -> bool {
        self.primary.span == other.primary.span
            && self.rule.code == other.rule.code
            && self.message == other.message
    }
}

/// Findings in the order of their places; at one place by code, then by message.
pub fn sort(findings: &mut [Diagnostic]) {
    findings.sort_by(|a, b| {
        (a.primary.span, a.rule.code, &a.message).cmp(&(b.primary.span, b.rule.code, &b.message))
    });
}

/// Whether one word becomes the other by one slip: a letter is wrong, missing, too many, or has changed
/// places with the next one.
pub fn is_one_slip(word: &str, other: &str) -> bool {
    word.len().abs_diff(other.len()) <= 4 && strsim::osa_distance(word, other) == 1
}

/// Whether all but a few of the letters of each word are letters of the other, in any order and either
/// case. Words of which that is not true are as many slips apart; to tell so takes no time.
fn have_letters_in_common(word: &str, other: &str, few: usize) -> bool {
    let mut counts = [0i32; 64];
    let slot = |byte: u8| usize::from(byte.to_ascii_lowercase() % 64);
    for byte in word.bytes() {
        counts[slot(byte)] += 1;
    }
    for byte in other.bytes() {
        counts[slot(byte)] -= 1;
    }
    let (more, less) = counts.iter().fold((0, 0), |(more, less), count| {
        (more + (*count).max(0), less + (-count).max(0))
    });
    // A letter outside of ASCII has up to four bytes.
    let few = match word.is_ascii() && other.is_ascii() {
        true => few,
        false => few * 4,
    };
    usize::try_from(more.max(less)).is_ok_and(|different| different <= few)
}

/// The word of `candidates` that was probably meant by `word`, if one is near enough.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    // Nearly every word of two letters is one letter away from another.
    let limit = if length < 3 { 0 } else { length / 3 };
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let far = candidate.chars().count().abs_diff(length) > limit;
        if far || !have_letters_in_common(word, candidate, limit) {
            continue;
        }
        let distance = if candidate.eq_ignore_ascii_case(word) {
            0
        } else {
            strsim::damerau_levenshtein(word, candidate)
        };
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}
