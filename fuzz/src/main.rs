//! The driver: `cargo run --release -- read format --seconds 20 --seed 1`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use deployc_fuzz::corpus::{Corpus, root};
use deployc_fuzz::driver::{self, Job};
use deployc_fuzz::oracles::{ORACLES, Oracle, oracle};

#[derive(Parser)]
#[command(
    about = "Tries what must hold for any bytes on specs that are made from those of the project"
)]
struct Arguments {
    #[command(subcommand)]
    command: Order,
}

#[derive(Subcommand)]
enum Order {
    /// Try targets one after the other
    Run {
        /// Their names; all where none is given
        targets: Vec<String>,
        /// How long each, at the most
        #[arg(long, default_value_t = 20)]
        seconds: u64,
        /// How many inputs each, at the most
        #[arg(long, default_value_t = u64::MAX)]
        count: u64,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How many processes; as many as there are cores where it is not said
        #[arg(long)]
        workers: Option<u64>,
        /// Where inputs that fail are put
        #[arg(long)]
        out: Option<PathBuf>,
        /// How many seconds of the processor an input may take
        #[arg(long, default_value_t = 2.0)]
        limit: f64,
        /// How many seconds failures are made smaller, all of them together
        #[arg(long, default_value_t = 50)]
        shrink: u64,
        /// Stop at the first failure
        #[arg(long)]
        first_failure: bool,
        /// A failure that does not count, by its name
        #[arg(long, value_name = "KIND")]
        but: Vec<String>,
    },
    /// Try one target on files
    Replay { target: String, files: Vec<PathBuf> },
    /// Print the input with a number
    Show {
        target: String,
        number: u64,
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Write the specs of the project into a folder, as a corpus for libFuzzer
    Seeds { target: String, folder: PathBuf },
    #[command(hide = true)]
    Worker {
        target: String,
        #[arg(long)]
        seed: u64,
        #[arg(long)]
        first: u64,
        #[arg(long)]
        seconds: u64,
        #[arg(long)]
        count: u64,
        #[arg(long)]
        workers: u64,
        #[arg(long)]
        state: PathBuf,
    },
    #[command(hide = true)]
    Shrink {
        target: String,
        file: PathBuf,
        #[arg(long)]
        kind: String,
        #[arg(long)]
        dies: bool,
        #[arg(long)]
        seconds: u64,
    },
}

fn main() -> ExitCode {
    match obey(Arguments::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn named(target: &str) -> std::io::Result<Oracle> {
    oracle(target).ok_or_else(|| {
        let names: Vec<&str> = ORACLES.iter().map(|oracle| oracle.name).collect();
        std::io::Error::other(format!(
            "there is no target `{target}`; there are {}",
            names.join(", ")
        ))
    })
}

fn obey(order: Order) -> std::io::Result<bool> {
    match order {
        Order::Run {
            targets,
            seconds,
            count,
            seed,
            workers,
            out,
            limit,
            shrink,
            first_failure,
            but,
        } => {
            let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
            let all: Vec<String> = ORACLES
                .iter()
                .map(|oracle| oracle.name.to_owned())
                .collect();
            let mut held = true;
            let mut shrinking = Duration::from_secs(shrink);
            for target in if targets.is_empty() { all } else { targets } {
                named(&target)?;
                let job = Job {
                    target,
                    seed,
                    first: 0,
                    seconds,
                    count,
                    workers: workers.unwrap_or(cores).max(1),
                    out: out.clone().unwrap_or_else(|| root().join("fuzz/failures")),
                    limit,
                    first_failure,
                    but: but.clone(),
                };
                held &= driver::run(&job, &mut shrinking)?;
            }
            Ok(held)
        }
        Order::Replay { target, files } => {
            let oracle = named(&target)?;
            let mut held = true;
            for file in files {
                match driver::replay(oracle, &std::fs::read(&file)?) {
                    Ok(whole) => println!(
                        "{}: holds{}",
                        file.display(),
                        if whole { "" } else { ", not whole" }
                    ),
                    Err(failure) => {
                        held = false;
                        println!("{}: {}\n{}", file.display(), failure.kind, failure.detail);
                    }
                }
            }
            Ok(held)
        }
        Order::Show {
            target,
            number,
            seed,
        } => {
            let corpus = Corpus::load();
            let bytes = driver::input(&target, &corpus, seed, number);
            std::io::Write::write_all(&mut std::io::stdout(), &bytes)?;
            Ok(true)
        }
        Order::Seeds { target, folder } => {
            named(&target)?;
            std::fs::create_dir_all(&folder)?;
            for (number, base) in Corpus::load().bases.iter().enumerate() {
                let mut bytes = Vec::new();
                if target == "server" {
                    bytes.extend((number as u64).to_le_bytes());
                }
                bytes.extend(base.text.as_bytes());
                std::fs::write(folder.join(format!("{number:04}")), bytes)?;
            }
            Ok(true)
        }
        Order::Worker {
            target,
            seed,
            first,
            seconds,
            count,
            workers,
            state,
        } => {
            let job = Job {
                target,
                seed,
                first,
                seconds,
                count,
                workers,
                out: PathBuf::new(),
                limit: 0.0,
                first_failure: false,
                but: Vec::new(),
            };
            driver::work(&job, named(&job.target)?, &state)?;
            Ok(true)
        }
        Order::Shrink {
            target,
            file,
            kind,
            dies,
            seconds,
        } => {
            driver::shrink(named(&target)?, &file, &kind, dies, seconds)?;
            Ok(true)
        }
    }
}
