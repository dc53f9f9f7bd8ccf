//! Starts the processes, watches them, gathers what failed.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::child::Said;
use super::{Job, inputs};
use crate::corpus::Corpus;

/// How much memory a process may take, in KiB.
const MEMORY: u64 = 4 * 1024 * 1024;
/// So long a process may do nothing at all: it waits for itself.
const STUCK: Duration = Duration::from_secs(30);
/// So long one failure is made smaller, at the most.
const SHRINKING: Duration = Duration::from_secs(15);
/// What a process that makes an input smaller may take longer than it was told: for its start, and for an input that
/// takes long.
const LONGER: Duration = Duration::from_secs(3);
/// What stands in the place of a number before the first input.
const NOT_YET: u64 = u64::MAX;

/// A command whose memory is bounded, where there is a shell that can do it.
pub fn bounded(program: &Path) -> Command {
    if cfg!(not(unix)) {
        return Command::new(program);
    }
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("ulimit -v {MEMORY}; exec \"$@\""))
        .arg("sh")
        .arg(program);
    command
}

/// What failed in one way.
struct Group {
    count: u64,
    /// After how many seconds the first of them was seen.
    after: u64,
    /// The number of the smallest input.
    number: u64,
    bytes: usize,
    detail: String,
    /// Whether it ended the process.
    dies: bool,
}

/// One process.
struct Worker {
    child: Child,
    lines: Receiver<Said>,
    errors: Receiver<String>,
    state: PathBuf,
    /// The number it is at, since when, and how much of the processor it had taken by then, in seconds.
    at: (u64, Instant, f64),
    first: u64,
    lane: u64,
}

/// Tries inputs until time or inputs are used up. Returns whether all held. `shrinking` is how long what fails may be
/// made smaller in all, and then what is left of it.
pub fn run(job: &Job, shrinking: &mut Duration) -> std::io::Result<bool> {
    let corpus = Corpus::load();
    let begun = Instant::now();
    let folder = tempfolder()?;
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    let (mut inputs, mut whole) = (0u64, 0u64);
    let mut workers = Vec::new();
    for lane in 0..job.workers {
        workers.push(start(job, lane, job.first + lane, &folder, begun)?);
    }
    while !workers.is_empty() {
        std::thread::sleep(Duration::from_millis(50));
        let mut running = Vec::new();
        for mut worker in workers {
            let ended = worker.child.try_wait()?;
            let slow = ended.is_none() && worker.is_slow(job.limit);
            if slow {
                worker.child.kill()?;
                worker.child.wait()?;
            }
            let mut add = |number: u64, kind: String, detail: String, dies: bool| {
                if job.but.contains(&kind) {
                    return;
                }
                let bytes = inputs::input(&job.target, &corpus, job.seed, number).len();
                let group = groups.entry(kind).or_insert(Group {
                    count: 0,
                    after: begun.elapsed().as_secs(),
                    number,
                    bytes: usize::MAX,
                    detail: String::new(),
                    dies,
                });
                group.count += 1;
                if bytes < group.bytes {
                    (group.number, group.bytes, group.detail) = (number, bytes, detail);
                }
            };
            // Behind its end no line comes any more.
            if ended.is_some() || slow {
                std::thread::sleep(Duration::from_millis(20));
            }
            for said in worker.lines.try_iter() {
                match said {
                    Said::Failed {
                        number,
                        kind,
                        detail,
                    } => add(number, kind, detail, false),
                    Said::Tried {
                        inputs: more,
                        whole: of_them,
                    } => {
                        inputs += more;
                        whole += of_them;
                    }
                }
            }
            let died = match ended {
                Some(status) => !status.success(),
                None => slow,
            };
            if died {
                let number = match worker.number() {
                    NOT_YET => worker.first,
                    number => number,
                };
                let last: Vec<String> = worker.errors.try_iter().collect();
                let kind = match slow {
                    true => format!("takes longer than {} seconds", job.limit),
                    false => death(
                        &last,
                        &ended.map(|status| status.to_string()).unwrap_or_default(),
                    ),
                };
                add(number, kind, last.join("\n"), true);
                let next = number + job.workers;
                running.push(start(job, worker.lane, next, &folder, begun)?);
            } else if ended.is_none() {
                running.push(worker);
            }
        }
        workers = running;
        if job.first_failure && !groups.is_empty() {
            for mut worker in workers.drain(..) {
                worker.child.kill()?;
                worker.child.wait()?;
            }
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    let _ = std::fs::remove_dir_all(&folder);
    println!(
        "{}: {inputs} executions, {whole} of them whole, in {seconds:.0} s, {:.0} a second, seed {}, {} kinds of failure",
        job.target,
        inputs as f64 / seconds.max(0.001),
        job.seed,
        groups.len()
    );
    for (kind, group) in &groups {
        let Group {
            count,
            number,
            after,
            ..
        } = group;
        println!("  {count} x {kind} (number {number}, first after {after} s)");
    }
    for (kind, group) in &groups {
        let file = keep(job, &corpus, kind, group, shrinking)?;
        let size = std::fs::metadata(&file).map_or(0, |file| file.len());
        println!("\n{kind}: {} ({size} bytes)", file.display());
        for line in group.detail.lines().take(24) {
            println!("    {line}");
        }
    }
    Ok(groups.is_empty())
}

fn tempfolder() -> std::io::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("deployc-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Why a process died, from what it said last.
fn death(last: &[String], status: &str) -> String {
    let told = [
        "overflowed its stack",
        "memory allocation",
        "panicked",
        "abort",
    ];
    let line = last
        .iter()
        .rev()
        .find(|line| told.iter().any(|words| line.contains(words)));
    let words = line.map_or(status, String::as_str);
    let words: String = words
        .chars()
        .filter(|letter| !letter.is_ascii_digit())
        .take(100)
        .collect();
    format!("the process ends: {words}")
}

fn start(
    job: &Job,
    lane: u64,
    first: u64,
    folder: &Path,
    begun: Instant,
) -> std::io::Result<Worker> {
    let state = folder.join(format!("state-{lane}"));
    std::fs::write(&state, NOT_YET.to_le_bytes())?;
    let left = job.seconds.saturating_sub(begun.elapsed().as_secs());
    let mut child = bounded(&std::env::current_exe()?)
        .arg("worker")
        .arg(&job.target)
        .args(["--seed", &job.seed.to_string()])
        .args(["--first", &first.to_string()])
        .args(["--seconds", &left.to_string()])
        .args(["--count", &job.count.to_string()])
        .args(["--workers", &job.workers.to_string()])
        .arg("--state")
        .arg(&state)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let lines = listen(child.stdout.take(), |line| serde_json::from_str(&line).ok());
    let errors = listen(child.stderr.take(), Some);
    Ok(Worker {
        child,
        lines,
        errors,
        state,
        at: (NOT_YET, Instant::now(), 0.0),
        first,
        lane,
    })
}

/// The lines of a stream, as they come.
fn listen<T: Send + 'static>(
    stream: Option<impl Read + Send + 'static>,
    of: impl Fn(String) -> Option<T> + Send + 'static,
) -> Receiver<T> {
    let (sender, lines): (Sender<T>, Receiver<T>) = channel();
    if let Some(stream) = stream {
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                if let Some(said) = of(line)
                    && sender.send(said).is_err()
                {
                    return;
                }
            }
        });
    }
    lines
}

