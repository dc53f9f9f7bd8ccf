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
use super::settings;
use super::trouble::Trouble;
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
        None => match input.read() {
            Ok(text) => text,
            Err(error) => {
                return Err(Failure {
                    path,
                    message: error.in_words(),
                });
            }
        },
    };
    let over = Over::new(&path, texts);
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

/// Checks a text under the name of a file.
pub fn compile(path: &str, text: String, texts: &Texts, settings: &Settings) -> Compilation {
    Over::new(path, texts).compile(path, text, settings)
}

/// The disk, with other texts for some of its files.
struct Over<'a> {
    disk: Disk,
    texts: &'a Texts,
    /// The folders in which imports were looked for.
    looked: RefCell<BTreeSet<PathBuf>>,
}

impl<'a> Over<'a> {
    fn new(path: &str, texts: &'a Texts) -> Self {
        Over {
            disk: Disk::of(path),
            texts,
            looked: RefCell::default(),
        }
    }

    fn compile(&self, path: &str, text: String, settings: &Settings) -> Compilation {
        let mut compilation = compile::check(path, text, self);
        compilation.diagnostics = settings.apply(compilation.diagnostics);
        compilation
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
        let trouble = Trouble::worked(format!("`{}` {}", failure.path, failure.message));
        screen.complain(&format!("{:?}\n", miette::Report::new(trouble)));
    }
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

/// Reads and checks one spec.
pub fn compiled(input: &Input, settings: &Settings) -> Result<Compilation, Trouble> {
    read(input).map(|text| compile(&input.name(), text, &Texts::new(), settings))
}

/// Reads and checks specs that something is to be made of. Their findings go to standard error,
/// unless a spec is sound and little is to be said. Nothing is returned if one has an error.
pub fn sound(
    screen: Screen,
    inputs: &[Input],
    quiet: bool,
) -> miette::Result<Option<Vec<Compilation>>> {
    let settings = settings::nearest(inputs)?;
    let all: Vec<(&Input, &Settings)> = inputs
        .iter()
        .zip(settings.iter().map(AsRef::as_ref))
        .collect();
    let read = parallel::each(&all, |(input, settings)| compiled(input, settings));
    let compilations = read.into_iter().collect::<Result<Vec<_>, Trouble>>()?;
    let named: Vec<(String, &Compilation)> =
        inputs.iter().map(Input::name).zip(&compilations).collect();
    let sound = tell(screen, &named, quiet);
    Ok(sound.then_some(compilations))
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

/// The plans of sound specs, with what the settings say of them. A file without a deployment is there for
/// others to use, and has none.
pub fn plans<'i>(
    inputs: &'i [Input],
    sound: &[Compilation],
) -> Result<Vec<(&'i Input, Plan)>, Trouble> {
    let settings = settings::nearest(inputs)?;
    let all = inputs.iter().zip(sound).zip(&settings);
    let plans = all.filter_map(|((input, sound), settings)| {
        let mut plan = compile::plan(sound)?;
        plan.deployment.runbook_url = settings.runbook_url(&input.stem());
        Some((input, plan))
    });
    Ok(plans.collect())
}

/// Says that a file is sound and yet nothing can be made of it.
pub fn no_deployment(input: &Input) -> Trouble {
    Trouble::used(format!(
        "`{}` declares no deployment, so nothing can be made of it",
        input.name()
    ))
    .help("files without one are for others to `use`")
}
