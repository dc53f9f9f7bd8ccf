//! The text of one token becomes a quantity, or the mistake in it.

use crate::blank::Blanks;

use super::compound::compound;
use super::dimension::{BYTE, singular};
use super::number::{DIGITS, Parts, shown, split, too_long};
use super::unit::{Kind, is_noun, near_period, near_units, per, period, spelled, spelled_out};
use super::{Dimension, Exact, Mistake, Quantity};

/// The longest duration: a hundred years of 365 days, in seconds.
const LONGEST: i64 = 36_500 * 86_400;
/// Version parts stay below this.
const VERSION_PART: i128 = 1_000_000_000;

/// Reads a token; of the suggestions for a mistake only those stay that can be read themselves.
pub(super) fn parse(text: &str) -> Result<Quantity, Mistake> {
    read(text).map_err(|mut mistake| {
        mistake
            .suggestions
            .retain(|(_, replacement)| read(replacement).is_ok());
        mistake
    })
}

fn read(text: &str) -> Result<Quantity, Mistake> {
    let parts = split(text)?;
    let number = Exact::decimal(&parts.digits)
        .map(|number| {
            if parts.sign == "-" {
                number.negated()
            } else {
                number
            }
        })
        .ok_or_else(|| too_long(&parts))?;
    let (value, dimension) = match (&parts.noun, parts.slash) {
        (Some(noun), None) => with_noun(&parts, *noun, number)?,
        (Some(noun), Some(of)) => match with_slash(&parts, of, number)? {
            (value, Dimension::Score { of, .. }) => {
                let name = check_noun(&parts, noun.0, noun.1)?;
                let noun = Some(singular(name));
                (value, Dimension::Score { of, noun })
            }
            (_, dimension) => return Err(leftover(&parts, *noun, &dimension)),
        },
        (None, Some(of)) => with_slash(&parts, of, number)?,
        (None, None) => plain(&parts, number)?,
    };
    check_sign(&parts, value, &dimension)?;
    if dimension == Dimension::Duration && value > Exact::whole(LONGEST) {
        return Err(Mistake::new(
            0,
            text.len(),
            format!("`{text}` is more than a hundred years"),
        ));
    }
    if parts.open && parts.slash.is_some() {
        let at = text.find('+').unwrap_or(0);
        return Err(
            Mistake::new(at, at + 1, "a `+` for \"or more\" does not go with a `/`")
                .write(text.replacen('+', "", 1)),
        );
    }
    Ok(Quantity {
        value,
        dimension,
        written: text.into(),
        open_ended: parts.open,
    })
}

/// A number with at most a unit behind it.
fn plain(parts: &Parts<'_>, number: Exact) -> Result<(Exact, Dimension), Mistake> {
    if parts.attached.is_empty() {
        if parts.open && parts.digits.contains('.') {
            return Ok((version(parts)?, Dimension::Version));
        }
        return Ok((number, Dimension::Number));
    }
    if parts.attached.bytes().any(|byte| byte.is_ascii_digit()) {
        return Ok((compound(parts)?, Dimension::Duration));
    }
    let Some(unit) = spelled(parts.attached) else {
        return Err(unknown_unit(parts));
    };
    let dimension = match unit.kind {
        Kind::Duration => Dimension::Duration,
        Kind::Ratio => Dimension::Ratio,
        Kind::Delta => Dimension::RatioDelta,
        Kind::Size => Dimension::Size,
        Kind::Multiplier => Dimension::Count { noun: None },
        Kind::Cores => return Err(unknown_unit(parts)),
    };
    let value = number
        .times(unit.per_base())
        .ok_or_else(|| too_long(parts))?;
    Ok((value, dimension))
}

fn version(parts: &Parts<'_>) -> Result<Exact, Mistake> {
    version_value(&parts.digits).ok_or_else(|| too_long(parts))
}

/// Major × 10^9 + minor, of `1.20`.
pub(super) fn version_value(digits: &str) -> Option<Exact> {
    let (major, minor) = digits.split_once('.').unwrap_or((digits, "0"));
    let part = |text: &str| {
        let value = Exact::decimal(text)?.to_whole()?;
        (0..VERSION_PART).contains(&value).then_some(value)
    };
    Exact::fraction(part(major)? * VERSION_PART + part(minor)?, 1)
}

