//! `deployc build`: from specs to the files of targets.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use deployc::backend::manifests::Manifests;
use deployc::backend::{Artifact, Backend, account};
use deployc::catalogue;
use deployc::compile::Compilation;
use deployc::diagnostic::nearest;
use deployc::report::visible_line;
use similar::{ChangeTag, TextDiff};

use super::disk::ReadError;
use super::fidelity::Accounted;
use super::files::{Chosen, Found, Input};
use super::layout::{Laid, Listed};
use super::screen::Screen;
use super::templates::Folder;
use super::trouble::Trouble;
use super::write::{self, Expected, Replacing};
use super::{Exit, bug, disk, fidelity, front};

#[derive(Debug, clap::Args)]
#[command(after_help = examples())]
pub struct Build {
    #[command(flatten)]
    chosen: Chosen,
    /// What to build (may be repeated)
    #[arg(long, short, value_name = "TARGET", default_value = "markdown")]
    target: Vec<String>,
    /// The folder for what is built; without it, one file goes to standard output
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write nothing; say whether the files in the folder are up to date
    #[arg(long, requires = "out")]
    check: bool,
    /// A folder with templates that replace those of the same name
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    #[command(flatten)]
    laid: Laid,
    /// Write the fidelity report, what each target makes of every node, as JSON
    #[arg(long, value_name = "FILE")]
    fidelity: Option<PathBuf>,
    /// Say nothing but what is wrong
    #[arg(long, short)]
    quiet: bool,
}

fn examples() -> String {
    let mut text = String::from("Targets:\n");
    for backend in catalogue::BACKENDS {
        let _ = writeln!(text, "  {:<10} {}", backend.name(), backend.summary());
    }
    text.push_str(
        "
Examples:
  deployc build checkout.deploy                          The runbook, on standard output
  deployc build checkout.deploy --target plan | jq .order
  deployc build specs/ --target markdown --target plan --out runbooks/
  deployc build specs/ --out runbooks/ --check           For CI: are the runbooks up to date?
  deployc build checkout.deploy --fidelity report.json
  deployc build checkout.deploy -t argo-rollouts --format json | kubectl apply -f -
  deployc build specs/ -t argo-workflows --split --kustomization --out manifests/",
    );
    text
}

/// A file that is to stand in the output.
struct Made {
    /// Below the folder of the output.
    path: String,
    artifact: Artifact,
    /// The spec that it comes from, as it is shown.
    from: String,
}

/// What one spec makes.
#[derive(Default)]
struct OfSpec {
    /// For each target the artifacts, their paths below the folder of the output, and the manifests
    /// that they hold.
    files: Vec<(Vec<Artifact>, Vec<String>, Option<Manifests>)>,
    accounts: Vec<Accounted>,
    /// Whether a target refuses a node.
    refused: bool,
}

