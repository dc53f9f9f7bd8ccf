//! Which unit a number without one most likely has, by what it is about.

use super::lower::Lower;
use super::names::Declared;
use crate::quantity::{Dimension, Exact};
use crate::syntax::{Kind, Node as Syntax};

/// Units of a stretch of time in a plan, the likeliest first. `around` is the statement or clause.
pub(super) fn of_length(around: Kind, number: Exact) -> &'static [&'static str] {
    // 300 is five minutes, written in seconds.
    let long = number >= Exact::whole(120);
    match around {
        Kind::keep => &["d", "w"],
        Kind::interval => &["s", "m"],
        Kind::over if number <= Exact::whole(48) => &["h", "m", "d"],
        // `lasts 4..6`
        Kind::extent if number <= Exact::whole(12) => &["h", "m"],
        // `window 5`, `interval 30`
        Kind::setting if number >= Exact::whole(15) => &["s", "m"],
        Kind::setting => &["m", "s"],
        Kind::objective if number <= Exact::whole(24) => &["h", "m"],
        _ if long => &["s", "m"],
        _ => &["m", "s", "h"],
    }
}

impl Lower<'_> {
    /// Units of what a metric measures, the likeliest first; nothing where all are alike.
    pub fn likely_units(
        &self,
        metric: &str,
        declared: Option<Declared<'_>>,
        dimension: &Dimension,
        number: Exact,
    ) -> &'static [&'static str] {
        let made = self.metric_made(metric);
        let title = made.map(|made| made.title.to_string()).unwrap_or_default();
        let called = format!("{metric} {title}").to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| called.contains(word));
        match dimension {
            Dimension::Ratio => {
                let times = has(&["burn", "factor", "multiple", "times", "amplification"]);
                match times || declared.is_some_and(|declared| is_ratio(declared.node)) {
                    true => &["x", "%"],
                    false => &["%"],
                }
            }
            Dimension::Duration => {
                let unit = made.and_then(|made| made.unit.as_deref()).unwrap_or("");
                match unit {
                    "minutes" | "minute" | "m" => &["m", "h", "s"],
                    "hours" | "hour" | "h" => &["h", "m", "d"],
                    "days" | "day" | "d" => &["d", "h", "w"],
                    _ if has(&["age", "lag", "delay", "behind", "uptime"]) => &["s", "m"],
                    _ if has(&["expir", "until", "left", "remaining"]) => &["d", "h"],
                    _ if number >= Exact::whole(20) => &["ms", "s"],
                    _ => &["s", "ms"],
                }
            }
            _ => &[],
        }
    }
}

/// Whether a metric is declared as a `ratio`, and not in percent.
fn is_ratio(metric: Syntax<'_>) -> bool {
    let word = metric
        .child(Kind::measure)
        .and_then(|measure| measure.child(Kind::type_))
        .and_then(|of| of.child(Kind::type_name));
    word.is_some_and(|word| word.text() == "ratio")
}
