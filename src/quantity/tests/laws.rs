use proptest::prelude::*;

use super::*;

fn whole_nanoseconds() -> impl Strategy<Value = Exact> {
    (0_i128..3_000_000_000_000_000_000)
        .prop_map(|nanos| Exact::fraction(nanos, 1_000_000_000).expect("in bounds"))
}

fn decimals() -> impl Strategy<Value = Exact> {
    (0_i128..10_000_000_000, 0_u32..5).prop_map(|(digits, places)| {
        Exact::fraction(digits, 10_i128.pow(places)).expect("in bounds")
    })
}

fn dimensions() -> impl Strategy<Value = Dimension> {
    let noun = || proptest::option::of("[a-z]{3,8}");
    prop_oneof![
        Just(Dimension::Ratio),
        Just(Dimension::RatioDelta),
        Just(Dimension::Size),
        Just(Dimension::Cores),
        Just(Dimension::Number),
        noun().prop_map(|noun| Dimension::Count { noun }),
        noun().prop_map(|noun| Dimension::Rate { noun }),
    ]
}

/// Pieces that tokens are made of, so that random texts come near to real ones.
fn nearly_tokens() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[0-9]{1,4}",
        "[0-9._,+-]{1,3}",
        "[a-zA-Z%µμ/ ]{1,4}",
        proptest::sample::select(unit::UNITS).prop_map(|unit| unit.text.to_string()),
        proptest::sample::select(vec![
            "..",
            "..<",
            " pods",
            "/s",
            "/sec",
            " events/m",
            "e9",
            "T",
            ":"
        ])
        .prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn durations_print_and_parse(seconds in whole_nanoseconds()) {
        let printed = Quantity::of(seconds, Dimension::Duration);
        let read = Quantity::parse(&printed.written);
        prop_assert_eq!(read, Ok(printed));
    }

    #[test]
    fn quantities_print_and_parse(value in decimals(), dimension in dimensions()) {
        let printed = Quantity::of(value, dimension);
        // A random noun may be a unit spelled out (`min`) or a plural.
        let noun = match printed.dimension.clone() {
            Dimension::Count { noun } | Dimension::Rate { noun } => noun,
            Dimension::Duration
            | Dimension::Ratio
            | Dimension::RatioDelta
            | Dimension::Size
            | Dimension::Cores
            | Dimension::Version
            | Dimension::Score { .. }
            | Dimension::Number => None,
        };
        let plain = noun.is_none_or(|noun| {
            dimension::singular(&noun) == noun
                && dimension::singular(&dimension::plural(&noun)) == noun
                && unit::spelled_out(&noun).is_none()
                && unit::spelled_out(&dimension::plural(&noun)).is_none()
                && unit::spelled(&noun).is_none()
        });
        prop_assume!(plain);
        let digits = printed.written.bytes().filter(u8::is_ascii_digit).count();
        prop_assume!(digits <= 18);
        prop_assert_eq!(Quantity::parse(&printed.written), Ok(printed));
    }

    #[test]
    fn nothing_panics(text in prop_oneof![any::<String>(), nearly_tokens()]) {
        let _ = Exact::parse(&text);
        let _ = Unit::parse(&text);
        let range = Range::parse(&text);
        for mistake in [Quantity::parse(&text).err(), range.err()].into_iter().flatten() {
            prop_assert!(mistake.start <= mistake.end && mistake.end <= text.len(), "{:?} {:?}", text, mistake);
            prop_assert!(text.is_char_boundary(mistake.start) && text.is_char_boundary(mistake.end));
            prop_assert!(!mistake.message.is_empty() && !mistake.message.ends_with('.'));
        }
    }

    #[test]
    fn every_suggestion_can_be_read(text in nearly_tokens()) {
        if let Err(mistake) = Quantity::parse(&text) {
            for (title, replacement) in mistake.suggestions {
                prop_assert!(Quantity::parse(&replacement).is_ok(), "{:?}: {:?}", text, replacement);
                prop_assert_eq!(title, format!("write `{replacement}`"));
            }
        }
    }

    #[test]
    fn order_agrees_with_rational_arithmetic(
        a in any::<i64>(), b in 1..i64::MAX, c in any::<i64>(), d in 1..i64::MAX,
    ) {
        let left = Exact::fraction(a.into(), b.into()).expect("in bounds");
        let right = Exact::fraction(c.into(), d.into()).expect("in bounds");
        let (a, b, c, d) = (i128::from(a), i128::from(b), i128::from(c), i128::from(d));
        prop_assert_eq!(left.cmp(&right), (a * d).cmp(&(c * b)));
    }

    #[test]
    fn sums_and_products_are_undone(a in decimals(), b in decimals()) {
        prop_assert_eq!(a.plus(b).and_then(|sum| sum.minus(b)), Some(a));
        if !b.is_zero() {
            prop_assert_eq!(a.times(b).and_then(|product| product.divided_by(b)), Some(a));
        }
    }

    #[test]
    fn exact_numbers_survive_json(above in any::<i128>(), below in 1..i128::MAX) {
        let value = Exact::fraction(above >> 10, below >> 10);
        prop_assume!(value.is_some());
        let value = value.expect("assumed");
        let json = serde_json::to_string(&value).expect("json");
        prop_assert_eq!(serde_json::from_str::<Exact>(&json).expect("json"), value);
        prop_assert_eq!(Exact::parse(&value.to_string()), Some(value));
    }

    #[test]
    fn decimals_survive_json(value in decimals()) {
        let json = serde_json::to_string(&value).expect("json");
        prop_assert!(!json.contains('"'));
        prop_assert_eq!(serde_json::from_str::<Exact>(&json).expect("json"), value);
    }

    #[test]
    fn compounds_are_sums(parts in proptest::collection::vec(0_i64..60, 5)) {
        let units = ["d", "h", "m", "s", "ms"];
        let text: String = parts.iter().zip(units).map(|(n, unit)| format!("{n}{unit}")).collect();
        let sum = parts.iter().zip(units).try_fold(Exact::ZERO, |sum, (n, unit)| {
            sum.plus(Quantity::parse(&format!("{n}{unit}")).ok()?.value)
        });
        prop_assert_eq!(Quantity::parse(&text).ok().map(|q| q.value), sum);
    }
}
