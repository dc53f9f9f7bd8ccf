use proptest::prelude::*;

use super::*;

fn exact(text: &str) -> Exact {
    Exact::parse(text).expect(text)
}

fn read(text: &str) -> Quantity {
    Quantity::parse(text).unwrap_or_else(|mistake| panic!("{text}: {mistake:?}"))
}

fn counted(noun: &str) -> Dimension {
    Dimension::Count {
        noun: Some(noun.into()),
    }
}

fn rated(noun: Option<&str>) -> Dimension {
    Dimension::Rate {
        noun: noun.map(String::from),
    }
}

#[test]
fn every_form_has_its_value_and_dimension() {
    let score = |of: i64, noun: Option<&str>| Dimension::Score {
        of: Some(Box::new(Exact::whole(of))),
        noun: noun.map(String::from),
    };
    let table: Vec<(&str, &str, Dimension)> = vec![
        ("250ms", "0.25", Dimension::Duration),
        ("30s", "30", Dimension::Duration),
        ("15m", "900", Dimension::Duration),
        ("1h30m", "5400", Dimension::Duration),
        ("1.5h", "5400", Dimension::Duration),
        (
            "1w2d3h4m5s6ms7us8ns",
            "788645.006007008",
            Dimension::Duration,
        ),
        ("3µs", "0.000003", Dimension::Duration),
        ("0s", "0", Dimension::Duration),
        ("0.1%", "0.001", Dimension::Ratio),
        ("150%", "1.5", Dimension::Ratio),
        ("-1%", "-0.01", Dimension::Ratio),
        ("1.2x", "1.2", Dimension::Ratio),
        ("+2pp", "0.02", Dimension::RatioDelta),
        ("-0.5pp", "-0.005", Dimension::RatioDelta),
        ("300Mi", "314572800", Dimension::Size),
        ("300MiB", "314572800", Dimension::Size),
        ("10GB", "10000000000", Dimension::Size),
        ("1kB", "1000", Dimension::Size),
        ("1KiB", "1024", Dimension::Size),
        ("3 pods", "3", counted("pod")),
        ("1 pod", "1", counted("pod")),
        ("1_000_000 users", "1000000", counted("user")),
        ("100k", "100000", Dimension::Count { noun: None }),
        ("1.5M users", "1500000", counted("user")),
        ("100k events/s", "100000", rated(Some("event"))),
        ("60 requests/m", "1", rated(Some("request"))),
        ("5 req/s", "5", rated(Some("request"))),
        ("100/s", "100", rated(None)),
        ("1/h", "1/3600", rated(None)),
        ("1/hour", "1/3600", rated(None)),
        ("50k/s", "50000", rated(None)),
        ("10MB/s", "10000000", rated(Some("byte"))),
        ("500 millicores", "0.5", Dimension::Cores),
        ("2 cores", "2", Dimension::Cores),
        ("1.20+", "1000000020", Dimension::Version),
        ("4.0/5.0", "4", score(5, None)),
        ("7/7", "7", score(7, None)),
        ("7/7 services", "7", score(7, Some("service"))),
        ("306+", "306", Dimension::Number),
        ("0.1", "0.1", Dimension::Number),
        ("-1", "-1", Dimension::Number),
        ("-0", "0", Dimension::Number),
        ("100+ users", "100", counted("user")),
        ("25h+", "90000", Dimension::Duration),
    ];
    for (text, value, dimension) in table {
        let quantity = read(text);
        assert_eq!(quantity.value, exact(value), "{text}");
        assert_eq!(quantity.dimension, dimension, "{text}");
        assert_eq!(quantity.written, text);
        assert_eq!(
            quantity.open_ended,
            text.contains('+') && !text.starts_with('+')
        );
    }
}

