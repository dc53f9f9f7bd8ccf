use proptest::prelude::*;

use super::*;

fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap_or_else(|mistake| panic!("{text}: {mistake:?}"))
}

fn when(text: &str) -> When {
    When::parse(text).unwrap_or_else(|mistake| panic!("{text}: {mistake:?}"))
}

#[test]
fn every_form_prints_as_it_reads() {
    for text in [
        "2025-10-26",
        "2025-10-26 07:00",
        "2025-10-26 07:00 UTC",
        "2025-10-26 07:00:30 Europe/Berlin",
        "07:00",
        "07:00 America/New_York",
        "T",
        "T-6h",
        "T+1h30m",
        "T+24h",
    ] {
        assert_eq!(when(text).to_string(), text);
        let json = serde_json::to_string(&when(text)).expect("json");
        assert_eq!(
            serde_json::from_str::<When>(&json).expect("json"),
            when(text)
        );
    }
    assert_eq!(
        instant("2025-10-26  07:00:00\tUTC").to_string(),
        "2025-10-26 07:00 UTC"
    );
    for text in [
        "18:00",
        "07:30 Europe/Berlin",
        "Sat 01:00",
        "Sun 21:00 UTC",
        "2025-12-20",
        "2025-12-20 18:00 UTC",
    ] {
        assert_eq!(Moment::parse(text).expect(text).to_string(), text);
    }
    assert_eq!(instant("2025-10-26").weekday(), Weekday::Sun);
    assert_eq!(
        Offset::parse("T-6h").map(|offset| offset.seconds()),
        Ok(-21_600)
    );
    assert_eq!(Offset::of(5_400).to_string(), "T+1h30m");
}

/// Token, message, suggested tokens.
#[test]
fn every_mistake_has_its_words() {
    let table: &[(&str, &str, &[&str])] = &[
        ("2026-02-30", "February 2026 has 28 days", &["2026-02-28"]),
        (
            "2026-13-01 07:00",
            "there is no month 13",
            &["2026-01-13 07:00"],
        ),
        ("2026-1-5", "`2026-1-5` is not a date", &["2026-01-05"]),
        ("1925-01-01", "the year 1925 is before 1970", &[]),
        (
            "2026-01-20T07:00Z",
            "`2026-01-20T07:00Z` joins a date and a time",
            &["2026-01-20 07:00 UTC"],
        ),
        ("25:00", "there is no hour 25", &[]),
        ("24:00", "`24:00` is `00:00` of the next day", &["00:00"]),
        ("07:60", "there is no minute 60", &[]),
        ("7:00", "`7:00` is not a clock time", &["07:00"]),
        ("6:30 PM", "a day has 24 hours here", &["18:30"]),
        ("12:15am", "`12:15am` is not a clock time", &["00:15"]),
        (
            "07:00 Europe/Berlim",
            "`Europe/Berlim` is not a time zone",
            &["07:00 Europe/Berlin"],
        ),
        (
            "07:00 europe/berlin",
            "`europe/berlin` is not a time zone",
            &["07:00 Europe/Berlin"],
        ),
        (
            "07:00 Berlin",
            "`Berlin` is not a time zone",
            &["07:00 Europe/Berlin"],
        ),
        (
            "07:00 PST",
            "`PST` is not a time zone",
            &["07:00 America/Los_Angeles"],
        ),
        ("07:00 UTC today", "`today` is left over", &[]),
        (
            "2026-03-29 02:30 Europe/Berlin",
            "`02:30` does not exist on 2026-03-29 in `Europe/Berlin`, where clocks go forward",
            &[
                "2026-03-29 03:30 Europe/Berlin",
                "2026-03-29 01:30 Europe/Berlin",
            ],
        ),
        (
            "2025-10-26 02:30 Europe/Berlin",
            "`02:30` comes twice on 2025-10-26 in `Europe/Berlin`, where clocks roll back",
            &["2025-10-26 00:30 UTC", "2025-10-26 01:30 UTC"],
        ),
        ("T-0", "`T-0` is the start itself", &["T"]),
        (
            "T-24",
            "`24` is not a duration such as `5m`",
            &["T-24h", "T-24m", "T-24d"],
        ),
        ("T+5min", "`min` is not a unit", &["T+5m"]),
        ("T+500ms", "an offset counts whole seconds", &[]),
        ("t-6h", "`t-6h` is not an offset", &["T-6h"]),
        ("T6h", "`+` or `-` is missing behind `T`", &[]),
        ("noon", "`noon` is not a time", &[]),
    ];
    for (text, message, suggestions) in table {
        let mistake = When::parse(text).expect_err(text);
        assert_eq!(mistake.message, *message, "{text}");
        let offered: Vec<&str> = mistake
            .suggestions
            .iter()
            .map(|(_, text)| text.as_str())
            .collect();
        assert_eq!(offered, *suggestions, "{text}");
        for (_, replacement) in &mistake.suggestions {
            assert!(When::parse(replacement).is_ok(), "{replacement}");
        }
    }
    let day = Moment::parse("Saturday 01:00 UTC").expect_err("a mistake");
    assert_eq!(day.message, "`Saturday` is not a day of the week");
    assert_eq!(day.suggestions[0].1, "Sat 01:00 UTC");
    assert_eq!(
        Moment::parse("Sat").expect_err("a mistake").suggestions[0].1,
        "Sat 00:00"
    );
}

