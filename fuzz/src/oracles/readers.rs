//! Readers of what is no spec: settings, recorded values, and the words of single values.

use std::cell::OnceCell;

use deployc::compile;
use deployc::plan::Plan;
use deployc::quantity::{Dimension, Quantity, Range, duration_text};
use deployc::settings::Settings;
use deployc::simulate::{Trial, read_csv, read_prometheus, run_test};
use deployc::source::NoFiles;
use deployc::time::{Clock, Instant, Moment, Offset, When, Zone};

use super::spec;
use super::{Failure, Verdict, failure};

/// A plan with metrics that recordings may be of.
const SPEC: &str = r#"edition 2026
deployment "D" {
  version "v1"
  starts 2026-12-01 09:00 UTC
}
role lead "Lead" { contact phone "1" }
metric errors "Errors" : percent in ratio {
  better lower
  prometheus `errors`
}
metric latency "Latency" : duration in ms {
  better lower
  prometheus `latency`
}
metric pods "Pods" : count of pods {
  better higher
  prometheus `pods`
}
phase p "P" at T {
  hold 30m while errors < 1%, latency < 400ms
  check "Pods" pods > 3 pods
}
alert bad when errors > 5% for 5m then page lead
test "t" {
  expect success
}
"#;

thread_local! {
    static PLAN: OnceCell<Option<Plan>> = const { OnceCell::new() };
}

pub fn holds(bytes: &[u8]) -> Verdict {
    let text = spec::text(bytes);
    let text = text.as_ref();
    let mut known = settings(text)?;
    PLAN.with(|plan| {
        let plan = plan.get_or_init(|| {
            compile::plan(&compile::check("plan.deploy", SPEC.to_owned(), &NoFiles))
        });
        let Some(plan) = plan else {
            return Err(failure("the plan of this test is gone", ""));
        };
        for read in [read_csv(text, plan), read_prometheus(text, "errors", plan)] {
            let recordings = match read {
                Ok(recordings) => recordings,
                Err(why) if why.trim().is_empty() => {
                    return Err(failure("recordings: refused without words", ""));
                }
                Err(_) => continue,
            };
            known = true;
            for recording in &recordings {
                if !recording.samples.is_sorted_by_key(|(at, _)| *at) {
                    return Err(failure("recordings: out of the order of time", ""));
                }
            }
            for trial in Trial::all(plan) {
                run_test(plan, trial, &recordings);
            }
        }
        Ok(())
    })?;
    for line in text.lines().take(40).map(str::trim) {
        known |= value(line)?;
        for word in line.split_whitespace().take(12) {
            known |= value(word)?;
        }
    }
    Ok(known)
}

/// Settings are read, or refused at a place.
fn settings(text: &str) -> Result<bool, Failure> {
    match Settings::read(text) {
        Ok(settings) => {
            settings.runbook_url("a/b c.deploy");
            let mut compilation = compile::check("plan.deploy", SPEC.to_owned(), &NoFiles);
            settings.apply(std::mem::take(&mut compilation.diagnostics));
            Ok(true)
        }
        Err(mistake) if mistake.message.trim().is_empty() => {
            Err(failure("settings: refused without words", ""))
        }
        Err(_) => Ok(false),
    }
}

/// What is read as a value is written so that it is read as the same value.
fn value(text: &str) -> Result<bool, Failure> {
    let mut known = false;
    if let Ok(quantity) = Quantity::parse(text) {
        known = true;
        let written = quantity.to_string();
        let again = Quantity::parse(&written).ok();
        if again.as_ref().map(|again| again.value) != Some(quantity.value) {
            return Err(failure(
                "a quantity is written as another one",
                format!("{text} -> {written}"),
            ));
        }
        let written = duration_text(quantity.value);
        let again = Quantity::parse(&written).map(|again| again.value);
        if quantity.dimension == Dimension::Duration
            && !quantity.value.is_negative()
            && again != Ok(quantity.value)
        {
            return Err(failure(
                "a duration is written as another one",
                format!("{text} -> {written}"),
            ));
        }
    }
    if let Ok(range) = Range::parse(text) {
        known = true;
        let written = range.to_string();
        let again = Range::parse(&written).ok();
        let same = again.is_some_and(|again| {
            again.low.value == range.low.value && again.high.value == range.high.value
        });
        if !same {
            return Err(failure(
                "a range is written as another one",
                format!("{text} -> {written}"),
            ));
        }
    }
    if let Ok(when) = When::parse(text) {
        known = true;
        let written = when.to_string();
        if When::parse(&written).ok().as_ref() != Some(&when) {
            return Err(failure(
                "a time is written as another one",
                format!("{text} -> {written}"),
            ));
        }
        // A time in any place of the calendar.
        let start = Instant::parse("2026-03-29 01:30 Europe/Berlin").ok();
        let _ = when.resolve(start.as_ref(), None);
        let _ = when.resolve(None, None);
    }
    if let Ok(instant) = Instant::parse(text) {
        known = true;
        let written = instant.to_string();
        if Instant::parse(&written).ok().as_ref() != Some(&instant) {
            return Err(failure(
                "a moment is written as another one",
                format!("{text} -> {written}"),
            ));
        }
        instant.later(i64::MAX);
        instant.later(i64::MIN);
        instant.later(86_400);
    }
    known |= Clock::parse(text).is_ok();
    known |= Moment::parse(text).is_ok();
    known |= Zone::parse(text).is_ok();
    if let Ok(offset) = Offset::parse(text) {
        known = true;
        let again = Offset::parse(&Offset::of(offset.seconds()).to_string());
        if again.map(|again| again.seconds()).ok() != Some(offset.seconds()) {
            return Err(failure("an offset is written as another one", text));
        }
    }
    Ok(known)
}
