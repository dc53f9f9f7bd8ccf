//! In: many things, and what to do with each. Out: the results, in order; all cores are used.
//! Knows nothing of what the work is.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

/// Bytes of stack of every thread that compiles. What the compiler reads may nest 64 deep, which takes
/// less than a tenth of it; the stack that the system gives to a process or a thread may be smaller.
pub const STACK: usize = 16 * 1024 * 1024;

/// The name of the threads that are started here.
pub const WORKER: &str = "deployc-worker";

/// The message of a panic that was caught.
pub fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason given")
}

/// Does `work` on every item as [`each`] does; a panic in one of them is its result, with the panic's
/// message, and does not touch the others.
pub fn each_caught<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
) -> Vec<Result<R, String>> {
    each(items, |item| caught(|| work(item)))
}

/// Does `work`; a panic in it is returned, with its message.
pub fn caught<R>(work: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| panic_message(panic.as_ref()).to_owned())
}

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
                    .name(WORKER.to_owned())
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
    let shared = Mutex::new(Some(first));
    let take = || shared.lock().ok().and_then(|mut first| first.take());
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new()
            .name(WORKER.to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, || take().map(|first| first()));
        let second = second();
        let first = match worker.map(|worker| worker.join()) {
            Ok(Ok(first)) => first,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            // The system gave no thread.
            Err(_) => take().map(|first| first()),
        };
        (first.expect("it is taken once"), second)
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
    fn a_panic_in_one_item_leaves_the_others() {
        let items: Vec<usize> = (0..64).collect();
        let done = super::each_caught(&items, |item| {
            assert_ne!(*item, 40, "on purpose");
            *item
        });
        for (item, result) in items.iter().zip(done) {
            match result {
                Ok(done) => assert_eq!(done, *item),
                Err(why) => assert!(*item == 40 && why.contains("on purpose"), "{why}"),
            }
        }
    }

    /// Takes about as many bytes of stack as are asked for.
    fn descend(bytes: usize) -> usize {
        let page = std::hint::black_box([1u8; 64 * 1024]);
        match bytes.checked_sub(page.len()) {
            Some(rest) => descend(rest) + usize::from(page[rest % page.len()]),
            None => 0,
        }
    }

    #[test]
    fn every_thread_has_the_stack_that_is_promised() {
        // A thread of the standard library has 2 MiB.
        const BYTES: usize = super::STACK / 4;
        let all = || {
            let ends = super::each(&[0u8; 16], |_| descend(BYTES));
            let both = super::both(true, || descend(BYTES), || descend(BYTES));
            (ends.len(), both.0 == both.1)
        };
        let thread = std::thread::Builder::new()
            .stack_size(super::STACK)
            .spawn(all)
            .expect("a thread");
        assert_eq!(thread.join().expect("no overflow"), (16, true));
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