#[test]
fn times_resolve_from_the_start() {
    let start = instant("2025-10-26 07:00 Europe/Berlin");
    let resolve = |text: &str| {
        let resolved = when(text).resolve(Some(&start), None).expect(text);
        (resolved.at.map(|at| at.to_string()), resolved.offset)
    };
    let at = |text: &str| Some(text.to_string());
    assert_eq!(
        resolve("06:30"),
        (at("2025-10-26 06:30 Europe/Berlin"), Some(-1_800))
    );
    assert_eq!(
        resolve("08:00"),
        (at("2025-10-26 08:00 Europe/Berlin"), Some(3_600))
    );
    assert_eq!(
        resolve("08:00 UTC"),
        (at("2025-10-26 08:00 UTC"), Some(7_200))
    );
    assert_eq!(
        resolve("T+1h"),
        (at("2025-10-26 08:00 Europe/Berlin"), Some(3_600))
    );
    // Clocks roll back at 03:00 that morning: 24 hours before 07:00 is 08:00 in summer time.
    assert_eq!(
        resolve("T-24h"),
        (at("2025-10-25 08:00 Europe/Berlin"), Some(-86_400))
    );
    assert_eq!(
        resolve("2025-10-25 07:00"),
        (at("2025-10-25 07:00 Europe/Berlin"), Some(-90_000))
    );
    assert_eq!(resolve("2025-10-27"), (at("2025-10-27"), None));
    assert!(when("02:30").resolve(Some(&start), None).is_err());

    let next = instant("2025-10-27").date();
    let resolved = when("07:00")
        .resolve(Some(&start), Some(next))
        .expect("resolves");
    assert_eq!(resolved.offset, Some(86_400));

    let floating = instant("2025-10-26 07:00");
    let resolved = when("06:00")
        .resolve(Some(&floating), None)
        .expect("resolves");
    assert_eq!(resolved.offset, Some(-3_600));

    assert_eq!(when("07:00").resolve(None, None), Ok(Resolved::default()));
    let unknown = when("T-6h").resolve(None, None).expect("resolves");
    assert_eq!((unknown.at, unknown.offset), (None, Some(-21_600)));
    assert_eq!(instant("1970-01-02 00:00 UTC").unix_seconds(), Some(86_400));
}

