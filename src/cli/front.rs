//! From inputs to what the compiler says of them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use deployc::backend::{Account, Backend};
use deployc::compile::{self, Compilation};
use deployc::diagnostic::{Diagnostic, Level};
use deployc::plan::Plan;
use deployc::report::{self, Failure, Format, Report};
use deployc::settings::Settings;
use deployc::source::{LoadError, Loader, Sources};

use super::disk::{Disk, ReadError};
use super::files::Input;
use super::screen::Screen;
use super::trouble::Trouble;
use super::{Exit, bug, settings};
use deployc::parallel;

/// What is kept of a spec that was checked.
pub struct Checked {
    /// The name of the file as it is shown.
    pub path: String,
    /// Every file that took part.
    pub sources: Sources,
    /// What was found.
    pub findings: Vec<Diagnostic>,
    /// The folders in which its imports were looked for, whether they were there or not.
    pub imports: BTreeSet<PathBuf>,
    /// What the targets that were asked for make of it.
    pub accounts: Vec<(&'static str, Vec<Account>)>,
}

impl Checked {
    /// As the report takes it.
    pub fn for_report(&self) -> report::Checked<'_> {
        bug::planted(&self.path);
        report::Checked {
            path: &self.path,
            sources: &self.sources,
            findings: &self.findings,
        }
    }
}

/// Texts that stand in the place of those on the disk, by the names of their files.
pub type Texts = BTreeMap<String, String>;

/// Reads and checks one spec, and keeps only what is needed to report on it.
pub fn check(
    input: &Input,
    texts: &Texts,
    settings: &Settings,
    targets: &[&'static dyn Backend],
) -> Result<Checked, Failure> {
    let path = input.name();
    let text = match texts.get(&path) {
        Some(text) => text.clone(),
        None => text(input)?,
    };
    bug::planted(&text);
    let over = Over::new(input.path(), texts);
    let mut compilation = compile::check(&path, text, &over);
    let accounts = compile::for_targets(&mut compilation, targets);
    let Compilation {
        sources,
        diagnostics,
        ..
    } = compilation;
    let diagnostics = settings.apply(diagnostics);
    Ok(Checked {
        accounts,
        imports: over.looked.into_inner(),
        path,
        // Of a thousand files most are clean, and nobody asks for their text again.
        sources: if diagnostics.is_empty() {
            Sources::default()
        } else {
            sources
        },
        findings: diagnostics,
    })
}

/// Does `work` on all inputs. One on which it fails, or panics, is a failure and no result.
pub fn each<'a, T: Sync, R: Send>(
    inputs: &'a [T],
    name: impl Fn(&T) -> String,
    failures: &mut Vec<Failure>,
    work: impl Fn(&T) -> Result<R, Failure> + Sync,
) -> Vec<(&'a T, R)> {
    let results = parallel::each_caught(inputs, work);
    let mut done = Vec::with_capacity(results.len());
    for (input, result) in inputs.iter().zip(results) {
        match result {
            Ok(Ok(result)) => done.push((input, result)),
            Ok(Err(failure)) => failures.push(failure),
            Err(panic) => failures.push(bug::failure(&name(input), &panic)),
        }
    }
    done
}

/// Draws what was found. A file whose findings can't be drawn, since that panics, becomes a failure.
pub fn drawn(
    checked: &mut Vec<Checked>,
    failures: &mut Vec<Failure>,
    fails: Level,
    format: Format,
) -> (String, bool) {
    let draw = |checked: &[Checked], failures: &[Failure]| {
        let report = Report::new(checked.iter().map(Checked::for_report), failures, fails);
        (report.render(format), report.failed())
    };
    if let Ok(drawn) = parallel::caught(|| draw(checked, failures)) {
        return drawn;
    }
    checked.retain(|one| {
        let alone = bug::guarded(&one.path, || {
            Report::new([one.for_report()], &[], fails).render(format)
        });
        let drawn = alone.is_ok();
        failures.extend(alone.err());
        drawn
    });
    draw(checked, failures)
}

/// The text of a spec.
fn text(input: &Input) -> Result<String, Failure> {
    input.read().map_err(|error| Failure {
        path: input.name(),
        message: error.in_words(),
    })
}

/// Checks a text under the name of a spec.
pub fn compile(input: &Input, text: String, settings: &Settings) -> Compilation {
    bug::planted(&text);
    let texts = Texts::new();
    let over = Over::new(input.path(), &texts);
    let mut compilation = compile::check(&input.name(), text, &over);
    compilation.diagnostics = settings.apply(compilation.diagnostics);
    compilation
}

/// The disk, with other texts for some of its files.
struct Over<'a> {
    disk: Disk,
    texts: &'a Texts,
    /// The folders in which imports were looked for.
    looked: RefCell<BTreeSet<PathBuf>>,
}

impl<'a> Over<'a> {
    fn new(path: &Path, texts: &'a Texts) -> Self {
        Over {
            disk: Disk::of(path),
            texts,
            looked: RefCell::default(),
        }
    }
}