impl Build {
    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        let targets = targets(&self.target)?;
        let templates = Folder::open(self.templates.as_deref())?;
        let Found {
            inputs,
            mut failures,
        } = self.chosen.inputs()?;
        let Some(sound) = front::all_sound(screen, &inputs, &mut failures, self.quiet)? else {
            return Ok(front::left_out(
                screen,
                &failures,
                inputs.len(),
                Exit::Found,
            ));
        };
        let mut made: Vec<Made> = Vec::new();
        let mut accounts: Vec<Accounted> = Vec::new();
        let mut listed = Listed::default();
        let mut refused = false;
        let mut plans = 0;
        for (input, sound) in &sound {
            let of_spec = bug::guarded(&input.name(), || {
                self.of_spec(screen, input, sound, &targets, &templates)
            });
            let of_spec = match of_spec {
                Ok(of_spec) => of_spec?,
                Err(failure) => {
                    failures.push(failure);
                    continue;
                }
            };
            let Some(of_spec) = of_spec else { continue };
            plans += 1;
            refused |= of_spec.refused;
            accounts.extend(of_spec.accounts);
            for (artifacts, paths, manifests) in of_spec.files {
                if let Some(manifests) = &manifests {
                    self.laid.list(&mut listed, &paths, manifests)?;
                }
                let files = artifacts.into_iter().zip(paths);
                made.extend(files.map(|(artifact, path)| Made {
                    path,
                    artifact,
                    from: input.name(),
                }));
            }
        }
        if let (Some(input), 0, true) = (inputs.first(), plans, failures.is_empty()) {
            return Err(front::no_deployment(input).into());
        }
        templates.finish()?;
        if refused {
            return Ok(front::left_out(screen, &failures, plans, Exit::Found));
        }
        let kustomizations = listed.kustomizations();
        if failures.is_empty() {
            made.extend(kustomizations.into_iter().map(|(path, artifact)| Made {
                path,
                artifact,
                from: "--kustomization".to_owned(),
            }));
        } else if !kustomizations.is_empty() {
            // It would leave out what is in use, and what applies it might delete that.
            screen.note("no kustomization is made, since a spec is left out");
        }
        distinct(&made)?;
        let exit = match &self.out {
            None if made.is_empty() && !failures.is_empty() => Exit::Clean,
            None => self.print(screen, &made)?,
            Some(out) if self.check => self.compare(screen, out, &made, &listed)?,
            Some(out) => self.write(screen, out, &made, &inputs)?,
        };
        if let Some(path) = &self.fidelity {
            write_fidelity(path, &accounts)?;
        }
        Ok(front::left_out(screen, &failures, plans, exit))
    }

    /// What a spec makes; nothing where it declares no deployment.
    fn of_spec(
        &self,
        screen: Screen,
        input: &Input,
        sound: &Compilation,
        targets: &[&'static dyn Backend],
        templates: &Folder,
    ) -> Result<Option<OfSpec>, Trouble> {
        let Some(plan) = front::plan(input, sound)? else {
            return Ok(None);
        };
        self.laid.heeded(&plan, targets)?;
        let mut made = OfSpec::default();
        for target in targets {
            let nodes = account(*target, &plan);
            made.refused |= fidelity::tell(screen, *target, &plan, &nodes, self.quiet);
            made.accounts.push(Accounted {
                spec: input.name(),
                target: target.name(),
                nodes,
            });
            let (artifacts, manifests) =
                self.laid.files(*target, &plan, &input.stem(), templates)?;
            let paths = artifacts
                .iter()
                .map(|artifact| below(input, &artifact.path))
                .collect();
            made.files.push((artifacts, paths, manifests));
        }
        Ok(Some(made))
    }

    fn print(&self, screen: Screen, made: &[Made]) -> miette::Result<Exit> {
        match made {
            [one] => screen.print(&one.artifact.text)?,
            several => {
                return Err(Trouble::used(format!(
                    "{} files are built, too many for standard output",
                    several.len()
                ))
                .help("name a folder for them: `--out runbooks/`")
                .into());
            }
        }
        Ok(Exit::Clean)
    }

    fn write(
        &self,
        screen: Screen,
        out: &Path,
        made: &[Made],
        inputs: &[Input],
    ) -> miette::Result<Exit> {
        std::fs::create_dir_all(out).map_err(|error| {
            Trouble::io(
                format!("the folder `{}` can't be made", disk::shown(out)),
                error,
            )
        })?;
        let root = canonical(out)?;
        let sources: Vec<PathBuf> = inputs
            .iter()
            .filter_map(|input| match input {
                Input::File { path, .. } => path.canonicalize().ok(),
                Input::Stdin(_) => None,
            })
            .collect();
        let (mut written, mut same, mut failed) = (0, 0, 0);
        for one in made {
            match self.write_one(screen, out, one, &root, &sources) {
                Ok(true) => written += 1,
                Ok(false) => same += 1,
                // A file of another spec can be written all the same.
                Err(trouble) => {
                    screen.trouble(trouble);
                    failed += 1;
                }
            }
        }
        if failed > 0 {
            if failed > 1 {
                screen.complain(&format!("{failed} files could not be written\n"));
            }
            return Ok(Exit::CouldNotWork);
        }
        if !self.quiet && written + same == 0 {
            screen.complain("there was nothing to write\n");
        } else if !self.quiet && written == 0 {
            let files = if same == 1 { "file was" } else { "files were" };
            screen.complain(&format!("{same} {files} up to date\n"));
        }
        Ok(Exit::Clean)
    }

    /// Writes a file, unless it is up to date.
    fn write_one(
        &self,
        screen: Screen,
        out: &Path,
        one: &Made,
        root: &Path,
        sources: &[PathBuf],
    ) -> Result<bool, Trouble> {
        let path = write::inside(out, &one.path, Some(root))?;
        let shown = disk::shown(&path);
        let real = path.canonicalize();
        if real.is_ok_and(|path| sources.contains(&path)) {
            return Err(Trouble::worked(format!(
                "`{shown}` is a spec, and would be overwritten"
            )));
        }
        let before = disk::read(&path);
        let expected = match &before {
            Ok(before) if *before == one.artifact.text => return Ok(false),
            Ok(before) => Expected::Text(before),
            Err(ReadError::Missing) => Expected::Nothing,
            // No text of ours; whether it can be replaced is seen then.
            Err(_) => Expected::Anything,
        };
        let how = Replacing {
            expected,
            runs: one.artifact.executable,
            root,
        };
        let said = write::replace(&path, &one.artifact.text, how)?;
        if !self.quiet {
            screen.complain(&format!("wrote {}\n", visible_line(&shown)));
        }
        said.iter().for_each(|said| screen.note(said));
        Ok(true)
    }

    fn compare(
        &self,
        screen: Screen,
        out: &Path,
        made: &[Made],
        listed: &Listed,
    ) -> miette::Result<Exit> {
        let mut text = String::new();
        let mut stale = 0;
        for one in made {
            let path = write::inside(out, &one.path, None)?;
            let shown = disk::shown(&path);
            let shown = visible_line(&shown);
            match disk::read(&path) {
                Ok(before) if before == one.artifact.text => continue,
                Ok(before) => {
                    let _ = writeln!(text, "{shown} is out of date: {}", changes(&before, one));
                }
                Err(ReadError::Missing) => {
                    let _ = writeln!(text, "{shown} is missing");
                }
                Err(error) => {
                    let _ = writeln!(text, "{shown} {}", error.in_words());
                }
            }
            stale += 1;
        }
        let paths: Vec<&str> = made.iter().map(|one| one.path.as_str()).collect();
        for path in listed.left_over(out, &paths) {
            let _ = writeln!(text, "{} is made no longer", visible_line(&path));
            stale += 1;
        }
        if stale == 0 {
            if !self.quiet {
                let files = if made.len() == 1 {
                    "file is"
                } else {
                    "files are"
                };
                screen.print(&format!("{} {files} up to date\n", made.len()))?;
            }
            return Ok(Exit::Clean);
        }
        screen.print(&text)?;
        screen.complain("run the same command without --check to bring them up to date\n");
        Ok(Exit::Found)
    }
}

