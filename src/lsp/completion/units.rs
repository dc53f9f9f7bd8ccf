//! Units that fit what is compared, behind a number or before one is written.

use lsp_types::CompletionItemKind;

use super::Offers;
use super::names::metric;
use crate::lsp::index::Found;
use crate::lsp::under::node_of;
use crate::model::SymbolKind;
use crate::quantity::Dimension;
use crate::syntax::Kind;

impl Offers<'_> {
    /// Units behind the number at the cursor.
    pub(super) fn units(&mut self) {
        let number: String = self
            .place
            .word
            .chars()
            .take_while(|letter| letter.is_ascii_digit() || matches!(letter, '.' | '_'))
            .collect();
        let number = number.trim_end_matches('.').to_owned();
        let before = self.place.before();
        let dimension = self.wanted(&before);
        let mut units = units_of(dimension.as_ref()).to_vec();
        // A latency is in milliseconds, a stretch of the plan in minutes, a burn rate in times.
        let measured = before
            .iter()
            .any(|word| matches!(*word, "<" | "<=" | ">" | ">=" | "==" | "in" | "="));
        let times = before
            .iter()
            .any(|word| word.contains("burn") || word.contains("factor"));
        let first: &[&str] = match &dimension {
            Some(Dimension::Duration) if !measured || is_stretch(&before) => {
                &["m", "s", "h", "d", "w"]
            }
            Some(Dimension::Ratio) if times => &["x"],
            _ => &[],
        };
        let place = |unit: &str| {
            first
                .iter()
                .position(|one| *one == unit)
                .unwrap_or(first.len())
        };
        units.sort_by_key(|(unit, _)| place(unit));
        for (unit, about) in units {
            let text = format!("{number}{unit}");
            self.offer(&text, CompletionItemKind::UNIT, about, &text, false);
        }
    }

    /// Values to compare a metric with.
    pub(super) fn values_for(&mut self, before: &[&str]) {
        self.measured_values(before);
        self.names(&[SymbolKind::Argument, SymbolKind::Parameter]);
    }

    /// Quantities that a metric may show.
    pub(super) fn measured_values(&mut self, before: &[&str]) {
        let dimension = self.wanted(before);
        self.values_of(dimension.as_ref());
    }

    /// Quantities of a dimension, to begin with.
    pub(super) fn values_of(&mut self, dimension: Option<&Dimension>) {
        let values: &[&str] = match dimension {
            Some(Dimension::Duration) => &["100ms", "200ms", "500ms", "1s"],
            Some(Dimension::Ratio) => &["0.1%", "0.5%", "1%", "5%", "95%", "99%"],
            Some(Dimension::RatioDelta) => &["+1pp", "+2pp"],
            Some(Dimension::Size) => &["100MiB", "1GiB"],
            Some(Dimension::Count { .. } | Dimension::Number) => &["0", "1", "100"],
            Some(Dimension::Rate { .. }) => &["100/s", "1k/s"],
            Some(Dimension::Cores) => &["500 millicores", "1 core"],
            Some(Dimension::Version) => &["1.20+"],
            Some(Dimension::Score { .. }) => &["4.0/5.0"],
            None => &[],
        };
        self.suggest(values);
    }

    /// Words for the unit that a query returns, or that a record is written in.
    pub(super) fn query_units(&mut self, before: &[&str]) {
        let position = before.iter().position(|word| *word == ":");
        let of = position.and_then(|at| before.get(at + 1));
        let words: &[&str] = match of.and_then(|word| Dimension::of_type(word, None)) {
            Some(Dimension::Duration) => &["seconds", "milliseconds", "minutes"],
            Some(Dimension::Ratio) => &["ratio", "percent"],
            Some(Dimension::Size) => &["bytes", "MiB", "GiB"],
            Some(Dimension::Rate { .. }) => &["requests/s", "bytes/s"],
            Some(_) | None => &[
                "ratio",
                "percent",
                "seconds",
                "ms",
                "bytes",
                "MiB",
                "requests/s",
            ],
        };
        self.plain(words);
    }

    /// What the quantity at the cursor must measure, where that can be known.
    fn wanted(&self, before: &[&str]) -> Option<Dimension> {
        let last = before.last().copied().unwrap_or_default();
        if matches!(
            last,
            "for"
                | "over"
                | "within"
                | "every"
                | "takes"
                | "keep"
                | "lasts"
                | "window"
                | "interval"
                | "hold"
                | "bake"
                | "after"
        ) {
            return Some(Dimension::Duration);
        }
        let keyword = before.first().copied().unwrap_or_default();
        if keyword == "shift" || self.place.head() == Some("canary") && before.is_empty() {
            return Some(Dimension::Ratio);
        }
        if keyword == "objective" {
            return Some(Dimension::Duration);
        }
        // The nearest metric before the comparison.
        for word in before.iter().rev().skip(1) {
            if let Some(found) = metric(self, word) {
                return self.measured(&found, 0);
            }
        }
        None
    }

    /// What a metric measures; an alias what stands behind it.
    fn measured(&self, found: &Found, depth: usize) -> Option<Dimension> {
        /// Aliases of aliases; a cycle ends here.
        const DEEPEST: usize = 8;
        let node = node_of(&found.parsed, &found.declaration)?;
        if let Some(measure) = node.child(Kind::measure) {
            let word = measure.child(Kind::type_)?;
            let name = word.child(Kind::type_name)?;
            let of = word.child(Kind::noun).map(|noun| noun.text());
            return Dimension::of_type(name.text(), of);
        }
        let path = node
            .child(Kind::alias)?
            .child(Kind::metric_ref)?
            .child(Kind::path)?;
        let found = self
            .world
            .find(&found.parsed, SymbolKind::Metric, path.text())?;
        if depth >= DEEPEST {
            return None;
        }
        self.measured(&found, depth + 1)
    }
}

