//! Durations of several units.

use super::number::{Parts, digits_end, shown, too_long};
use super::print::duration_text;
use super::unit::{Kind, near_units, spelled};
use super::{Exact, Mistake};

/// `1h30m`: durations, descending, whole, each unit once.
pub(super) fn compound(parts: &Parts<'_>) -> Result<Exact, Mistake> {
    let text = parts.text;
    let end = parts.number_end + parts.attached.len();
    let mut components: Vec<(&str, Exact, Exact)> = Vec::new();
    let mut at = parts.sign.len();
    let mut zero = false;
    while at < end {
        let number_end = match at == parts.sign.len() {
            true => parts.number_end,
            false => digits_end(text.as_bytes(), at),
        };
        let unit_end = text[number_end..end]
            .find(|c: char| c.is_ascii_digit())
            .map_or(end, |length| number_end + length);
        let (number, unit) = (&text[at..number_end], &text[number_end..unit_end]);
        let known = spelled(unit).filter(|unit| unit.kind == Kind::Duration);
        let (Some(known), Some(count)) = (known, Exact::decimal(&number.replace('_', ""))) else {
            let mistake = Mistake::new(
                number_end,
                unit_end.max(number_end),
                format!("`{}` is not a unit of time", shown(unit)),
            )
            .help("a compound duration is written `1h30m`");
            let meant = near_units(unit)
                .into_iter()
                .filter(|unit| spelled(unit).is_some_and(|unit| unit.kind == Kind::Duration));
            let whole =
                meant.map(|unit| format!("{}{unit}{}", &text[..number_end], &text[unit_end..]));
            return Err(mistake.write_all(whole));
        };
        zero |= number.len() > 1 && number.starts_with('0') && !number.starts_with("0.");
        components.push((known.text, count, known.per_base()));
        at = unit_end;
    }
    let mut total = Exact::ZERO;
    for (_, count, factor) in &components {
        let seconds = count.times(*factor).and_then(|part| total.plus(part));
        total = seconds.ok_or_else(|| too_long(parts))?;
    }
    let rest = &text[end..];
    let fail = |message: &str| {
        let mistake = Mistake::new(0, end, format!("{message} in `{}`", shown(&text[..end])));
        Err(mistake.write(format!("{}{}{rest}", parts.sign, duration_text(total))))
    };
    if components
        .iter()
        .any(|(_, count, _)| count.to_whole().is_none())
    {
        return fail("a fraction stands in a compound duration,");
    }
    if zero {
        return fail("a part begins with a zero");
    }
    for pair in components.windows(2) {
        let [(left, _, large), (right, _, small)] = pair else {
            continue;
        };
        if large == small || components.iter().filter(|(unit, ..)| unit == left).count() > 1 {
            return fail(&format!("the unit `{left}` stands twice"));
        }
        if large < small {
            return fail(&format!("`{right}` stands behind the smaller `{left}`"));
        }
    }
    Ok(total)
}
