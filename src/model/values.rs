//! Reads tokens: texts, quantities, times; and says where they are wrong.

use super::likely;
use super::lower::{Lower, Scope};
use super::node::{Timed, Times};
use crate::blank::Blanks;
use crate::diagnostic::Diagnostic;
use crate::quantity::{Dimension, Exact, Quantity, Range};
use crate::rule;
use crate::source::Span;
use crate::syntax::{Kind, Node as Syntax};
use crate::time::{Instant, Moment, When};

rule! {
    /// A number with its unit is one token from a closed table: durations `250ms 30s 15m 6h 1d 1w`
    /// (and `1h30m`), ratios `0.1%`, differences `+2pp`, sizes `300Mi` `10GB`, rates
    /// `100k events/s`, counts `3 pods`, cores `500 millicores`, scores `4.0/5.0`.
    pub QUANTITY = "D0301", "quantity", Values, Error, "a quantity that can't be read";
    /// Two values measure different things, so they can't be compared: a latency is no percentage.
    pub DIMENSION = "D0302", "dimension", Values, Error, "values of different dimensions";
    /// A date or time that does not exist, or that is not written as the language writes it.
    pub TIME = "D0303", "time", Values, Error, "a time that can't be read";
    /// A value of another type than the declaration asks for.
    pub TYPE = "D0304", "type", Values, Error, "a value of the wrong type";
}

