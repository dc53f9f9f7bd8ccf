//! Times, dates and durations that are written as elsewhere.

use super::repair::Repair;
use super::stop::Stop;
use crate::blank::Blanks;
use crate::syntax::grammar::Rule as Kind;

/// A time of day, a date or an offset as it is written elsewhere.
pub(super) fn times(stop: &Stop<'_>, at: usize, repairs: &mut Vec<Repair>) {
    let end = stop.word_end(at);
    let word = &stop.head[at..end];
    let rest = stop.head[end..].trim_blanks_start();
    let next = rest.words().next().unwrap_or_default();
    let next_end = stop.head.len() - rest.len() + next.len();
    let half = next.to_ascii_lowercase().replace('.', "");
    if matches!(half.as_str(), "am" | "pm" | "uhr" | "h" | "hours")
        && let Some(clock) = clock(&format!(
            "{word}{}",
            half.replace("uhr", "").replace("hours", "")
        ))
    {
        repairs.push(Repair::new(at, next_end, clock));
    }
    if let Some(clock) = clock(word) {
        repairs.push(Repair::new(at, end, clock).safe());
    }
    if let Some(date) = date(word) {
        let clock = clock(next).map(|clock| format!("{date} {clock}"));
        if let Some(both) = clock.filter(|_| word.len() < 12) {
            repairs.push(Repair::new(at, next_end, both).safe());
        }
        repairs.push(Repair::new(at, end, date).safe());
    }
    if let Some((from, to)) = word.split_once(['-', '–'])
        && let (Some(from), Some(to)) = (clock(from), clock(to))
    {
        repairs.push(Repair::new(at, end, format!("{from} to {to}")).safe());
    }
    // `T + 5m`, `T minus 1h`, `+5m`
    let before = stop.head[..at].trim_blanks_end();
    let sign = match word {
        "+" | "plus" => "+",
        "-" | "minus" | "–" => "-",
        _ => "",
    };
    if !sign.is_empty() && before.ends_with('T') {
        let length = duration(rest).unwrap_or_else(|| next.to_owned());
        let to = if duration(rest).is_some() {
            stop.head.len()
        } else {
            next_end
        };
        repairs.push(Repair::new(before.len(), to, format!("{sign}{length}")).safe());
    }
    if word.starts_with(['+', '-']) {
        match before.ends_with('T') {
            // `T-1 hour`
            true => {
                if let Some(length) = duration(&format!("{} {next}", &word[1..])) {
                    repairs.push(Repair::new(
                        before.len(),
                        next_end,
                        format!("{}{length}", &word[..1]),
                    ));
                }
            }
            false => repairs.push(Repair::new(at, end, format!("T{word}"))),
        }
    }
    if let Some(digits) = word.strip_prefix('T')
        && let Some(length) = duration(&format!("{} {next}", digits.trim_start_matches(['+', '-'])))
        && digits.len() > 1
    {
        repairs.push(Repair::new(
            at,
            next_end,
            format!("T{}{length}", &digits[..1]),
        ));
    }
    if stop.kind == Kind::freeze {
        let days = [
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ];
        let body = &stop.head["freeze".len()..];
        let short = days
            .iter()
            .fold(body.to_owned(), |body, day| body.replace(day, &day[..3]));
        if short != body {
            repairs.push(Repair::new("freeze".len(), stop.head.len(), short).safe());
        }
    }
    let named = match word {
        "noon" => "12:00",
        "midnight" => "00:00",
        "start" | "now" | "beginning" => "T",
        _ => "",
    };
    if !named.is_empty() {
        repairs.push(Repair::new(at, end, named));
    }
}

/// Whether it is a word, and no time and no number.
pub(super) fn is_word(token: &str) -> bool {
    token != "T" && !token.starts_with("T+") && !token.starts_with("T-")
}

/// Whether it is a number with a unit of time.
pub(super) fn is_duration(token: &str) -> bool {
    let unit = token.trim_start_matches(|digit: char| digit.is_ascii_digit() || digit == '.');
    unit.len() < token.len() && matches!(unit, "ms" | "s" | "m" | "h" | "d" | "w")
}

/// A time of day as it is written here: `9:00`, `9am`, `14h30`.
fn clock(word: &str) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    let (digits, shift) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(digits), _) => (digits, 0),
        (_, Some(digits)) => (digits, 12),
        _ => (lower.as_str(), 24),
    };
    let (hour, minute) = digits.split_once([':', 'h']).unwrap_or((digits, ""));
    if shift == 24 && minute.is_empty() {
        return None;
    }
    if shift == 24 && hour.len() == digits.len() {
        return None;
    }
    let hour: u32 = number(hour, 2)?;
    let minute: u32 = if minute.is_empty() {
        0
    } else {
        number(minute, 2)?
    };
    let hour = match (shift, hour) {
        (24, hour) => hour,
        (shift, 12) => shift,
        (shift, hour) => hour + shift,
    };
    (hour < 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

fn number(digits: &str, most: usize) -> Option<u32> {
    let plain = !digits.is_empty() && digits.len() <= most;
    let plain = plain && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}

/// A date as it is written here: `2026/12/1`, `1.12.2026`, `2026-12-01T09:00:00Z`.
fn date(word: &str) -> Option<String> {
    let (day, clock) = match word.split_once(['T', 't']) {
        Some((day, clock)) => (day, Some(clock)),
        None => (word, None),
    };
    let parts: Vec<&str> = day.split(['/', '.', '-']).collect();
    let [a, b, c] = parts.as_slice() else {
        return None;
    };
    let (year, month, day) = match a.len() == 4 {
        true => (number(a, 4)?, number(b, 2)?, number(c, 2)?),
        // With points the day comes first; with strokes nobody knows.
        false if day.contains('.') && c.len() == 4 => (number(c, 4)?, number(b, 2)?, number(a, 2)?),
        false => return None,
    };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let date = format!("{year}-{month:02}-{day:02}");
    let Some(clock) = clock else {
        return Some(date);
    };
    let time = clock.get(..5)?;
    let zone = match clock.ends_with(['Z', 'z']) {
        true => " UTC",
        false => "",
    };
    if !zone.is_empty() || !clock.contains(['+', '-']) {
        return Some(format!("{date} {time}{zone}"));
    }
    None
}

/// A duration as it is written here: `5 minutes`, `1 hour`, `90 sec`.
pub(super) fn duration(words: &str) -> Option<String> {
    let mut parts = words.words();
    let (amount, unit) = (parts.next()?, parts.next()?);
    let plain = amount
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let unit = match unit.trim_end_matches(',').to_ascii_lowercase().as_str() {
        "ms" | "millis" | "millisecond" | "milliseconds" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        "w" | "week" | "weeks" => "w",
        _ => return None,
    };
    (plain && parts.next().is_none()).then(|| format!("{amount}{unit}"))
}