#[test]
fn freezes_cover_weeks_and_days() {
    let between = |at: &str, from: &str, to: &str| {
        let (from, to) = (
            Moment::parse(from).expect(from),
            Moment::parse(to).expect(to),
        );
        lies_between(&instant(at), &from, &to, None)
    };
    // 2025-10-25 is a Saturday.
    assert_eq!(
        between("2025-10-25 12:00 UTC", "Sat 01:00", "Sun 21:00 UTC"),
        Some(true)
    );
    assert_eq!(
        between("2025-10-26 21:00 UTC", "Sat 01:00", "Sun 21:00 UTC"),
        Some(false)
    );
    assert_eq!(
        between(
            "2025-10-27 00:30 Europe/Berlin",
            "Sun 22:00",
            "Mon 06:00 UTC"
        ),
        Some(true)
    );
    assert_eq!(
        between("2025-10-26 22:00 UTC", "Fri 18:00", "Mon 06:00 UTC"),
        Some(true)
    );
    assert_eq!(
        between("2025-12-24 09:00 UTC", "2025-12-20", "2025-12-24"),
        Some(true)
    );
    assert_eq!(
        between("2025-12-25 00:00 UTC", "2025-12-20", "2025-12-24"),
        Some(false)
    );
    assert_eq!(
        between("2025-12-20 17:00 UTC", "2025-12-20 18:00 UTC", "2026-01-02"),
        Some(false)
    );
    // Over midnight, in the zone of the freeze.
    assert_eq!(
        between("2025-12-20 22:00 UTC", "16:00", "09:00 UTC"),
        Some(true)
    );
    assert_eq!(
        between("2025-12-20 08:59 UTC", "16:00", "09:00 UTC"),
        Some(true)
    );
    assert_eq!(
        between("2025-12-20 08:30 UTC", "16:00", "09:00 Europe/Berlin"),
        Some(false)
    );
    assert_eq!(
        between("2025-12-20 12:00 UTC", "09:00 UTC", "18:00 UTC"),
        Some(true)
    );
    assert_eq!(between("2025-12-20 12:00 UTC", "09:00", "Sat 18:00"), None);
    assert_eq!(between("2025-12-20", "Sat 01:00", "Sun 21:00 UTC"), None);
}

proptest! {
    #[test]
    fn nothing_panics(text in prop_oneof![any::<String>(), "[T0-9:+ -]{0,24}", "20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}( [A-Z][a-z]{2,6}(/[A-Z][a-z]{2,6})?)?"]) {
        let moment = Moment::parse(&text).err();
        let zone = Zone::parse(&text).err();
        for mistake in [When::parse(&text).err(), moment, zone].into_iter().flatten() {
            prop_assert!(mistake.start <= mistake.end && mistake.end <= text.len(), "{:?} {:?}", text, mistake);
            prop_assert!(text.is_char_boundary(mistake.start) && text.is_char_boundary(mistake.end));
        }
    }

    #[test]
    fn what_is_read_prints_and_parses(
        year in 1970..9999, month in 1..13, day in 1..29, hour in 0..24, minute in 0..60,
        zone in proptest::sample::select(vec!["", " UTC", " Europe/Berlin", " Asia/Kolkata", " America/St_Johns"]),
    ) {
        let text = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}{zone}");
        match When::parse(&text) {
            Ok(read) => prop_assert_eq!(read.to_string(), text),
            Err(mistake) => for (_, replacement) in mistake.suggestions {
                prop_assert!(When::parse(&replacement).is_ok(), "{}", replacement);
            },
        }
    }

    #[test]
    fn offsets_print_and_parse(seconds in -1_000_000_000_i64..1_000_000_000) {
        let offset = Offset::of(seconds);
        prop_assert_eq!(Offset::parse(&offset.to_string()), Ok(offset));
    }

    #[test]
    fn later_is_undone(seconds in -1_000_000_i64..1_000_000) {
        let start = instant("2025-10-26 07:00 Europe/Berlin");
        let at = start.later(seconds).expect("in range");
        // A moment that comes twice is told apart by nothing but its offset.
        let difference = at.seconds_since(&start).expect("both have clocks");
        prop_assert!(difference == seconds || difference == seconds - 3_600 || difference == seconds + 3_600);
        if Instant::parse(&at.to_string()).is_ok() {
            prop_assert_eq!(difference, seconds);
        }
    }
}
