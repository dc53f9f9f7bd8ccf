use super::*;

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
            "digits are not grouped with `,`",
            &["50000", "50k"],
        ),
        ("0,5%", "decimals stand behind a point", &["0.5%"]),
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
