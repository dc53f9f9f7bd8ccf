//! Numbers that are written as elsewhere: apart from their units, with grouped digits, ranges with a dash.

use super::moments;
use super::repair::Repair;
use super::stop::Stop;
use crate::blank::Blanks;
use crate::quantity::Quantity;

/// What may have been meant where a number ends too early.
pub(super) fn numbers(stop: &Stop<'_>, repairs: &mut Vec<Repair>) {
    let before = stop.before();
    let last = before.trim_blanks_end();
    let rest = &stop.head[stop.at..];
    let digit = last.ends_with(|letter: char| letter.is_ascii_digit());
    let unit = rest.starts_with(|first: char| first == '%' || first.is_ascii_alphabetic());
    let close = "a unit stands right behind its number";
    // `10 %`, `1h 30m`
    if digit && unit && last.len() < before.len() {
        let number = last.rsplit(' ').next().unwrap_or_default();
        let noun = stop.token.to_lowercase();
        if Quantity::parse(&format!("{number}{}", stop.token)).is_ok() {
            repairs.push(Repair::new(last.len(), stop.at, "").safe().help(close));
        } else if Quantity::parse(&format!("{number} {noun}")).is_ok() {
            let help = "what is counted is written in lower-case letters";
            repairs.push(Repair::new(stop.at, stop.at + stop.token.len(), noun).help(help));
        }
    }
    if moments::is_duration(last.rsplit(' ').next().unwrap_or_default())
        && moments::is_duration(stop.token)
    {
        repairs.push(
            Repair::new(last.len(), stop.at, "").help("the parts of a duration stand together"),
        );
    }
    grouped(stop, repairs);
    // `1%-5%`, `1%...5%`, `1% to 5%`, `[4..12]`
    let range = "a range has two points: `1%..5%`";
    for start in [stop.at, stop.word_start(last.len().saturating_sub(1))] {
        let here = &stop.head[start..];
        for mark in ["...", " to ", " - ", "–", "-", ".."] {
            let Some((low, high)) = here.split_once(mark) else {
                continue;
            };
            let figure = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
            let low = low.trim_start_matches(['[', '(']);
            if figure(low) && figure(high) && !low.contains(' ') {
                let closed = here.starts_with(['[', '(']) || before.ends_with(['(', '[']);
                let high_end = high.find([' ', ',']).unwrap_or(high.len());
                let to = start + here.len() - high.len() + high_end;
                let high = high[..high_end].trim_end_matches([']', ')']);
                let from = match before.ends_with(['(', '[']) {
                    true => start - 1,
                    false => start,
                };
                // `15-30m`: the unit is that of the upper end.
                let unit =
                    high.trim_start_matches(|digit: char| digit.is_ascii_digit() || digit == '.');
                let low = match low.ends_with(|last: char| last.is_ascii_digit()) {
                    true => format!("{low}{unit}"),
                    false => low.to_owned(),
                };
                let text = match closed {
                    true => format!("({low}..{high})"),
                    false => format!("{low}..{high}"),
                };
                repairs.push(Repair::new(from, to, text).safe().help(range));
            }
        }
    }
    // `.5%`
    if rest.starts_with('.') && !digit && !last.ends_with('.') {
        repairs.push(Repair::new(stop.at, stop.at, "0"));
    }
}

/// `10 000`, `10 000 000`, `1.000.000`: digits that are grouped with spaces or points.
fn grouped(stop: &Stop<'_>, repairs: &mut Vec<Repair>) {
    let before = stop.before();
    let last = before.trim_blanks_end();
    let figures = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mark = match stop.head[stop.at..].starts_with('.') {
        true => '.',
        false => ' ',
    };
    let word = last.rsplit(' ').next().unwrap_or_default();
    let mut groups = word.split(mark).map(str::to_owned).collect::<Vec<_>>();
    let mut rest = stop.head[last.len()..].strip_prefix(mark);
    let mut to = last.len();
    while let Some(group) = rest.filter(|group| figures(group) == 3) {
        groups.push(group[..3].to_owned());
        to += 4;
        rest = group[3..].strip_prefix(mark);
    }
    let whole = groups
        .iter()
        .all(|group| (1..=3).contains(&group.len()) && figures(group) == group.len());
    if to > last.len() && whole {
        let from = last.len() - word.len();
        let help = match mark {
            '.' => "digits are not grouped with points",
            _ => "digits are not grouped with spaces",
        };
        repairs.push(Repair::new(from, to, groups.concat()).help(help));
    }
}
