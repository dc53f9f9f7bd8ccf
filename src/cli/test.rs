//! `deployc test`: the tests that specs bring with them.

use std::path::PathBuf;

use clap::ValueEnum;
use deployc::compile::{self, Compilation};
use deployc::plan::Plan;
use deployc::report::{Look, Survey, Tested, TrialFormat, score, survey_json, survived, trials};
use deployc::simulate::{
    Judged, Mutant, Recording, Trial, mutants, noticed, read_csv, read_prometheus, run_test,
};

use super::disk;
use super::files::{Chosen, Found};
use super::screen::Screen;
use super::trouble::Trouble;
use super::{Exit, bug, front};
use deployc::parallel;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Test {
    #[command(flatten)]
    chosen: Chosen,
    /// Run only the tests with this in their title (may be repeated)
    #[arg(long, short = 'k', value_name = "WORDS")]
    filter: Vec<String>,
    /// Values that were recorded, under those that the tests give: a CSV file, or METRIC=FILE for
    /// what Prometheus answers to a range query (may be repeated)
    #[arg(long, value_name = "FILE")]
    trace: Vec<String>,
    /// Move the recorded values so that the first one is at T plus this long
    #[arg(long, value_name = "DURATION", requires = "trace")]
    trace_at: Option<String>,
    /// Move each threshold, length and rule a little, and say which of that no test notices
    #[arg(long, conflicts_with = "timeline")]
    mutate: bool,
    /// With --mutate: fail if fewer mutants than this are noticed, in percent
    #[arg(long, value_name = "PERCENT", requires = "mutate", value_parser = clap::value_parser!(u8).range(0..=100))]
    least_score: Option<u8>,
    /// How to show what came of them
    #[arg(long, alias = "output-format", value_enum, default_value = "human")]
    format: View,
    /// Show what happened in tests that passed, too
    #[arg(long)]
    timeline: bool,
    /// Say only what failed
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  deployc test                                    Every test below this folder
  deployc test checkout.deploy -k rollback        Those with `rollback` in the title
  deployc test checkout.deploy --timeline         What happens, and when
  deployc test checkout.deploy --mutate           What would no test notice?
  deployc test --format junit > tests.xml
  deployc test checkout.deploy --trace incident.csv
  deployc test checkout.deploy --trace error-rate=range.json --trace-at 10m";

/// The views of `--format`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum View {
    /// A line for each test; for those that failed, what happened
    Human,
    /// One JSON document, with every event
    Json,
    /// JUnit's XML
    Junit,
}

/// A spec and what became of its tests.
struct Done {
    path: String,
    compilation: Compilation,
    judged: Vec<Judged>,
    mutants: Vec<(Mutant, Option<String>)>,
}