/// Whether what stands before the cursor asks for a stretch of time in the plan.
fn is_stretch(before: &[&str]) -> bool {
    let last = before.last().copied().unwrap_or_default();
    !matches!(last, "<" | "<=" | ">" | ">=" | "==" | "!=" | "in" | "=")
}

/// The units of a dimension; those of all where it is not known.
fn units_of(dimension: Option<&Dimension>) -> &'static [(&'static str, &'static str)] {
    const DURATION: &[(&str, &str)] = &[
        ("ms", "milliseconds"),
        ("s", "seconds"),
        ("m", "minutes"),
        ("h", "hours"),
        ("d", "days"),
        ("w", "weeks"),
    ];
    const RATIO: &[(&str, &str)] = &[("%", "percent"), ("x", "times")];
    const SIZE: &[(&str, &str)] = &[
        ("MiB", "2^20 bytes"),
        ("GiB", "2^30 bytes"),
        ("kB", "1000 bytes"),
        ("MB", "10^6 bytes"),
        ("GB", "10^9 bytes"),
    ];
    const RATE: &[(&str, &str)] = &[
        ("/s", "per second"),
        ("k/s", "thousands per second"),
        ("/m", "per minute"),
        ("/h", "per hour"),
    ];
    const COUNT: &[(&str, &str)] = &[("", "as it is"), ("k", "thousands"), ("M", "millions")];
    const ALL: &[(&str, &str)] = &[
        ("%", "percent"),
        ("ms", "milliseconds"),
        ("s", "seconds"),
        ("m", "minutes"),
        ("h", "hours"),
        ("d", "days"),
        ("MiB", "2^20 bytes"),
        ("GiB", "2^30 bytes"),
        ("k", "thousands"),
        ("/s", "per second"),
        ("pp", "percentage points"),
    ];
    match dimension {
        Some(Dimension::Duration) => DURATION,
        Some(Dimension::Ratio) => RATIO,
        Some(Dimension::RatioDelta) => &[("pp", "percentage points")],
        Some(Dimension::Size) => SIZE,
        Some(Dimension::Rate { .. }) => RATE,
        Some(Dimension::Count { .. }) => COUNT,
        Some(Dimension::Cores) => &[
            (" cores", "cores"),
            (" millicores", "thousandths of a core"),
        ],
        Some(Dimension::Version | Dimension::Score { .. } | Dimension::Number) => &[],
        None => ALL,
    }
}