impl Worker {
    /// The number of the input that it is at.
    fn number(&self) -> u64 {
        let bytes = std::fs::read(&self.state).unwrap_or_default();
        bytes
            .get(..8)
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(NOT_YET, u64::from_le_bytes)
    }

    /// Whether it is at one input for too long. Time of the processor counts, as the machine may be
    /// busy with something else.
    fn is_slow(&mut self, limit: f64) -> bool {
        let number = self.number();
        let used = processor(self.child.id());
        if number != self.at.0 {
            self.at = (number, Instant::now(), used.unwrap_or_default());
            return false;
        }
        let waited = self.at.1.elapsed();
        match used {
            Some(used) if number != NOT_YET => used - self.at.2 > limit || waited > STUCK,
            Some(_) => waited > 10 * STUCK,
            None => waited > STUCK,
        }
    }
}

/// How much of the processor a process has taken, in seconds; nothing where that is not to be had.
fn processor(id: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, behind) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = behind.split_whitespace().collect();
    let ticks: f64 = fields
        .get(11..13)?
        .iter()
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    Some(ticks / 100.0)
}

/// Writes the smallest input of a kind, as small as it can be made in the time that is left.
fn keep(
    job: &Job,
    corpus: &Corpus,
    kind: &str,
    group: &Group,
    left: &mut Duration,
) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(&job.out)?;
    let slug: String = kind
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .collect();
    let slug: Vec<&str> = slug.split('-').filter(|word| !word.is_empty()).collect();
    let mut name = format!("{}-{}", job.target, slug.join("-"));
    name.truncate(100);
    let file = job.out.join(format!("{name}.deploy"));
    std::fs::write(
        &file,
        inputs::input(&job.target, corpus, job.seed, group.number),
    )?;
    let seconds = SHRINKING.min(left.saturating_sub(LONGER)).as_secs();
    if seconds > 0 {
        let begun = Instant::now();
        let mut child = bounded(&std::env::current_exe()?);
        child
            .args(["shrink", &job.target])
            .arg(&file)
            .args(["--kind", kind])
            .args(["--seconds", &seconds.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if group.dies {
            child.arg("--dies");
        }
        let mut child = child.spawn()?;
        // One that hangs on its way has written what it had until then.
        let end = begun + Duration::from_secs(seconds) + LONGER;
        while child.try_wait()?.is_none() {
            if Instant::now() > end {
                child.kill()?;
                child.wait()?;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        *left = left.saturating_sub(begun.elapsed());
    }
    Ok(file)
}
