//! `deployc build`: from specs to the files of targets.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use deployc::backend::{Account, Artifact, Backend, account};
use deployc::catalogue;
use deployc::diagnostic::nearest;
use deployc::report::visible_line;
use similar::{ChangeTag, TextDiff};

use super::files::{Chosen, Input};
use super::layout::{Laid, Listed};
use super::screen::Screen;
use super::templates::Folder;
use super::trouble::Trouble;
use super::{Exit, disk, fidelity, front, write};

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

/// What became of the nodes of one spec in one target.
pub struct Accounted {
    /// The spec, as it is shown.
    pub spec: String,
    /// The target.
    pub target: &'static str,
    /// Every node.
    pub nodes: Vec<Account>,
}

impl Build {
    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        let targets = targets(&self.target)?;
        let templates = Folder::open(self.templates.as_deref())?;
        let inputs = self.chosen.inputs()?;
        let Some(sound) = front::sound(screen, &inputs, self.quiet)? else {
            return Ok(Exit::Found);
        };
        let plans = front::plans(&inputs, &sound)?;
        if let (Some(input), true) = (inputs.first(), plans.is_empty()) {
            return Err(front::no_deployment(input).into());
        }

        let mut made: Vec<Made> = Vec::new();
        let mut accounts: Vec<Accounted> = Vec::new();
        let mut listed = Listed::default();
        let mut refused = false;
        for (input, plan) in &plans {
            self.laid.heeded(plan, &targets)?;
            for target in &targets {
                let nodes = account(*target, plan);
                refused |= fidelity::tell(screen, *target, plan, &nodes, self.quiet);
                accounts.push(Accounted {
                    spec: input.name(),
                    target: target.name(),
                    nodes,
                });
                let (artifacts, manifests) =
                    self.laid.files(*target, plan, &input.stem(), &templates)?;
                let paths: Vec<String> = artifacts
                    .iter()
                    .map(|artifact| below(input, &artifact.path))
                    .collect();
                if let Some(manifests) = &manifests {
                    self.laid.list(&mut listed, &paths, manifests)?;
                }
                made.extend(
                    artifacts
                        .into_iter()
                        .zip(paths)
                        .map(|(artifact, path)| Made {
                            path,
                            artifact,
                            from: input.name(),
                        }),
                );
            }
        }
        templates.finish()?;
        if refused {
            return Ok(Exit::Found);
        }
        made.extend(
            listed
                .kustomizations()
                .into_iter()
                .map(|(path, artifact)| Made {
                    path,
                    artifact,
                    from: "--kustomization".to_owned(),
                }),
        );
        distinct(&made)?;
        let exit = match &self.out {
            None => self.print(screen, &made)?,
            Some(out) if self.check => self.compare(screen, out, &made, &listed)?,
            Some(out) => self.write(screen, out, &made, &inputs)?,
        };
        if let Some(path) = &self.fidelity {
            write_fidelity(path, &accounts)?;
        }
        Ok(exit)
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
        let (mut written, mut same) = (0, 0);
        for one in made {
            let path = write::inside(out, &one.path, Some(&root))?;
            if path
                .canonicalize()
                .is_ok_and(|path| sources.contains(&path))
            {
                return Err(Trouble::used(format!(
                    "`{}` is a spec, and would be overwritten",
                    disk::shown(&path)
                ))
                .into());
            }
            if disk::read(&path).is_ok_and(|before| before == one.artifact.text) {
                same += 1;
                continue;
            }
            write::replace(&path, &one.artifact.text, one.artifact.executable, &root)?;
            written += 1;
            if !self.quiet {
                screen.complain(&format!("wrote {}\n", visible_line(&disk::shown(&path))));
            }
        }
        if !self.quiet && written + same == 0 {
            screen.complain("there was nothing to write\n");
        } else if !self.quiet && written == 0 {
            let files = if same == 1 { "file was" } else { "files were" };
            screen.complain(&format!("{same} {files} up to date\n"));
        }
        Ok(Exit::Clean)
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
                Err(disk::ReadError::Missing) => {
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
                Some(near) => format!("perhaps `{near}`"),
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
    let root = folder_of(path)?;
    write::replace(path, &fidelity::json(accounts), false, &root)
}

fn folder_of(path: &Path) -> Result<PathBuf, Trouble> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => canonical(folder),
        Some(_) | None => canonical(Path::new(".")),
    }
}
