//! Times that can't all be kept: what overlaps, what does not fit, what is due before it can be done.

mod anchors;
mod starts;
mod sums;
mod windows;

use super::Context;
use crate::model::{Node, Timed};
use crate::quantity::{Exact, duration_text};
use crate::rule;
use crate::time::When;

rule! {
    /// A step begins at a fixed time before the one that it follows can have ended. Somebody will
    /// start late, or stop early. The message shows the sum.
    pub OVERLAP = "D0551", "overlap", Times, Warning, "a step that begins before the one before it ends", allowable;
    /// What is to be done takes longer than the time that is given for it.
    pub DOES_NOT_FIT = "D0552", "does-not-fit", Times, Warning, "more work than time", allowable;
    /// Something is due before it can be done.
    pub DUE_TOO_EARLY = "D0553", "due-too-early", Times, Warning, "something is due before it can be done", allowable;
    /// A title names a distance from the start, and the time beside it says another.
    pub NOT_AS_NAMED = "D0554", "not-as-named", Times, Warning, "a time that is not the one its title names", allowable;
    /// Times of day without a time zone mean another moment to everybody who reads them elsewhere, and
    /// twice a year to everybody. Say the zone once, behind `starts`.
    pub NO_ZONE = "D0555", "no-zone", Times, Warning, "times of day without a time zone", allowable;
    /// Times are counted from `T`, and nothing says when that is.
    pub NO_START = "D0556", "no-start", Times, Warning, "times counted from a start that is not fixed", allowable;
    /// A hold is over before the metric that it watches has seen it: a rate over 15 minutes still
    /// shows mostly the time before.
    pub HOLD_TOO_SHORT = "D0557", "hold-too-short", Times, Warning, "a hold shorter than the window of its metric", allowable;
    /// The rollback closes while the deployment is still being watched, or before a step whose failure
    /// leads to it: what is found afterwards can't be undone this way.
    pub ROLLBACK_EXPIRES = "D0558", "rollback-expires", Times, Warning, "a rollback that ends before the watching or the work does", allowable;
    /// The work begins when nothing may start.
    pub FROZEN = "D0559", "frozen", Times, Warning, "work that begins during a freeze", allowable;
    /// A condition must hold for less than two samples of its metric, so that one sample decides.
    pub FEW_SAMPLES = "D0560", "few-samples", Times, Warning, "a sustained condition shorter than two samples", allowable;
    /// Production is changed, and only afterwards the people are told that it will be. Who is to stand
    /// by hears of it too late.
    pub TOLD_TOO_LATE = "D0561", "told-too-late", Times, Warning, "production is changed before anybody is told", allowable;
    /// The window has two days, and a time inside it names none: nobody knows which morning is meant.
    pub WHICH_DAY = "D0562", "which-day", Times, Warning, "a time of day in a window of several days", allowable;
    /// A step stands in a stretch with a window, and begins before it or after it. One of the two times
    /// is wrong.
    pub OUTSIDE_WINDOW = "D0563", "outside-window", Times, Warning, "a step that begins outside the window around it", allowable;
    /// A title says how long something was watched, and since the last change less time has gone by.
    pub LESS_THAN_NAMED = "D0564", "less-than-named", Times, Warning, "less time than a title says", allowable;
    /// Clocks change while the deployment goes on, so a time of day that is written for it is an hour
    /// away from where the sum of the lengths says. Write the times from `T`, or with their zone.
    pub CLOCK_CHANGE = "D0565", "clock-change", Times, Note, "a deployment during which clocks change", allowable;
    /// A step changes something at a time at which no rollback is valid any more: what goes wrong there
    /// can't be undone. The message shows the way that leads there.
    pub NO_WAY_BACK = "D0566", "no-way-back", Times, Warning, "a change after the last rollback has expired", allowable;
    /// While traffic is between two versions nothing is done and nothing is watched: the step before has
    /// ended, and the next one begins later. Let a `hold` fill the time, so that somebody looks.
    pub IDLE = "D0567", "idle", Times, Note, "time in which traffic is split and nobody looks", allowable;
    /// The deployment says when it starts, and traffic moves earlier: its phase says no time, so it
    /// follows what prepares it. Whoever reads the start comes too late.
    pub BEFORE_START = "D0568", "before-start", Times, Warning, "traffic that moves before the deployment starts", allowable;
}

pub(super) fn check(context: &Context<'_>, found: &mut Vec<crate::diagnostic::Diagnostic>) {
    sums::overlaps(context, found);
    sums::idle(context, found);
    starts::before_start(context, found);
    for place in context.timed() {
        sums::fits(context, place, found);
        sums::due(context, place, found);
        anchors::named(context, place, found);
        windows::outside(context, place, found);
    }
    windows::windows(context, found);
    sums::lasts(context, found);
    anchors::zones(context, found);
    anchors::which_day(context, found);
    anchors::less_than_named(context, found);
    anchors::clock_change(context, found);
    windows::no_way_back(context, found);
    anchors::told_too_late(context, found);
    windows::freezes(context, found);
    windows::expires(context, found);
    windows::expired(context, found);
}

fn length(seconds: i64) -> String {
    duration_text(Exact::whole(seconds))
}

/// A time of the plan as a reader has it: the clock where the start is known, else the distance.
fn clock(context: &Context<'_>, seconds: i64) -> String {
    let start = context.start().and_then(|start| start.later(seconds));
    match start.as_ref().and_then(|at| at.clock()) {
        Some(clock) => {
            let (hour, minute, _) = clock.parts();
            let days = start
                .as_ref()
                .zip(context.start())
                .is_some_and(|(at, start)| at.date() != start.date());
            match (days, &start) {
                (true, Some(at)) => format!("{} {hour:02}:{minute:02}", at.date()),
                _ => format!("{hour:02}:{minute:02}"),
            }
        }
        None if seconds == 0 => "T".to_owned(),
        None if seconds < 0 => format!("T-{}", length(-seconds)),
        None => format!("T+{}", length(seconds)),
    }
}

/// When a node is said to begin.
fn stated(node: &Node) -> Option<&Timed<When>> {
    node.times
        .at
        .as_deref()
        .or(node.times.window.as_deref().map(|(from, _)| from))
}