/// Token, message, suggested tokens.
#[test]
fn every_mistake_has_its_words() {
    let table: &[(&str, &str, &[&str])] = &[
        ("", "`` is not a quantity", &[]),
        ("abc", "`abc` is not a quantity", &[]),
        ("NaN", "`NaN` is not a quantity", &[]),
        ("inf", "`inf` is not a quantity", &[]),
        (".5", "a number begins with a digit", &["0.5"]),
        ("-.5%", "a number begins with a digit", &["-0.5%"]),
        ("5.", "a digit is missing behind the decimal point", &["5"]),
        (
            "5.%",
            "a digit is missing behind the decimal point",
            &["5%"],
        ),
        ("0x10", "`0x10` is not a decimal number", &[]),
        ("1e3", "a number has no exponent", &["1000"]),
        ("1e999", "a number has no exponent", &[]),
        ("1e", "a number has no exponent", &[]),
        ("25e-2", "a number has no exponent", &["0.25"]),
        ("007", "`007` begins with a zero", &["7"]),
        ("00.5%", "`00` begins with a zero", &["0.5%"]),
        (
            "1_00",
            "`_` groups digits by three, left of the point",
            &["100"],
        ),
        (
            "1000_000",
            "`_` groups digits by three, left of the point",
            &["1000000"],
        ),
        (
            "50,000",
            "a comma does not stand in a number",
            &["50_000", "50.000"],
        ),
        ("0,5%", "a comma does not stand in a number", &["0.5%"]),
        (
            "12345678901234567890",
            "a number has at most 18 digits",
            &[],
        ),
        (
            "99999999999999h",
            "`99999999999999h` is more than a hundred years",
            &[],
        ),
        ("1.2.3", "`1.2.3` is not a number", &[]),
        ("200MS", "`MS` is not a unit", &["200ms"]),
        ("5min", "`min` is not a unit", &["5m"]),
        ("5S", "`S` is not a unit", &["5s"]),
        ("15X", "`X` is not a unit", &["15x"]),
        ("300K", "`K` is not a unit", &["300k", "300KiB", "300kB"]),
        ("10Gb", "`Gb` is not a unit", &["10GB", "10GiB"]),
        ("10G", "`G` is not a unit", &["10GiB", "10GB"]),
        ("3mo", "`mo` is not a unit", &[]),
        ("1y", "`y` is not a unit", &[]),
        ("200rps", "`rps` is not a unit", &["200 requests/s"]),
        (
            "500millicores",
            "`millicores` is not a unit",
            &["500 millicores"],
        ),
        ("3pods", "`pods` is not a unit", &["3 pods"]),
        ("1h1h", "the unit `h` stands twice in `1h1h`", &["2h"]),
        (
            "30m1h",
            "`h` stands behind the smaller `m` in `30m1h`",
            &["1h30m"],
        ),
        (
            "1.5h30m",
            "a fraction stands in a compound duration, in `1.5h30m`",
            &["2h"],
        ),
        ("1h05m", "a part begins with a zero in `1h05m`", &["1h5m"]),
        ("1h30min", "`min` is not a unit of time", &["1h30m"]),
        ("1h5%", "`%` is not a unit of time", &[]),
        (
            "+5%",
            "a `+` stands only before a difference in percentage points",
            &["+5pp", "5%"],
        ),
        (
            "+5m",
            "a `+` stands only before a difference in percentage points",
            &["5m"],
        ),
        ("-5m", "a duration is not below zero", &["5m"]),
        ("-3 pods", "a count is not below zero", &["3 pods"]),
        (
            "5 minutes",
            "`minutes` is a unit, not something that is counted",
            &["5m"],
        ),
        (
            "25+ hours",
            "`hours` is a unit, not something that is counted",
            &["25h+"],
        ),
        (
            "200 ms",
            "`ms` is a unit, not something that is counted",
            &["200ms"],
        ),
        (
            "50 %",
            "`%` is a unit, not something that is counted",
            &["50%"],
        ),
        (
            "300 MiB",
            "`MiB` is a unit, not something that is counted",
            &["300MiB"],
        ),
        (
            "95 percent",
            "`percent` is a unit, not something that is counted",
            &["95%"],
        ),
        (
            "3 Pods",
            "`Pods` is not something that is counted",
            &["3 pods"],
        ),
        (
            "5m pods",
            "`5m` is a duration, and `pods` is left over",
            &["5m"],
        ),
        ("100/sec", "`/sec` is not a rate", &["100/s"]),
        (
            "100k events/sec",
            "`/sec` is not a rate",
            &["100k events/s"],
        ),
        ("5%/h", "`%/h` is not a rate", &[]),
        (
            "100req/s",
            "a space is missing between the number and `req`",
            &["100 req/s"],
        ),
        ("8/7", "the score `8/7` is more than the highest", &[]),
        ("1/0", "`1/0` is not a score", &[]),
    ];
    for (text, message, suggestions) in table {
        let mistake = Quantity::parse(text).expect_err(text);
        assert_eq!(mistake.message, *message, "{text}");
        let offered: Vec<&str> = mistake
            .suggestions
            .iter()
            .map(|(_, text)| text.as_str())
            .collect();
        assert_eq!(offered, *suggestions, "{text}");
    }
}