/// `7/7`, `100/s`, `10MB/s`.
fn with_slash(
    parts: &Parts<'_>,
    below: &str,
    number: Exact,
) -> Result<(Exact, Dimension), Mistake> {
    let at = parts.number_end + parts.attached.len() + 1;
    if below
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_digit())
    {
        let of = Exact::decimal(below).filter(|of| !of.is_zero());
        let Some(of) = of.filter(|_| parts.attached.is_empty() && below.len() <= DIGITS) else {
            return Err(Mistake::new(
                0,
                at + below.len(),
                format!("`{}` is not a score", shown(parts.text)),
            )
            .help("a score is points out of a highest score: `4.0/5.0`"));
        };
        if number > of {
            return Err(Mistake::new(
                0,
                at + below.len(),
                format!(
                    "the score `{}/{below}` is more than the highest",
                    parts.digits
                ),
            ));
        }
        return Ok((
            number,
            Dimension::Score {
                of: Some(Box::new(of)),
                noun: None,
            },
        ));
    }
    let Some(seconds) = period(below) else {
        let mistake = Mistake::new(
            at,
            at + below.len(),
            format!("`/{}` is not a rate", shown(below)),
        )
        .help("a rate is per second, minute, hour or day: `100/s`, `1/h`");
        let end = at + below.len();
        let mended = near_period(below).map(|period| {
            let text = parts.text;
            format!("{}{period}{}", &text[..at], &text[end..])
        });
        return Err(mistake.write_all(mended));
    };
    let overflow = || too_long(parts);
    let per_second = number.times(per(seconds)).ok_or_else(overflow)?;
    if parts.attached.is_empty() {
        return Ok((per_second, Dimension::Rate { noun: None }));
    }
    match spelled(parts.attached) {
        Some(unit) if unit.kind == Kind::Multiplier => {
            let value = per_second.times(unit.per_base()).ok_or_else(overflow)?;
            Ok((value, Dimension::Rate { noun: None }))
        }
        Some(unit) if unit.kind == Kind::Size => {
            let value = per_second.times(unit.per_base()).ok_or_else(overflow)?;
            let noun = Some(BYTE.to_string());
            Ok((value, Dimension::Rate { noun }))
        }
        Some(_) => Err(Mistake::new(
            parts.number_end,
            at + below.len(),
            format!("`{}/{below}` is not a rate", parts.attached),
        )
        .help("a rate counts things or bytes: `100 requests/s`, `10MB/s`")),
        None => {
            if is_noun(parts.attached) && parts.attached.len() > 2 {
                let (number, rest) = parts.text.split_at(parts.number_end);
                return Err(Mistake::new(
                    parts.number_end,
                    at - 1,
                    format!(
                        "a space is missing between the number and `{}`",
                        parts.attached
                    ),
                )
                .write(format!("{number} {rest}")));
            }
            Err(unknown_unit(parts))
        }
    }
}

/// `3 pods`, `100k events/s`, `500 millicores`.
fn with_noun(
    parts: &Parts<'_>,
    (at, noun): (usize, &str),
    number: Exact,
) -> Result<(Exact, Dimension), Mistake> {
    let multiplier = match parts.attached {
        "" => Exact::ONE,
        attached => match spelled(attached) {
            Some(unit) if unit.kind == Kind::Multiplier => unit.per_base(),
            Some(_) | None => {
                // `1h30m pods` leaves a word over; in `5min pods` the unit is unknown.
                let (_, dimension) = plain(parts, number)?;
                return Err(leftover(parts, (at, noun), &dimension));
            }
        },
    };
    let overflow = || too_long(parts);
    let value = number.times(multiplier).ok_or_else(overflow)?;
    if let Some((name, below)) = noun.split_once('/') {
        let name = check_noun(parts, at, name)?;
        let Some(seconds) = period(below) else {
            let start = at + noun.len() - below.len();
            let mistake = Mistake::new(
                start,
                at + noun.len(),
                format!("`/{}` is not a rate", shown(below)),
            )
            .help("a rate is per second, minute, hour or day: `100 requests/s`");
            let mended =
                near_period(below).map(|period| format!("{}{period}", &parts.text[..start]));
            return Err(mistake.write_all(mended));
        };
        let value = value.times(per(seconds)).ok_or_else(overflow)?;
        let noun = Some(singular(name));
        return Ok((value, Dimension::Rate { noun }));
    }
    if let Some(unit) = spelled(noun).filter(|unit| unit.kind == Kind::Cores) {
        let value = value.times(unit.per_base()).ok_or_else(overflow)?;
        return Ok((value, Dimension::Cores));
    }
    let noun = Some(singular(check_noun(parts, at, noun)?));
    Ok((value, Dimension::Count { noun }))
}