impl Loader for Over<'_> {
    fn load(&self, from: &str, path: &str) -> Result<(String, String), LoadError> {
        let wanted = Path::new(from).parent().map(|folder| folder.join(path));
        if let Some(folder) = wanted.as_deref().and_then(Path::parent) {
            self.looked.borrow_mut().insert(folder.to_path_buf());
        }
        let (shown, text) = self.disk.load(from, path)?;
        let text = self.texts.get(&shown).cloned().unwrap_or(text);
        Ok((shown, text))
    }
}

/// Says on standard error what could not be read.
pub fn complain(screen: Screen, failures: &[Failure]) {
    for failure in failures {
        screen.trouble(Trouble::worked(format!(
            "`{}` {}",
            failure.path, failure.message
        )));
    }
}

/// Says what was left out of a command on several specs, and counts it where others were done. The
/// exit of the command, that of the others where nothing was left out.
pub fn left_out(screen: Screen, failures: &[Failure], done: usize, exit: Exit) -> Exit {
    complain(screen, failures);
    match failures.len() {
        0 => return exit,
        1 if done == 0 => {}
        1 => screen.complain("1 file was left out\n"),
        several => screen.complain(&format!("{several} files were left out\n")),
    }
    Exit::CouldNotWork
}

/// The text of a spec that a command can't do without.
pub fn read(input: &Input) -> Result<String, Trouble> {
    input.read().map_err(|error| {
        let message = format!("`{}` {}", input.name(), error.in_words());
        match error {
            ReadError::Missing | ReadError::Folder => Trouble::used(message),
            ReadError::Odd
            | ReadError::TooLarge
            | ReadError::NotText(_)
            | ReadError::Refused(_) => Trouble::worked(message),
        }
    })
}

/// Reads and checks one of several specs.
pub fn compiled(input: &Input, settings: &Settings) -> Result<Compilation, Failure> {
    Ok(compile(input, text(input)?, settings))
}

/// Reads and checks the spec that a command is about. Its findings go to standard error, unless it is
/// sound and little is to be said. Nothing is returned if it has an error.
pub fn sound(screen: Screen, input: &Input, quiet: bool) -> miette::Result<Option<Compilation>> {
    let settings = settings::nearest([input])?;
    let compilation = compile(input, read(input)?, &settings[0]);
    let sound = tell(screen, &[(input.name(), &compilation)], quiet);
    Ok(sound.then_some(compilation))
}

/// Reads and checks specs that something is to be made of. Their findings go to standard error,
/// unless all are sound and little is to be said. Nothing is returned if one has an error; one that
/// can't be read is among the failures.
pub fn all_sound<'i>(
    screen: Screen,
    inputs: &'i [Input],
    failures: &mut Vec<Failure>,
    quiet: bool,
) -> miette::Result<Option<Vec<(&'i Input, Compilation)>>> {
    let settings = settings::nearest(inputs)?;
    let all: Vec<(&Input, &Settings)> = inputs
        .iter()
        .zip(settings.iter().map(AsRef::as_ref))
        .collect();
    let name = |(input, _): &(&Input, &Settings)| input.name();
    let compiled: Vec<(&Input, Compilation)> = each(&all, name, failures, |(input, settings)| {
        compiled(input, settings)
    })
    .into_iter()
    .map(|((input, _), compilation)| (*input, compilation))
    .collect();
    let named: Vec<(String, &Compilation)> = compiled
        .iter()
        .map(|(input, compilation)| (input.name(), compilation))
        .collect();
    let sound = tell(screen, &named, quiet);
    Ok(sound.then_some(compiled))
}

/// Says on standard error what was found, unless all is sound and little is to be said. Whether all
/// is sound.
pub fn tell(screen: Screen, compilations: &[(String, &Compilation)], quiet: bool) -> bool {
    let sound = compilations.iter().all(|(_, one)| one.is_sound());
    let found = compilations
        .iter()
        .filter(|(_, compilation)| !compilation.diagnostics.is_empty())
        .map(|(path, compilation)| report::Checked {
            path,
            sources: &compilation.sources,
            findings: &compilation.diagnostics,
        });
    let report = Report::new(found, &[], Level::Error);
    if report.counts().at_least(Level::Note) > 0 && !(quiet && sound) {
        screen.complain(&report.render(Format::Human(screen.look_of_errors())));
    }
    sound
}

/// The plan of a sound spec, with what the settings say of it. A file without a deployment is there
/// for others to use, and has none.
pub fn plan(input: &Input, sound: &Compilation) -> Result<Option<Plan>, Trouble> {
    let settings = settings::nearest([input])?;
    Ok(compile::plan(sound).map(|mut plan| {
        plan.deployment.runbook_url = settings[0].runbook_url(&input.stem());
        plan
    }))
}

/// Says that a file is sound and yet nothing can be made of it.
pub fn no_deployment(input: &Input) -> Trouble {
    Trouble::used(format!(
        "`{}` declares no deployment, so nothing can be made of it",
        input.name()
    ))
    .help("files without one are for others to `use`")
}