#[test]
fn arithmetic_is_exact() {
    let sum = read("0.1%").value.plus(read("0.2%").value);
    assert_eq!(sum, Some(read("0.3%").value));
    let third = Exact::fraction(1, 3).expect("in bounds");
    assert_eq!(third.times(Exact::whole(3)), Some(Exact::ONE));
    assert_eq!(third.to_string(), "1/3");
    assert_eq!(third.to_decimal(), None);
    assert_eq!(third.truncated(4), "0.3333");
    assert_eq!(read("0.3%").value.to_string(), "0.003");
    assert_eq!(exact("-7.5").floor(), -8);
    assert_eq!(exact("-7.5").ceiling(), -7);
    assert_eq!(exact("7.5").ceiling(), 8);
    assert_eq!(Exact::ONE.divided_by(Exact::ZERO), None);
}

#[test]
fn json_loses_nothing() {
    for text in [
        "0",
        "-3",
        "0.001",
        "9007199254740991",
        "1/3",
        "9007199254740993",
        "0.1234567890123456789",
    ] {
        let value = exact(text);
        let json = serde_json::to_string(&value).expect("json");
        assert_eq!(
            serde_json::from_str::<Exact>(&json).expect(&json),
            value,
            "{json}"
        );
    }
    assert_eq!(
        serde_json::to_string(&exact("0.001")).expect("json"),
        "0.001"
    );
    assert_eq!(serde_json::to_string(&exact("200")).expect("json"), "200");
    assert_eq!(
        serde_json::to_string(&exact("1/3")).expect("json"),
        "\"1/3\""
    );
    let quantity = read("100k events/s");
    let json = serde_json::to_string(&quantity).expect("json");
    assert_eq!(
        json,
        r#"{"value":100000,"kind":"rate","noun":"event","written":"100k events/s"}"#
    );
    assert_eq!(
        serde_json::from_str::<Quantity>(&json).expect("json"),
        quantity
    );
}

#[test]
fn units_convert() {
    let table = [
        ("200ms", "seconds", "0.2"),
        ("200ms", "s", "0.2"),
        ("2s", "ms", "2000"),
        ("95%", "ratio", "0.95"),
        ("0.5%", "percent", "0.5"),
        ("300Mi", "bytes", "314572800"),
        ("500 millicores", "cores", "0.5"),
        ("1/h", "per-hour", "1"),
        ("100k events/s", "/s", "100000"),
        ("60 requests/m", "requests/s", "1"),
        ("10MB/s", "bytes/s", "10000000"),
        ("10MB/s", "megabytes/s", "10"),
        ("3 pods", "count", "3"),
        ("3 pods", "pods", "3"),
        ("3", "count", "3"),
    ];
    for (text, unit, value) in table {
        assert_eq!(
            read(text).in_unit(unit),
            Some(exact(value)),
            "{text} in {unit}"
        );
    }
    assert_eq!(read("200ms").in_unit("ratio"), None);
    assert_eq!(read("3 pods").in_unit("nodes"), None);
    assert_eq!(read("5 events/s").in_unit("requests/s"), None);
    let unknown = Unit::parse("milisecond").expect_err("a mistake");
    assert_eq!(unknown.message, "`milisecond` is not a unit");
    assert_eq!(unknown.suggestions[0].1, "milliseconds");
    assert_eq!(
        Unit::parse("MS").expect_err("a mistake").suggestions[0].1,
        "ms"
    );
    assert_eq!(
        Unit::parse("requests/sec")
            .expect_err("a mistake")
            .suggestions[0]
            .1,
        "requests/s"
    );
}

