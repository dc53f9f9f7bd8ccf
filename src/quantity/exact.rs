//! Exact rational numbers: what a spec says in decimals is kept to the last digit.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use num_rational::Ratio;
use num_traits::{CheckedAdd, CheckedMul, CheckedSub, Signed, Zero};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An exact rational number. Arithmetic is checked; there is no rounding and no infinity.
///
/// As JSON it is a number where a double keeps every digit (an integer below 2^53, or a decimal of
/// at most fifteen significant digits), and else a string: a decimal (`"0.0000000000000000001"`) or
/// a fraction (`"1/3"`). Reading it back gives the same value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Exact(Ratio<i128>);

/// Numerators and denominators stay below this, so that no step of the arithmetic can overflow.
const LIMIT: i128 = 1 << 120;

fn is_bounded(part: i128) -> bool {
    part > -LIMIT && part < LIMIT
}

/// The largest integer that every reader of JSON keeps.
const JSON_INTEGER: i128 = (1 << 53) - 1;

impl Exact {
    /// 0.
    pub const ZERO: Exact = Exact(Ratio::new_raw(0, 1));
    /// 1.
    pub const ONE: Exact = Exact(Ratio::new_raw(1, 1));

    /// A whole number.
    pub const fn whole(value: i64) -> Exact {
        Exact(Ratio::new_raw(value as i128, 1))
    }

    /// `numerator / denominator`; nothing where the denominator is 0 or a part is out of bounds (2^120).
    pub fn fraction(numerator: i128, denominator: i128) -> Option<Exact> {
        if denominator == 0 || !is_bounded(numerator) || !is_bounded(denominator) {
            return None;
        }
        // Most numbers are whole, and need not be reduced.
        Some(Exact(match denominator {
            1 => Ratio::new_raw(numerator, 1),
            _ => Ratio::new(numerator, denominator),
        }))
    }

    /// A decimal such as `-12.5`: digits, and digits behind the point if there is one.
    /// Nothing for any other text, and for more digits than fit.
    pub fn decimal(text: &str) -> Option<Exact> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(part) || digits.ends_with('.') {
            return None;
        }
        let mut value: i128 = 0;
        let mut scale: i128 = 1;
        for byte in whole.bytes() {
            value = push_digit(value, byte)?;
        }
        for byte in part.bytes() {
            value = push_digit(value, byte)?;
            scale = scale.checked_mul(10)?;
        }
        Exact::fraction(if negative { -value } else { value }, scale)
    }

    /// A decimal or a fraction `1/3`, as [`Exact`] prints itself.
    pub fn parse(text: &str) -> Option<Exact> {
        match text.split_once('/') {
            Some((above, below)) => {
                let below = Exact::decimal(below)?;
                Exact::decimal(above)?.divided_by(below)
            }
            None => Exact::decimal(text),
        }
    }

    /// A number that is reduced already; nothing where it is out of bounds.
    fn bounded(value: Ratio<i128>) -> Option<Exact> {
        (is_bounded(*value.numer()) && is_bounded(*value.denom())).then_some(Exact(value))
    }

    /// The sum; nothing where it is out of bounds.
    pub fn plus(self, other: Exact) -> Option<Exact> {
        self.0.checked_add(&other.0).and_then(Exact::bounded)
    }

    /// The difference; nothing where it is out of bounds.
    pub fn minus(self, other: Exact) -> Option<Exact> {
        self.0.checked_sub(&other.0).and_then(Exact::bounded)
    }

    /// The product; nothing where it is out of bounds.
    pub fn times(self, other: Exact) -> Option<Exact> {
        if self.0.is_integer() && other.0.is_integer() {
            let product = i128::checked_mul(*self.0.numer(), *other.0.numer())?;
            return Exact::fraction(product, 1);
        }
        self.0.checked_mul(&other.0).and_then(Exact::bounded)
    }

    /// The quotient; nothing where the divisor is 0 or the quotient is out of bounds.
    pub fn divided_by(self, other: Exact) -> Option<Exact> {
        if other.is_zero() {
            return None;
        }
        let (above, below) = (*other.0.numer(), *other.0.denom());
        let reciprocal = match above < 0 {
            true => Ratio::new_raw(-below, -above),
            false => Ratio::new_raw(below, above),
        };
        self.0.checked_mul(&reciprocal).and_then(Exact::bounded)
    }

    /// The same number with the other sign.
    pub fn negated(self) -> Exact {
        Exact(Ratio::new_raw(-*self.0.numer(), *self.0.denom()))
    }

    /// Without its sign.
    pub fn magnitude(self) -> Exact {
        Exact(self.0.abs())
    }

    /// Whether it is 0.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether it is below 0.
    pub fn is_negative(self) -> bool {
        *self.0.numer() < 0
    }

    /// The whole number it is, if it is one.
    pub fn to_whole(self) -> Option<i128> {
        self.0.is_integer().then(|| *self.0.numer())
    }

    /// The largest whole number that is not above it.
    pub fn floor(self) -> i128 {
        self.0.numer().div_euclid(*self.0.denom())
    }

    /// The smallest whole number that is not below it.
    pub fn ceiling(self) -> i128 {
        -(-*self.0.numer()).div_euclid(*self.0.denom())
    }

    /// Numerator and denominator, reduced; the denominator is positive.
    pub fn parts(self) -> (i128, i128) {
        (*self.0.numer(), *self.0.denom())
    }

    /// The decimal that is exactly this number; nothing for a number such as 1/3.
    pub fn to_decimal(self) -> Option<String> {
        let mut below = *self.0.denom();
        for prime in [2, 5] {
            while below % prime == 0 {
                below /= prime;
            }
        }
        (below == 1).then(|| self.digits(u32::MAX))
    }

    /// The decimal with at most `places` digits behind the point, cut off and not rounded.
    pub fn truncated(self, places: u32) -> String {
        self.digits(places)
    }

    fn digits(self, places: u32) -> String {
        let below = self.0.denom().unsigned_abs();
        let above = self.0.numer().unsigned_abs();
        let mut text = (above / below).to_string();
        let mut rest = above % below;
        let mut part = String::new();
        while rest != 0 && (part.len() as u32) < places {
            rest *= 10;
            let digit = (rest / below) as u32;
            part.push(char::from_digit(digit, 10).unwrap_or('0'));
            rest %= below;
        }
        let part = part.trim_end_matches('0');
        if !part.is_empty() {
            text.push('.');
            text.push_str(part);
        }
        if self.is_negative() && text != "0" {
            text.insert(0, '-');
        }
        text
    }
}

