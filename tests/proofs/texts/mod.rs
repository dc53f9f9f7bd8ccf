//! No text of a person becomes markup or a query: every place of the language in which words stand gets
//! words that try to be something else, and real readers of every output find the same document in it as
//! with harmless words, and the words whole.

mod html;
mod markdown;
mod notes;
mod objects;
mod payloads;
mod queries;
mod slots;

use self::payloads::PAYLOADS;
use self::slots::Slots;
use deployc::backend::{Artifact, Backend, Embedded};
use deployc::plan::Plan;

/// What a target writes.
fn built(backend: &dyn Backend, plan: &Plan) -> Vec<Artifact> {
    backend
        .emit(plan, "runbook", &Embedded)
        .expect("the embedded templates can be filled in")
}

/// Words as a page shows them: blanks are one space, and what can't be seen is not there.
fn shown(words: &str) -> String {
    let visible: String = words
        .chars()
        .map(|letter| if letter.is_whitespace() { ' ' } else { letter })
        .filter(|letter| !deployc::source::is_hidden(*letter))
        .collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    // A sentence begins with a capital letter.
    words.join(" ").to_lowercase()
}
#[test]
fn every_word_of_a_spec_is_a_word_of_every_page() {
    let slots = Slots::all();
    let plain = slots.filled("");
    let markdown = markdown::Baseline::of(&slots, &plain.plan, &plain.words);
    let html = html::Baseline::of(&slots, &plain.plan, &plain.words);
    let objects = objects::Baseline::of(&plain.plan);
    for payload in PAYLOADS {
        let filled = slots.filled(payload);
        markdown.holds(&slots, &filled);
        html.holds(&slots, &filled);
        objects.holds(&filled);
    }
}