#[test]
fn ranges_share_their_unit() {
    let contains = |range: &str, value: &str| {
        Range::parse(range)
            .expect(range)
            .contains(read(value).value)
    };
    assert!(contains("1..5%", "1%") && contains("1..5%", "5%") && !contains("1..5%", "5.1%"));
    assert!(contains("1%..<5%", "4.9%") && !contains("1%..<5%", "5%"));
    assert!(contains("4..6h", "5h") && contains("4h..6h", "4h"));
    assert!(contains("5..6 pods", "5 pods") && contains("3..10", "10"));
    assert!(contains("500ms .. 2s", "1s"));
    assert!(contains("3k..5k events/s", "4000 events/s"));
    let range = Range::parse("1 ..< 5%").expect("a range");
    assert_eq!(range.to_string(), "1..<5%");
    assert_eq!(range.low.dimension, Dimension::Ratio);

    let mistake = |text: &str| {
        let mistake = Range::parse(text).expect_err(text);
        let texts: Vec<String> = mistake
            .suggestions
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        (mistake.message, texts)
    };
    assert_eq!(
        mistake("5%..1%"),
        (
            "the range runs backwards, from `5%` to `1%`".into(),
            vec!["1%..5%".into()]
        )
    );
    assert_eq!(
        mistake("1%..500ms").0,
        "`1%` is a ratio and `500ms` is a duration"
    );
    assert_eq!(
        mistake("1..1h30m").0,
        "`1` is a number and `1h30m` is a duration"
    );
    assert_eq!(mistake("5%..<5%").0, "nothing lies between `5%` and `<5%`");
    assert_eq!(
        mistake("1% .. 5min"),
        ("`min` is not a unit".into(), vec!["1% .. 5m".into()])
    );
    assert_eq!(mistake("3+..10").1, ["3..10"]);
}

#[test]
fn durations_are_friendly() {
    for (seconds, text) in [
        ("90", "1m30s"),
        ("0", "0s"),
        ("0.2", "200ms"),
        ("1.5", "1s500ms"),
        ("86400", "1d"),
        ("2592000", "30d"),
        ("1209600", "2w"),
        ("129600", "1d12h"),
        ("-21600", "-6h"),
        ("0.0000001", "100ns"),
    ] {
        assert_eq!(duration_text(exact(seconds)), text);
    }
}

#[test]
fn what_does_not_fit_is_told() {
    let texts = |text: &str, expected: &Dimension| -> Vec<String> {
        let suggested = read(text).suggest(expected);
        suggested.into_iter().map(|(_, text)| text).collect()
    };
    assert_eq!(texts("0.1", &Dimension::Ratio), ["0.1%", "10%"]);
    assert_eq!(texts("5", &Dimension::Ratio), ["5%"]);
    assert_eq!(texts("300m", &Dimension::Size), ["300MiB", "300MB"]);
    assert_eq!(texts("500m", &Dimension::Cores), ["500 millicores"]);
    assert_eq!(
        texts("200", &Dimension::Duration),
        ["200ms", "200s", "200m"]
    );
    assert_eq!(texts("2%", &Dimension::RatioDelta), ["+2pp"]);
    assert_eq!(
        texts("100k requests", &rated(Some("request"))),
        ["100k requests/s"]
    );
    assert_eq!(texts("200ms", &Dimension::Ratio), Vec::<String>::new());

    assert_eq!(read("0.1").fit(&Dimension::Ratio), None);
    assert_eq!(
        read("6").fit(&counted("pod")).map(|q| q.dimension),
        Some(counted("pod"))
    );
    let version = read("1.20").fit(&Dimension::Version).expect("a version");
    assert!(
        version.value
            > read("1.9")
                .fit(&Dimension::Version)
                .expect("a version")
                .value
    );
    assert_eq!(version.value, read("1.20+").value);
    assert_eq!(read("5 events/s").compare(&read("5 requests/s")), None);
    assert_eq!(read("200ms").compare(&read("0.2s")), Some(Ordering::Equal));
}

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
