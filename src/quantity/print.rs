//! Quantities made by a pass, not read from a file: how they are written.

use super::dimension::{BYTE, plural};
use super::unit::{Kind, UNITS};
use super::{Dimension, Exact};

/// A duration for people, in seconds: `1m30s`, `200ms`, `2w`, `1d12h`. A token of the language
/// wherever the duration is a whole number of nanoseconds and not negative; finer parts are cut off.
pub fn duration_text(seconds: Exact) -> String {
    let sign = if seconds.is_negative() { "-" } else { "" };
    let seconds = seconds.magnitude();
    let nanoseconds = match seconds.times(Exact::whole(1_000_000_000)) {
        Some(nanoseconds) => nanoseconds.floor(),
        None => return format!("{sign}{}s", seconds.truncated(0)),
    };
    if nanoseconds == 0 {
        return "0s".into();
    }
    const STEPS: &[(&str, i128)] = &[
        ("w", 604_800_000_000_000),
        ("d", 86_400_000_000_000),
        ("h", 3_600_000_000_000),
        ("m", 60_000_000_000),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
        ("us", 1_000),
        ("ns", 1),
    ];
    let mut text = sign.to_string();
    let mut rest = nanoseconds;
    for (unit, length) in STEPS {
        // Weeks only where nothing is left over: `30d`, not `4w2d`.
        if rest >= *length && (*unit != "w" || rest % length == 0) {
            text.push_str(&(rest / length).to_string());
            text.push_str(unit);
            rest %= length;
        }
    }
    text
}

/// The text of a value of some dimension, as the language writes it. A value that is no decimal in
/// any unit is cut off after twelve digits.
pub(super) fn written(value: Exact, dimension: &Dimension) -> String {
    match dimension {
        Dimension::Duration => duration_text(value),
        Dimension::Ratio => format!("{}%", decimal(scaled(value, 100))),
        Dimension::RatioDelta => {
            let sign = if value.is_negative() { "" } else { "+" };
            format!("{sign}{}pp", decimal(scaled(value, 100)))
        }
        Dimension::Size => size(value),
        Dimension::Count { noun: Some(noun) } => counted(value, noun),
        Dimension::Count { noun: None } => multiplied(value),
        Dimension::Rate { noun } => rate(value, noun.as_deref()),
        Dimension::Cores if value == Exact::ONE => "1 core".into(),
        Dimension::Cores if scaled(value, 1_000).to_whole().is_some() && value < Exact::ONE => {
            format!("{} millicores", decimal(scaled(value, 1_000)))
        }
        Dimension::Cores => format!("{} cores", decimal(value)),
        Dimension::Version => {
            let value = value.floor();
            format!("{}.{}+", value / 1_000_000_000, value % 1_000_000_000)
        }
        Dimension::Score { of, noun } => {
            let of = of.as_deref().copied().unwrap_or(value);
            let noun = noun.as_deref().map(|noun| format!(" {}", plural(noun)));
            format!(
                "{}/{}{}",
                decimal(value),
                decimal(of),
                noun.unwrap_or_default()
            )
        }
        Dimension::Number => decimal(value),
    }
}

fn scaled(value: Exact, by: i64) -> Exact {
    value.times(Exact::whole(by)).unwrap_or(value)
}

fn decimal(value: Exact) -> String {
    value.to_decimal().unwrap_or_else(|| value.truncated(12))
}

fn counted(value: Exact, noun: &str) -> String {
    match value == Exact::ONE {
        true => format!("1 {noun}"),
        false => format!("{} {}", decimal(value), plural(noun)),
    }
}

/// A count that nothing but a `k` or an `M` tells from a bare number.
fn multiplied(value: Exact) -> String {
    let millions = value.divided_by(Exact::whole(1_000_000)).unwrap_or(value);
    match millions.to_whole() {
        Some(millions) if millions != 0 => format!("{millions}M"),
        Some(_) | None => {
            let thousands = value.divided_by(Exact::whole(1_000)).unwrap_or(value);
            format!("{}k", decimal(thousands))
        }
    }
}

fn size(value: Exact) -> String {
    let mut best: Option<String> = None;
    for unit in UNITS.iter().filter(|unit| unit.kind == Kind::Size) {
        let Some(number) = value.divided_by(unit.per_base()) else {
            continue;
        };
        let alias = unit.text.ends_with('i');
        if alias || number.to_whole().is_none() {
            continue;
        }
        let text = format!("{number}{}", unit.text);
        let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
        if best
            .as_ref()
            .is_none_or(|best| digits(&text) < digits(best))
        {
            best = Some(text);
        }
    }
    best.unwrap_or_else(|| format!("{}B", decimal(value)))
}

/// Per second where that is a whole number, else in the first period in which it is one.
fn rate(value: Exact, noun: Option<&str>) -> String {
    let periods = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];
    let whole = periods
        .iter()
        .find(|(_, seconds)| scaled(value, *seconds).to_whole().is_some());
    let exact = || {
        periods
            .iter()
            .find(|(_, seconds)| scaled(value, *seconds).to_decimal().is_some())
    };
    let (period, seconds) = whole.or_else(exact).copied().unwrap_or(("s", 1));
    let number = scaled(value, seconds);
    match noun {
        None => format!("{}/{period}", decimal(number)),
        Some(BYTE) => format!("{}/{period}", size(number)),
        Some(noun) => format!("{} {}/{period}", decimal(number), plural(noun)),
    }
}