fn push_digit(value: i128, byte: u8) -> Option<i128> {
    value.checked_mul(10)?.checked_add(i128::from(byte - b'0'))
}

impl From<i64> for Exact {
    fn from(value: i64) -> Self {
        Exact::whole(value)
    }
}

impl From<u32> for Exact {
    fn from(value: u32) -> Self {
        Exact::whole(i64::from(value))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A decimal where one is exact, else a fraction such as `1/3`.
impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_decimal() {
            Some(decimal) => f.write_str(&decimal),
            None => write!(f, "{}/{}", self.0.numer(), self.0.denom()),
        }
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(whole) = self.to_whole()
            && whole.abs() <= JSON_INTEGER
            && let Ok(whole) = i64::try_from(whole)
        {
            return serializer.serialize_i64(whole);
        }
        let text = self.to_string();
        let significant = text.trim_start_matches(['-', '0', '.']);
        let digits = significant.bytes().filter(u8::is_ascii_digit).count();
        if !text.contains('/')
            && digits <= 15
            && text.len() <= 32
            && let Ok(double) = text.parse::<f64>()
        {
            return serializer.serialize_f64(double);
        }
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Exact;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or a string with a decimal or a fraction")
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Exact, E> {
                Ok(Exact::whole(value))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Exact, E> {
                Exact::fraction(i128::from(value), 1).ok_or_else(|| E::custom("out of bounds"))
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Exact, E> {
                // The shortest decimal that names this double is the one that was written.
                self.visit_str(&value.to_string())
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Exact, E> {
                Exact::parse(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl schemars::JsonSchema for Exact {
    fn schema_name() -> Cow<'static, str> {
        "Exact".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An exact number: a JSON number where a double keeps every digit, else a string with a decimal or a fraction such as \"1/3\".",
            "anyOf": [
                { "type": "number" },
                { "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?(/[0-9]+)?$" }
            ]
        })
    }
}