impl Lower<'_> {
    /// A quantity of any dimension.
    pub fn quantity(&mut self, token: Syntax<'_>) -> Option<Quantity> {
        match Quantity::parse(token.text()) {
            Ok(quantity) => Some(quantity),
            Err(mistake) => {
                self.mistake(&QUANTITY, token.span(), mistake);
                None
            }
        }
    }

    /// A quantity of one dimension; a finding where it measures something else.
    pub fn quantity_of(&mut self, token: Syntax<'_>, wanted: &Dimension) -> Option<Quantity> {
        self.quantity_likely(token, wanted, |_| &[])
    }

    /// The same, with the units that a bare number there most likely has.
    pub fn quantity_likely(
        &mut self,
        token: Syntax<'_>,
        wanted: &Dimension,
        likely: impl FnOnce(Exact) -> &'static [&'static str],
    ) -> Option<Quantity> {
        let quantity = self.quantity(token)?;
        self.fitted(&quantity, wanted, token.span(), likely(quantity.value))
    }

    /// The quantity seen as one of the dimension; a finding where it measures something else.
    pub fn fitted(
        &mut self,
        quantity: &Quantity,
        wanted: &Dimension,
        span: Span,
        likely: &[&str],
    ) -> Option<Quantity> {
        if let Some(fitted) = quantity.fit(wanted) {
            return Some(fitted);
        }
        let mut finding = Diagnostic::new(
            &DIMENSION,
            span,
            format!("expected {}, found `{quantity}`", wanted.phrase()),
        )
        .label(format!("this is a {}", quantity.dimension.name()));
        for (title, text) in quantity.suggest(wanted, likely) {
            finding = finding.offer(title, span, text);
        }
        self.report(finding);
        None
    }

    /// A range of one dimension.
    pub fn range_of(&mut self, token: Syntax<'_>, wanted: Option<&Dimension>) -> Option<Range> {
        self.range_likely(token, wanted, |_| &[])
    }

    /// The same, with the units that bare numbers there most likely have.
    pub fn range_likely(
        &mut self,
        token: Syntax<'_>,
        wanted: Option<&Dimension>,
        likely: impl FnOnce(Exact) -> &'static [&'static str],
    ) -> Option<Range> {
        let range = match Range::parse(token.text()) {
            Ok(range) => range,
            Err(mistake) => {
                self.mistake(&QUANTITY, token.span(), mistake);
                return None;
            }
        };
        let Some(wanted) = wanted else {
            return Some(range);
        };
        let (Some(low), Some(high)) = (range.low.fit(wanted), range.high.fit(wanted)) else {
            self.report(unfit_range(
                &range,
                wanted,
                token.span(),
                likely(range.high.value),
            ));
            return None;
        };
        Some(Range {
            low,
            high,
            high_inclusive: range.high_inclusive,
        })
    }

    /// A range, or a single quantity as a range whose ends are equal.
    pub fn stretch(&mut self, around: Syntax<'_>, wanted: &Dimension) -> Option<Range> {
        let kind = match around.kind() {
            Kind::setting => Kind::extent,
            kind => kind,
        };
        let likely = |number| likely::of_length(kind, number);
        if let Some(range) = around.child(Kind::range) {
            return self.range_likely(range, Some(wanted), likely);
        }
        let quantity = self.quantity_likely(around.child(Kind::quantity)?, wanted, likely)?;
        Some(Range {
            low: quantity.clone(),
            high: quantity,
            high_inclusive: true,
        })
    }

    /// A stretch of time: as [`Lower::stretch`], or a parameter whose value is known.
    pub fn length(&mut self, scope: &Scope, around: Syntax<'_>) -> Option<Range> {
        let Some(amount) = around.child(Kind::amount) else {
            return self.stretch(around, &Dimension::Duration);
        };
        let value = self.known_value(scope, amount.child(Kind::path)?)?;
        let length = Range::parse(&value).or_else(|_| {
            Quantity::parse(&value).map(|quantity| Range {
                low: quantity.clone(),
                high: quantity,
                high_inclusive: true,
            })
        });
        match length {
            Ok(length) if length.low.dimension == Dimension::Duration => Some(length),
            Ok(_) | Err(_) => {
                self.report(Diagnostic::new(
                    &TYPE,
                    trimmed(amount),
                    format!("expected {}, found `{value}`", Dimension::Duration.phrase()),
                ));
                None
            }
        }
    }

    /// The parameter of the deployment that says how long, where one does.
    pub fn named_length(&mut self, scope: &Scope, around: Syntax<'_>) -> Option<String> {
        let path = around.child(Kind::amount)?.child(Kind::path)?;
        self.parameter_outside(scope, path)
    }

    /// A duration: the quantity inside this node.
    pub fn duration(&mut self, around: Syntax<'_>) -> Option<Quantity> {
        let token = around.child(Kind::quantity)?;
        self.quantity_likely(token, &Dimension::Duration, |number| {
            likely::of_length(around.kind(), number)
        })
    }

    /// A whole number that is not negative: the quantity inside this node.
    pub fn count(&mut self, around: Syntax<'_>) -> Option<u32> {
        let token = around.child(Kind::quantity)?;
        let quantity = self.quantity_of(token, &Dimension::Count { noun: None })?;
        self.counts_nothing(token, &quantity);
        let whole = quantity
            .value
            .to_whole()
            .and_then(|whole| u32::try_from(whole).ok());
        if whole.is_none() {
            self.report(Diagnostic::new(
                &TYPE,
                token.span(),
                format!("expected a whole number, found `{quantity}`"),
            ));
        }
        whole
    }

    /// A time: an instant, a clock time or an offset inside this node.
    pub fn time(&mut self, around: Syntax<'_>) -> Option<Timed<When>> {
        let token = around
            .children()
            .find(|node| matches!(node.kind(), Kind::instant | Kind::clock | Kind::offset))?;
        self.time_token(token)
    }

    /// A time that is this token.
    pub fn time_token(&mut self, token: Syntax<'_>) -> Option<Timed<When>> {
        let span = trimmed(token);
        match When::parse(token.text().trim_blanks()) {
            Ok(value) => Some(Timed { value, span }),
            Err(mistake) => {
                self.mistake(&TIME, span, mistake);
                None
            }
        }
    }

    /// An instant that is this token.
    pub fn instant(&mut self, token: Syntax<'_>) -> Option<Timed<Instant>> {
        let span = trimmed(token);
        match Instant::parse(token.text().trim_blanks()) {
            Ok(value) => Some(Timed { value, span }),
            Err(mistake) => {
                self.mistake(&TIME, span, mistake);
                None
            }
        }
    }

    /// A moment of a freeze, in the zone that stands behind both.
    pub fn moment(&mut self, token: Syntax<'_>, zone: Option<&str>) -> Option<Moment> {
        let mut text = token.text().trim_blanks().to_owned();
        if let Some(zone) = zone
            && !token.descend().any(|node| node.kind() == Kind::zone)
        {
            text.push(' ');
            text.push_str(zone);
        }
        match Moment::parse(&text) {
            Ok(moment) => Some(moment),
            Err(mistake) => {
                self.mistake(&TIME, trimmed(token), mistake);
                None
            }
        }
    }

    /// Reads the clauses of time of a statement.
    pub fn times(&mut self, statement: Syntax<'_>) -> Times {
        let mut times = Times::default();
        for clause in statement.children() {
            match clause.kind() {
                Kind::at => times.at = self.time(clause).map(Box::new),
                Kind::due => times.due = self.time(clause).map(Box::new),
                Kind::valid => times.valid_until = self.time(clause).map(Box::new),
                Kind::window => {
                    let mut ends = clause.children().filter(|node| {
                        matches!(node.kind(), Kind::instant | Kind::clock | Kind::offset)
                    });
                    if let (Some(from), Some(to)) = (ends.next(), ends.next()) {
                        let (from, to) = (self.time_token(from), self.time_token(to));
                        times.window = from.zip(to).map(Box::new);
                    }
                }
                Kind::takes => {
                    times.takes = self
                        .stretch(clause, &Dimension::Duration)
                        .map(|value| Timed {
                            value,
                            span: clause.span(),
                        })
                        .map(Box::new);
                }
                Kind::within => {
                    times.within = self
                        .duration(clause)
                        .map(|value| Timed {
                            value,
                            span: clause.span(),
                        })
                        .map(Box::new);
                }
                _ => {}
            }
        }
        times
    }
}

