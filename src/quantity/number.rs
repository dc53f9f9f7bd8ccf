//! The number of a token: where it ends, and what is wrong with it.

use crate::blank::Blanks;

use std::borrow::Cow;

use super::{Exact, Mistake};

/// The most digits a number may have, on both sides of the point together.
pub(super) const DIGITS: usize = 18;

/// The parts of a token, as far as they can be told apart.
pub(super) struct Parts<'a> {
    /// The whole token.
    pub text: &'a str,
    /// `+`, `-` or nothing.
    pub sign: &'a str,
    /// Where the number ends.
    pub number_end: usize,
    /// The digits with the point, without sign and `_`.
    pub digits: Cow<'a, str>,
    /// What stands between the number and a `/`, `+` or space.
    pub attached: &'a str,
    /// What stands behind the `/` of the first word.
    pub slash: Option<&'a str>,
    /// Whether a `+` stands behind the first word.
    pub open: bool,
    /// What stands behind the first space, with its place.
    pub noun: Option<(usize, &'a str)>,
}

/// Takes the token apart; what is wrong with the number itself is found here.
pub(super) fn split(text: &str) -> Result<Parts<'_>, Mistake> {
    let bytes = text.as_bytes();
    let sign = match bytes.first() {
        Some(b'+') => "+",
        Some(b'-') => "-",
        Some(_) | None => "",
    };
    let begin = sign.len();
    if bytes.get(begin) == Some(&b'.') && bytes.get(begin + 1).is_some_and(u8::is_ascii_digit) {
        return Err(
            Mistake::new(begin, begin + 1, "a number begins with a digit")
                .write(format!("{sign}0{}", &text[begin..])),
        );
    }
    let whole_end = digits_end(bytes, begin);
    if whole_end == begin {
        return Err(Mistake::new(
            0,
            text.len(),
            format!("`{}` is not a quantity", shown(text)),
        )
        .help("a quantity is a number and its unit: `5m`, `0.5%`, `300MiB`, `3 pods`"));
    }
    if text[begin..].starts_with("0x") || text[begin..].starts_with("0X") {
        return Err(Mistake::new(
            0,
            text.len(),
            format!("`{}` is not a decimal number", shown(text)),
        )
        .help("numbers are written in decimal digits"));
    }
    let mut number_end = whole_end;
    if bytes.get(whole_end) == Some(&b'.') {
        let end = digits_end(bytes, whole_end + 1);
        if end == whole_end + 1 {
            return Err(Mistake::new(
                whole_end,
                whole_end + 1,
                "a digit is missing behind the decimal point",
            )
            .write(format!("{}{}", &text[..whole_end], &text[whole_end + 1..])));
        }
        number_end = end;
    }
    if let Some(mistake) = grouped(text, begin) {
        return Err(mistake);
    }
    let whole = &text[begin..whole_end];
    if bytes.get(number_end) == Some(&b'.') {
        return Err(
            Mistake::new(0, text.len(), format!("`{}` is not a number", shown(text)))
                .help("a version of three parts is a text: `\"1.2.3\"`"),
        );
    }
    let number = &text[begin..number_end];
    let mut digits = Cow::Borrowed(number);
    if number.contains('_') {
        digits = Cow::Owned(number.replace('_', ""));
        check_groups(text, begin, whole, number_end, &digits)?;
    }
    if whole.len() > 1 && whole.starts_with('0') {
        let stripped = digits.trim_start_matches('0');
        let stripped = match stripped.starts_with('.') || stripped.is_empty() {
            true => format!("0{stripped}"),
            false => stripped.to_string(),
        };
        return Err(
            Mistake::new(begin, whole_end, format!("`{whole}` begins with a zero"))
                .write(format!("{sign}{stripped}{}", &text[number_end..])),
        );
    }
    let rest = &text[number_end..];
    exponent(text, number_end, &digits, sign)?;
    let (head, noun) = match rest.find(' ') {
        Some(at) => {
            let noun = rest[at..].trim_blanks();
            let place = number_end + at + (rest[at..].len() - rest[at..].trim_blanks_start().len());
            (&rest[..at], (!noun.is_empty()).then_some((place, noun)))
        }
        None => (rest, None),
    };
    let (head, open) = match head.strip_suffix('+') {
        Some(head) => (head, true),
        None => (head, false),
    };
    let (attached, slash) = match head.split_once('/') {
        Some((attached, below)) => (attached, Some(below)),
        None => (head, None),
    };
    let parts = Parts {
        text,
        sign,
        number_end,
        digits,
        attached,
        slash,
        open,
        noun,
    };
    if parts.digits.bytes().filter(u8::is_ascii_digit).count() > DIGITS {
        return Err(too_long(&parts));
    }
    Ok(parts)
}

pub(super) fn digits_end(bytes: &[u8], from: usize) -> usize {
    let mut end = from;
    while bytes.get(end).is_some_and(u8::is_ascii_digit)
        || (end > from
            && bytes.get(end) == Some(&b'_')
            && bytes.get(end + 1).is_some_and(u8::is_ascii_digit))
    {
        end += 1;
    }
    end
}