/// The targets of these names, each once.
pub fn targets(names: &[String]) -> Result<Vec<&'static dyn Backend>, Trouble> {
    let mut targets: Vec<&'static dyn Backend> = Vec::new();
    for name in names {
        let backend = catalogue::backend(name).ok_or_else(|| {
            let known: Vec<&str> = catalogue::BACKENDS
                .iter()
                .map(|backend| backend.name())
                .collect();
            let trouble = Trouble::used(format!("there is no target `{name}`"));
            trouble.help(match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("one of `{}`", known.join("`, `")),
            })
        })?;
        if !targets.iter().any(|target| target.name() == backend.name()) {
            targets.push(backend);
        }
    }
    Ok(targets)
}

/// How a file differs from what would be built: the number of lines, and the first of them.
fn changes(before: &str, made: &Made) -> String {
    /// So many changed lines are shown.
    const SHOWN: usize = 6;
    let diff = TextDiff::from_lines(before, made.artifact.text.as_str());
    let (mut added, mut removed) = (0, 0);
    let mut lines = String::new();
    for change in diff.iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Equal => continue,
            ChangeTag::Insert => {
                added += 1;
                '+'
            }
            ChangeTag::Delete => {
                removed += 1;
                '-'
            }
        };
        if added + removed <= SHOWN {
            let line = change.value().trim_end_matches(['\n', '\r']);
            let _ = write!(lines, "\n  {sign} {}", visible_line(line));
        }
    }
    if added + removed > SHOWN {
        let _ = write!(lines, "\n  and {} more", added + removed - SHOWN);
    }
    format!("{added} lines to add, {removed} to remove{lines}")
}

/// The path of an artifact: of a folder that was searched, the folders below are kept.
fn below(input: &Input, path: &str) -> String {
    match input {
        Input::File { below, .. } if !below.as_os_str().is_empty() => {
            format!("{}/{path}", disk::shown(below))
        }
        Input::File { .. } | Input::Stdin(_) => path.to_owned(),
    }
}

/// No two specs may make the same file.
fn distinct(made: &[Made]) -> Result<(), Trouble> {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for one in made {
        if let Some(other) = seen.insert(&one.path, &one.from) {
            return Err(Trouble::used(format!(
                "`{other}` and `{}` both make `{}`",
                one.from, one.path
            ))
            .help("build them into different folders, or rename one"));
        }
    }
    Ok(())
}

fn canonical(folder: &Path) -> Result<PathBuf, Trouble> {
    folder
        .canonicalize()
        .map_err(|error| Trouble::io(format!("`{}` can't be used", disk::shown(folder)), error))
}

/// Writes the fidelity report.
pub fn write_fidelity(path: &Path, accounts: &[Accounted]) -> Result<(), Trouble> {
    let root = canonical(&disk::folder_of(path))?;
    let how = Replacing {
        expected: Expected::Anything,
        runs: false,
        root: &root,
    };
    write::replace(path, &fidelity::json(accounts), how).map(|_| ())
}