/// A noun that is not a unit written apart from its number.
fn check_noun<'a>(parts: &Parts<'_>, at: usize, noun: &'a str) -> Result<&'a str, Mistake> {
    let end = at + noun.len();
    let number = parts.text[..at].trim_blanks_end();
    let known = spelled(noun).filter(|unit| unit.kind != Kind::Multiplier);
    let meant = known.map_or_else(|| spelled_out(noun), |unit| Some(unit.text));
    if let Some(unit) = meant {
        let rest = &parts.text[end..];
        let open = if parts.open { "+" } else { "" };
        let number = number.strip_suffix('+').unwrap_or(number);
        let mended = format!("{number}{unit}{open}{rest}");
        let mistake = Mistake::new(
            at,
            end,
            format!("`{noun}` is a unit, not something that is counted"),
        )
        .help("a unit stands right behind its number");
        return Err(mistake.write(mended));
    }
    if !is_noun(noun) {
        let mistake = Mistake::new(
            at,
            end,
            format!("`{}` is not something that is counted", shown(noun)),
        )
        .help("what is counted is one word in lower case: `3 pods`");
        let lower = noun.to_ascii_lowercase();
        let mended = format!("{}{lower}{}", &parts.text[..at], &parts.text[end..]);
        let offer = lower != noun;
        return Err(mistake.write_all(offer.then_some(mended)));
    }
    Ok(noun)
}

fn leftover(parts: &Parts<'_>, (at, noun): (usize, &str), dimension: &Dimension) -> Mistake {
    let head = parts.text[..at].trim_blanks_end();
    Mistake::new(
        at,
        at + noun.len(),
        format!(
            "`{head}` is a {}, and `{}` is left over",
            dimension.name(),
            shown(noun)
        ),
    )
    .write(head)
}

fn unknown_unit(parts: &Parts<'_>) -> Mistake {
    let unit = parts.attached;
    let end = parts.number_end + unit.len();
    let mistake = Mistake::new(
        parts.number_end,
        end,
        format!("`{}` is not a unit", shown(unit)),
    );
    let (before, after) = (&parts.text[..parts.number_end], &parts.text[end..]);
    let mended: Vec<String> = near_units(unit)
        .into_iter()
        .map(|unit| format!("{before}{unit}{after}"))
        .collect();
    let folded = unit.to_ascii_lowercase();
    let help = match folded.as_str() {
        "mo" | "month" | "months" => "months differ in length; write days: `30d`".to_string(),
        "y" | "yr" | "year" | "years" => "years differ in length; write days: `365d`".to_string(),
        _ if unit == "Gb" || unit == "Mb" || unit == "Kb" => {
            "sizes are in bytes: `GB` is 10^9, `GiB` is 2^30".to_string()
        }
        _ if !mended.is_empty() => {
            "units are case-sensitive and have one spelling each".to_string()
        }
        _ if is_noun(unit) && unit.len() > 2 => {
            format!("what is counted stands behind a space: `{before} {unit}`")
        }
        _ => "units are `ms s m h d w`, `% x pp`, `kB MB GB`, `KiB MiB GiB`, `/s`".to_string(),
    };
    let spaced = format!("{before} {unit}{after}");
    let offer = mended.is_empty() && unit.len() > 2 && is_noun(unit);
    mistake
        .help(help)
        .write_all(mended)
        .write_all(offer.then_some(spaced))
}

fn check_sign(parts: &Parts<'_>, value: Exact, dimension: &Dimension) -> Result<(), Mistake> {
    let unsigned = &parts.text[parts.sign.len()..];
    match (parts.sign, dimension) {
        ("+", Dimension::RatioDelta) | ("", _) => Ok(()),
        ("+", Dimension::Ratio) if parts.attached == "%" => {
            let points = format!("+{}pp{}", parts.digits, if parts.open { "+" } else { "" });
            Err(Mistake::new(
                0,
                1,
                "a `+` stands only before a difference in percentage points",
            )
            .write(points)
            .write(unsigned))
        }
        ("+", _) => Err(Mistake::new(
            0,
            1,
            "a `+` stands only before a difference in percentage points",
        )
        .write(unsigned)),
        (_, Dimension::Number | Dimension::Ratio | Dimension::RatioDelta) => Ok(()),
        (
            _,
            Dimension::Duration
            | Dimension::Size
            | Dimension::Count { .. }
            | Dimension::Rate { .. }
            | Dimension::Cores
            | Dimension::Version
            | Dimension::Score { .. },
        ) => match value.is_zero() {
            true => Ok(()),
            false => Err(
                Mistake::new(0, 1, format!("a {} is not below zero", dimension.name()))
                    .write(unsigned),
            ),
        },
    }
}
