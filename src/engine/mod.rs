//! In: a plan, and event by event what became of what was asked for. Out: what is to be done, judged or chosen
//! next, and what happened. Knows nothing of clocks, metrics, commands and people: who drives it, does.
//!
//! [`Engine::advance`] is called with the time and with answers. It goes as far as it can and returns requests;
//! once it returns none, nothing happens before [`Engine::due`]. The same answers at the same times lead to the
//! same requests.
//!
//! - **Work** begins when all that it follows has ended and not before its time, and lasts until whoever
//!   performs it says so, or as long as its hold or its window.
//! - **Rules** are looked at before the work: at the moment at which a rule and a hold both have something
//!   to say, the rule comes first. A rule acts when it becomes true, and again only once it was false.
//! - **A pause** stops what has not begun and what would end; rules stay armed, procedures go on. It ends as
//!   soon as what led to it has cleared.
//! - **A rollback** ends everything, undoes what was done, the last first, does its own steps, and
//!   leads to the phases that come after it. There is one at the most.

mod actions;
mod course;
mod event;
mod items;
mod outcome;
mod requests;
mod rollback;
mod rule;
mod rules;
mod run;
mod steps;

pub use event::{Happening, Outcome, action_words, deed_words, is_landmark, time, words};
pub use items::offset;
pub use requests::{Event, Request, Standing, Verdict};
pub use run::{Engine, State};