/// The finding for a range of something else, with both of its ends fixed at once.
fn unfit_range(range: &Range, wanted: &Dimension, span: Span, likely: &[&str]) -> Diagnostic {
    let end = match range.low.fit(wanted) {
        None => &range.low,
        Some(_) => &range.high,
    };
    let mut finding = Diagnostic::new(
        &DIMENSION,
        span,
        format!("expected {}, found `{end}`", wanted.phrase()),
    )
    .label(format!("this is a {}", end.dimension.name()));
    let dots = if range.high_inclusive { ".." } else { "..<" };
    let lows = range.low.suggest(wanted, likely);
    for ((_, low), (_, high)) in lows.into_iter().zip(range.high.suggest(wanted, likely)) {
        let text = format!("{low}{dots}{high}");
        finding = finding.offer(format!("write `{text}`"), span, text);
    }
    finding
}

/// The place of a token without the blanks that its rule may include.
pub(super) fn trimmed(token: Syntax<'_>) -> Span {
    let span = token.span();
    let length = token.text().trim_blanks_end().len() as u32;
    Span::new(span.source, span.start, span.start + length)
}

/// What a text or a word says, with the escapes of a text read and nothing put in.
pub(super) fn plain(token: Syntax<'_>) -> String {
    let raw = token.text().trim_blanks();
    let Some(mut rest) = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) else {
        return raw.to_owned();
    };
    let mut out = String::with_capacity(rest.len());
    while let Some((before, behind)) = rest.split_once('\\') {
        out.push_str(before);
        let escape = &rest[before.len()..];
        let (character, length) = match behind.chars().next() {
            Some('n') => ('\n', 1),
            Some('t') => ('\t', 1),
            Some('u') => match unicode(escape) {
                Some((character, length)) => (character, length - 1),
                None => ('u', 1),
            },
            Some(other) => (other, other.len_utf8()),
            None => ('\\', 0),
        };
        out.push(character);
        rest = &behind[length..];
    }
    out.push_str(rest);
    out
}

/// The character that `\u{…}` names, and the length of that text in bytes.
pub(super) fn unicode(text: &str) -> Option<(char, usize)> {
    let inner = text.strip_prefix("\\u{")?;
    let end = inner.find('}')?;
    let number = u32::from_str_radix(&inner[..end], 16).ok()?;
    Some((char::from_u32(number)?, end + 4))
}
