mod laws;
mod mistakes;

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
        let suggested = read(text).suggest(expected, &[]);
        suggested.into_iter().map(|(_, text)| text).collect()
    };
    assert_eq!(texts("0.1", &Dimension::Ratio), ["0.1%", "10%"]);
    assert_eq!(texts("5", &Dimension::Ratio), ["5%"]);
    assert_eq!(texts("300m", &Dimension::Size), ["300MiB", "300MB"]);
    assert_eq!(texts("500m", &Dimension::Cores), ["500 millicores"]);
    assert_eq!(
        texts("200", &Dimension::Duration),
        ["200s", "200m", "200ms"]
    );
    let likely = |text: &str, expected: &Dimension, likely: &[&str]| -> Vec<String> {
        let suggested = read(text).suggest(expected, likely);
        suggested.into_iter().map(|(_, text)| text).collect()
    };
    assert_eq!(
        likely("15", &Dimension::Duration, &["m", "s"]),
        ["15m", "15s"]
    );
    assert_eq!(likely("2", &Dimension::Ratio, &["x", "%"]), ["2x", "2%"]);
    assert_eq!(likely("2", &Dimension::Ratio, &["%"]), ["2%"]);
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

#[test]
fn another_value_is_written_in_the_unit_of_the_author() {
    let table = [
        ("1500ms", "2.5", "2500ms"),
        ("1500ms", "1.5", "1500ms"),
        ("1m30s", "100", "1m40s"),
        ("90m", "7200", "120m"),
        ("15m", "450", "7m30s"),
        ("24h", "129600", "36h"),
        ("5s", "2.5", "2.5s"),
        ("99.90%", "0.999", "99.90%"),
        ("99.90%", "0.995", "99.5%"),
        ("0.5%", "0.01", "1%"),
        ("1.5x", "2", "2x"),
        ("500MB", "1000000000", "1000MB"),
        ("1 pod", "3", "3 pods"),
        ("3 pods", "1", "1 pod"),
        ("100k events", "150000", "150k events"),
        ("+2pp", "0.05", "+5pp"),
        ("+2pp", "-0.01", "-1pp"),
        ("60/m", "2", "120/m"),
        ("1s", "0.000001", "1us"),
        ("0ms", "2", "2s"),
    ];
    for (written, value, expected) in table {
        let like = read(written).like(exact(value));
        assert_eq!(like.written, expected, "{value} like {written}");
        assert_eq!(like.value, exact(value), "{value} like {written}");
        assert_eq!(read(&like.written).value, exact(value), "{}", like.written);
    }
}

#[test]
fn digits_are_not_grouped_as_in_prose() {
    let table: &[(&str, &[&str])] = &[
        ("10,000", &["10000", "10k"]),
        ("10,000 dollars", &["10000 dollars", "10k dollars"]),
        ("1,000,000", &["1000000", "1M"]),
        ("1.000.000", &["1000000", "1M"]),
        ("10'000", &["10000", "10k"]),
        ("10’000", &["10000", "10k"]),
        ("1,23,456", &["123456"]),
        ("1,234s", &["1234s"]),
        ("10,000 requests/s", &["10000 requests/s", "10k requests/s"]),
        ("10,000.50 dollars", &["10000.50 dollars"]),
        ("10.000,50 dollars", &["10000.50 dollars"]),
        ("-10,000", &["-10000"]),
        ("99,9%", &["99.9%"]),
        ("0,125", &["0.125"]),
        ("1,5h", &["1.5h"]),
        ("1.2.3", &[]),
    ];
    for (written, expected) in table {
        let mistake = Quantity::parse(written).expect_err(written);
        let offered: Vec<&str> = mistake
            .suggestions
            .iter()
            .map(|(_, text)| text.as_str())
            .collect();
        assert_eq!(&offered, expected, "{written}: {}", mistake.message);
    }
}
