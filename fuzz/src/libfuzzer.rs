//! The oracles and the changes as libFuzzer calls them.

use std::sync::OnceLock;

use crate::corpus::Corpus;
use crate::faults::Random;
use crate::mutate::{self, Manner};
use crate::oracles;

/// Panics where something does not hold.
pub fn hold(target: &str, bytes: &[u8]) {
    if let Some(oracle) = oracles::oracle(target)
        && let Err(failure) = (oracle.holds)(bytes)
    {
        panic!("{}\n{}", failure.kind, failure.detail);
    }
}

/// Changes an input in its place and returns its new length: as a spec mostly, as bytes now and then.
pub fn change(target: &str, bytes: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    static CORPUS: OnceLock<Corpus> = OnceLock::new();
    let mut random = Random(u64::from(seed));
    let head = if target == "server" { 8.min(size) } else { 0 };
    if head > 0 && random.below(4) == 0 {
        let at = random.below(head);
        bytes[at] = (random.next() % 256) as u8;
        return size;
    }
    let corpus = CORPUS.get_or_init(Corpus::load);
    let text = String::from_utf8_lossy(&bytes[head..size]).into_owned();
    let manner = match target {
        "targets" | "simulate" => Manner::Gentle,
        _ => Manner::Rough,
    };
    let changed = match text.is_empty() {
        true => mutate::base(corpus, true, &mut random).to_owned(),
        false => mutate::change(&text, corpus, manner, &mut random),
    };
    let length = changed.len().min(most - head);
    bytes[head..head + length].copy_from_slice(&changed.as_bytes()[..length]);
    head + length
}