impl Test {
    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        let Found {
            inputs,
            mut failures,
        } = self.chosen.inputs()?;
        let Some(sound) = front::all_sound(screen, &inputs, &mut failures, true)? else {
            return Ok(front::left_out(
                screen,
                &failures,
                inputs.len(),
                Exit::Found,
            ));
        };
        let mut plans: Vec<(String, Compilation, Plan)> = Vec::new();
        for (input, compilation) in sound {
            match bug::guarded(&input.name(), || compile::plan(&compilation)) {
                Ok(plan) => plans.extend(plan.map(|plan| (input.name(), compilation, plan))),
                Err(failure) => failures.push(failure),
            }
        }
        if plans.is_empty() {
            return match inputs.first() {
                Some(input) if failures.is_empty() => Err(front::no_deployment(input).into()),
                _ => Ok(front::left_out(screen, &failures, 0, Exit::Clean)),
            };
        }
        if self.mutate && matches!(self.format, View::Junit) {
            return Err(
                Trouble::used("mutants are no test cases, so JUnit has no place for them")
                    .help("use `--format json`")
                    .into(),
            );
        }
        let mut done = Vec::new();
        for (path, compilation, plan) in plans {
            let recordings = self.recordings(&plan)?;
            match bug::guarded(&path, || self.judge(&path, &plan, &recordings)) {
                Ok((judged, mutants)) => done.push(Done {
                    path,
                    compilation,
                    judged,
                    mutants,
                }),
                Err(failure) => failures.push(failure),
            }
        }
        if failures.is_empty() && done.iter().all(|one| one.judged.is_empty()) {
            let trouble = match self.filter.is_empty() {
                true => Trouble::used("there are no tests").help(
                    "a test is written `test \"…\" { given error-rate = 7% from T+5m expect rollback quick }`",
                ),
                false => Trouble::used(format!(
                    "no test has `{}` in its title",
                    self.filter.join("` or `")
                )),
            };
            return Err(trouble.into());
        }
        let tested: Vec<Tested<'_>> = done
            .iter()
            .map(|one| Tested {
                path: &one.path,
                sources: &one.compilation.sources,
                judged: &one.judged,
            })
            .collect();
        let failed = done
            .iter()
            .any(|one| one.judged.iter().any(|judged| !judged.passed));
        // Tests that fail notice nothing: what is wrong with them comes first.
        let exit = if self.mutate && !failed {
            self.tell_mutants(screen, &done)?
        } else {
            screen.print(&trials(&tested, &failures, self.view(screen)))?;
            if failed { Exit::Found } else { Exit::Clean }
        };
        Ok(front::left_out(screen, &failures, done.len(), exit))
    }

    /// Runs the tests of a plan that are wanted; and, if all pass, whether they notice mutants.
    fn judge(
        &self,
        path: &str,
        plan: &Plan,
        recordings: &[Recording],
    ) -> (Vec<Judged>, Vec<(Mutant, Option<String>)>) {
        let wanted: Vec<Trial<'_>> = Trial::all(plan)
            .into_iter()
            .filter(|trial| self.is_wanted(trial))
            .collect();
        let judged = parallel::each(&wanted, |trial| run_test(plan, *trial, recordings));
        let passed = judged.iter().all(|judged| judged.passed);
        if !self.mutate || !passed || wanted.is_empty() {
            return (judged, Vec::new());
        }
        let trials: Vec<String> = wanted.iter().map(|trial| trial.node.id.clone()).collect();
        let mutants = mutants(plan, path);
        let test = |mutant: &Mutant| noticed(plan, mutant, &trials, recordings);
        let tests = parallel::each(&mutants, test);
        (judged, mutants.into_iter().zip(tests).collect())
    }

    fn tell_mutants(&self, screen: Screen, done: &[Done]) -> miette::Result<Exit> {
        let surveys: Vec<Survey<'_>> = done
            .iter()
            .map(|one| Survey {
                sources: &one.compilation.sources,
                mutants: &one.mutants,
            })
            .collect();
        let text = match self.view(screen) {
            TrialFormat::Human { look, .. } => survived(&surveys, look),
            TrialFormat::Json | TrialFormat::Junit => survey_json(&surveys),
        };
        screen.print(&text)?;
        let least = self.least_score.map_or(0, usize::from);
        Ok(match score(&surveys) < least {
            true => Exit::Found,
            false => Exit::Clean,
        })
    }

    fn is_wanted(&self, trial: &Trial<'_>) -> bool {
        let title = trial.node.title.to_string().to_lowercase();
        self.filter.is_empty()
            || self
                .filter
                .iter()
                .any(|words| title.contains(&words.to_lowercase()))
    }

    /// The recorded values, as they count for a plan.
    fn recordings(&self, plan: &Plan) -> Result<Vec<Recording>, Trouble> {
        let mut all = Vec::new();
        for trace in &self.trace {
            let (metric, file) = match trace.split_once('=') {
                Some((metric, file)) => (Some(metric), file),
                None => (None, trace.as_str()),
            };
            let wrong = |message: String| Trouble::used(format!("`{file}` {message}"));
            let path = PathBuf::from(file);
            let text = disk::read(&path).map_err(|error| wrong(error.in_words()))?;
            let json = text.trim_start().starts_with('{');
            let read = match (metric, json) {
                (Some(metric), true) => read_prometheus(&text, metric, plan),
                (None, false) => read_csv(&text, plan),
                (Some(_), false) => {
                    return Err(wrong("is no JSON".into())
                        .help("a CSV file names its metrics itself: `--trace FILE`"));
                }
                (None, true) => {
                    return Err(wrong("does not say which metric it is about".into())
                        .help("write `--trace METRIC=FILE`"));
                }
            };
            all.extend(read.map_err(wrong)?);
        }
        let Some(at) = &self.trace_at else {
            return Ok(all);
        };
        let at = duration(at)?;
        let first = all
            .iter()
            .filter_map(|recording| recording.samples.first())
            .map(|(first, _)| *first)
            .min()
            .unwrap_or(0);
        Ok(all
            .into_iter()
            .map(|recording| recording.later(at.saturating_sub(first)))
            .collect())
    }

    fn view(&self, screen: Screen) -> TrialFormat {
        match self.format {
            View::Human => TrialFormat::Human {
                look: Look {
                    quiet: self.quiet,
                    ..screen.look()
                },
                timelines: self.timeline,
            },
            View::Json => TrialFormat::Json,
            View::Junit => TrialFormat::Junit,
        }
    }
}

/// Whole seconds of a duration as the language writes it.
fn duration(text: &str) -> Result<i64, Trouble> {
    use deployc::quantity::{Dimension, Quantity};
    let wrong = || {
        Trouble::used(format!("`{text}` is not a duration"))
            .help("durations are written `90s`, `10m`, `1h30m`")
    };
    let quantity = Quantity::parse(text).map_err(|_| wrong())?;
    if quantity.dimension != Dimension::Duration {
        return Err(wrong());
    }
    Ok(quantity.whole_seconds())
}