pub(super) fn shown(text: &str) -> String {
    let mut short: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

pub(super) fn too_long(parts: &Parts<'_>) -> Mistake {
    let end = parts.number_end;
    Mistake::new(
        parts.sign.len(),
        end,
        format!("a number has at most {DIGITS} digits"),
    )
}

/// What groups digits or separates decimals elsewhere, and not here.
const MARKS: &[char] = &[',', '\'', '’', '.'];

/// A number whose digits are grouped (`10,000`, `1.000.000`, `10'000`) or whose decimals stand behind a comma
/// (`99,9`, `1.234,50`). Where the last mark is another one than those before, or what it separates is no group of
/// three, decimals stand behind it.
fn grouped(text: &str, begin: usize) -> Option<Mistake> {
    let figure = |letter: char| letter.is_ascii_digit() || MARKS.contains(&letter);
    let end = text[begin..]
        .find(|letter: char| !figure(letter))
        .map_or(text.len(), |length| begin + length);
    let number = text[begin..end].trim_end_matches(MARKS);
    let end = begin + number.len();
    let marks: Vec<char> = number.chars().filter(|mark| MARKS.contains(mark)).collect();
    let last = *marks.last()?;
    if marks == ['.'] {
        return None;
    }
    let groups: Vec<&str> = number.split(MARKS).collect();
    let (head, tail) = groups.split_at(1);
    let three = |group: &&str| group.len() == 3;
    let first = head
        .first()
        .is_some_and(|head| (1..=3).contains(&head.len()) && *head != "0");
    let alike = marks.iter().all(|mark| *mark == last);
    let write = |number: String| format!("{}{number}{}", &text[..begin], &text[end..]);
    let mistake = |message| Mistake::new(begin, end, message);
    let repeated = marks.len() > 1 && alike && last != '.';
    if repeated || first && alike && tail.iter().all(three) {
        let digits = groups.concat();
        let grouped = mistake(format!("digits are not grouped with `{last}`"))
            .help("a number is written without them, or with `_` between thousands");
        let short = match digits.strip_suffix("000") {
            Some(thousands) if text[end..].is_empty() || text[end..].starts_with([' ', '/']) => {
                Some(match thousands.strip_suffix("000") {
                    Some(millions) if !millions.is_empty() => format!("{millions}M"),
                    Some(_) | None => format!("{thousands}k"),
                })
            }
            Some(_) | None => None,
        };
        let grouped = grouped.write(write(digits));
        return Some(grouped.write_all(short.map(write)));
    }
    if last == '.' && marks.iter().filter(|mark| **mark == '.').count() > 1 {
        return None;
    }
    let (decimals, whole) = groups.split_last()?;
    let message = match last {
        ',' => "decimals stand behind a point".to_owned(),
        _ => format!("digits are not grouped with `{}`", marks[0]),
    };
    Some(mistake(message).write(write(format!("{}.{decimals}", whole.concat()))))
}

fn check_groups(
    text: &str,
    begin: usize,
    whole: &str,
    number_end: usize,
    digits: &str,
) -> Result<(), Mistake> {
    let groups: Vec<&str> = whole.split('_').collect();
    let part = &text[begin + whole.len()..number_end];
    let well = groups.iter().skip(1).all(|group| group.len() == 3)
        && (groups.len() == 1 || groups.first().is_some_and(|group| group.len() <= 3));
    if well && !part.contains('_') {
        return Ok(());
    }
    Err(Mistake::new(
        begin,
        number_end,
        "`_` groups digits by three, left of the point",
    )
    .write(format!("{}{digits}{}", &text[..begin], &text[number_end..])))
}

/// `1e6`: numbers have no exponent.
fn exponent(text: &str, at: usize, digits: &str, sign: &str) -> Result<(), Mistake> {
    let rest = &text[at..];
    let Some(power) = rest.strip_prefix(['e', 'E']) else {
        return Ok(());
    };
    let end = rest.find(' ').unwrap_or(rest.len());
    let power = &power[..end - 1];
    if !power.is_empty()
        && !power
            .trim_start_matches(['+', '-'])
            .bytes()
            .all(|byte| byte.is_ascii_digit())
    {
        return Ok(());
    }
    let mistake = Mistake::new(at, at + end, "a number has no exponent").help("write its digits");
    let written = power
        .parse::<i32>()
        .ok()
        .filter(|power| power.abs() <= 15)
        .and_then(|power| {
            let ten = Exact::whole(10_i64.pow(power.unsigned_abs()));
            let number = Exact::decimal(digits)?;
            match power < 0 {
                true => number.divided_by(ten),
                false => number.times(ten),
            }
        })
        .and_then(Exact::to_decimal)
        .filter(|written| written.bytes().filter(u8::is_ascii_digit).count() <= DIGITS);
    Err(match written {
        Some(written) => mistake.write(format!("{sign}{written}{}", &rest[end..])),
        None => mistake,
    })
}
