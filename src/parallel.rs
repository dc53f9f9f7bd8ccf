//! In: many things, and what to do with each. Out: the results, in order; all cores are used.
//! Knows nothing of what the work is.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of stack of a worker, as many as the main thread usually has.
const STACK: usize = 8 * 1024 * 1024;

/// Does `work` on every item; a panic in one of them goes on in the caller.
pub fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    // To count the cores takes longer than a small piece of work.
    if items.len() < 2 {
        return items.iter().map(work).collect();
    }
    let workers = cores().min(items.len());
    if workers < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else {
                return done;
            };
            done.push((index, work(item)));
        }
    };
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let started: Vec<_> = (1..workers)
            .filter_map(|_| {
                std::thread::Builder::new()
                    .stack_size(STACK)
                    .spawn_scoped(scope, take)
                    .ok()
            })
            .collect();
        let mut done = take();
        for worker in started {
            match worker.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Does two things, and both at once where it `pays` and there is another core; a panic in one of them
/// goes on in the caller.
pub fn both<A: Send, B>(
    pays: bool,
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B,
) -> (A, B) {
    if !pays || cores() < 2 {
        return (first(), second());
    }
    std::thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        match first.join() {
            Ok(first) => (first, second),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// How many cores there are for this process.
fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// Does `work` on stretches of the items, each long enough that another thread pays; where `items` is
/// shorter than two of them there is one stretch, done at once. `least` is the length of a stretch.
pub fn stretches<T: Sync, R: Send>(
    items: &[T],
    least: usize,
    work: impl Fn(&[T]) -> R + Sync,
) -> Vec<R> {
    // More stretches than cores, so that one that takes long does not keep the others waiting.
    let length = match items.len() {
        length if length <= least => least,
        length => length.div_ceil(cores() * 8).max(least),
    };
    let stretches: Vec<&[T]> = items.chunks(length.max(1)).collect();
    each(&stretches, |stretch| work(stretch))
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_stand_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1000).collect();
        let doubled: Vec<usize> = items.iter().map(|item| item * 2).collect();
        assert_eq!(super::each(&items, |item| item * 2), doubled);
        assert_eq!(super::each(&[7], |item| item + 1), [8]);
    }

    #[test]
    fn two_things_are_done_at_once_or_one_after_the_other() {
        for pays in [false, true] {
            assert_eq!(super::both(pays, || 1, || "two"), (1, "two"));
        }
    }

    #[test]
    fn stretches_cover_all_items_once() {
        let items: Vec<usize> = (0..1000).collect();
        for least in [0, 1, 7, 999, 2000] {
            let stretches = super::stretches(&items, least, |stretch| stretch.to_vec());
            assert_eq!(stretches.concat(), items, "at least {least}");
        }
    }
}
