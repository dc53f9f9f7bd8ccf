//! `deployc mdbook`: a preprocessor of mdBook. It reads `[context, book]` as JSON and writes the book;
//! the protocol is <https://rust-lang.github.io/mdBook/for_developers/preprocessors.html>.

mod chapter;
mod drawing;
mod rules;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use deployc::compile::{self, Compilation};
use serde_json::Value;

use super::files::Input;
use super::screen::Screen;
use super::trouble::{self, Trouble};
use super::{Exit, bug, disk, front, settings};
use chapter::{Spec, Wanted};
use drawing::Medium;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Mdbook {
    #[command(subcommand)]
    question: Option<Question>,
}

#[derive(Debug, clap::Subcommand)]
enum Question {
    /// Say whether books for a renderer can be worked on (exit code 0: yes)
    Supports {
        /// The renderer: `html` …
        renderer: String,
    },
}

const EXAMPLES: &str = "\
Examples:
  deployc mdbook supports html    What mdBook asks first

In book.toml:
  [preprocessor.deploy]
  command = \"deployc mdbook\"
  before = [\"links\"]

In a chapter, on a line of its own, with a path from the chapter's folder:
  {{#deploy checkout.deploy runbook}}
  {{#deploy checkout.deploy timeline}}
  {{#deploy checkout.deploy graph phase=rollout}}
or as the first line of a fenced block that holds a spec:
  ```deploy graph source";

/// Who asks.
const ASKED: &str = "mdBook runs this command: name it in book.toml, under [preprocessor.deploy]";

impl Mdbook {
    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        if let Some(Question::Supports { .. }) = self.question {
            // Whatever shows no pictures gets text.
            return Ok(Exit::Clean);
        }
        if std::io::stdin().is_terminal() {
            return Err(
                Trouble::used("this command waits for a book, and nobody sends one")
                    .help(ASKED)
                    .into(),
            );
        }
        let text = disk::read_stdin()
            .map_err(|error| Trouble::worked(format!("standard input {}", error.in_words())))?;
        let (context, mut book) = read(&text)?;
        let work = Work::new(&context, screen);
        let mut worst = Exit::Clean;
        // mdBook 0.5 says `items`, 0.4 said `sections`.
        for name in ["items", "sections"] {
            if let Some(items) = book.get_mut(name).and_then(Value::as_array_mut) {
                work.items(items, &mut worst);
            }
        }
        // A book in which something is missing is none.
        if worst != Exit::Clean {
            return Ok(worst);
        }
        screen.print(&format!("{book}\n"))?;
        Ok(Exit::Clean)
    }
}

/// What mdBook sent.
fn read(text: &str) -> Result<(Value, Value), Trouble> {
    let wrong =
        |why: String| Trouble::used(format!("standard input is no book: {why}")).help(ASKED);
    let sent: Value = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    match sent {
        Value::Array(parts) => match <[Value; 2]>::try_from(parts) {
            Ok([context, book]) if context.is_object() && book.is_object() => Ok((context, book)),
            Ok(_) | Err(_) => Err(wrong("expected a context and a book".to_owned())),
        },
        _ => Err(wrong("expected a list of a context and a book".to_owned())),
    }
}

/// What is known of the book.
struct Work {
    /// The folder of the chapters.
    folder: PathBuf,
    medium: Medium,
    screen: Screen,
}

impl Work {
    fn new(context: &Value, screen: Screen) -> Self {
        let words = |value: &Value, or: &str| value.as_str().unwrap_or(or).to_owned();
        let root = PathBuf::from(words(&context["root"], "."));
        Work {
            folder: root.join(words(&context["config"]["book"]["src"], "src")),
            medium: match context["renderer"].as_str() {
                Some("html") => Medium::Html,
                Some(_) | None => Medium::Text,
            },
            screen,
        }
    }

    /// Works on chapters and those below them. What is wrong with one is told, and the others are
    /// worked on; the worst of it is how it ends.
    fn items(&self, items: &mut [Value], worst: &mut Exit) {
        for item in items {
            let Some(chapter) = item.get_mut("Chapter").filter(|one| one.is_object()) else {
                continue;
            };
            let path = chapter["path"].as_str().or(chapter["name"].as_str());
            let name = path.unwrap_or_default().to_owned();
            let exit = match bug::about(&name, || self.chapter(chapter)) {
                Ok(true) => Exit::Clean,
                Ok(false) => Exit::Found,
                Err(trouble) => {
                    self.screen.complain(&format!("{trouble:?}\n"));
                    trouble::exit(&trouble)
                }
            };
            *worst = (*worst).max(exit);
            if let Some(below) = chapter.get_mut("sub_items").and_then(Value::as_array_mut) {
                self.items(below, worst);
            }
            rules::add(chapter);
        }
    }

    fn chapter(&self, chapter: &mut Value) -> miette::Result<bool> {
        // A chapter that is only planned has no file.
        let path = ["source_path", "path"]
            .iter()
            .find_map(|name| chapter[name].as_str());
        let (Some(path), Some(content)) = (path, chapter["content"].as_str()) else {
            return Ok(true);
        };
        let file = self.folder.join(path);
        let shown = disk::shown(&file);
        let wanted = chapter::wanted(content).map_err(|mistake| {
            Trouble::used(format!("{shown}:{}: {}", mistake.line, mistake.message))
                .help(mistake.help)
        })?;
        if wanted.is_empty() {
            return Ok(true);
        }
        let mut sound = true;
        let mut made = String::with_capacity(content.len());
        let mut done = 0;
        let mut runbooks = 0;
        for one in &wanted {
            let Some(compilation) = self.compiled(one, &file, &shown)? else {
                sound = false;
                continue;
            };
            let at = |trouble: Trouble| trouble.at(&format!("{shown}:{}", one.line));
            let plan = compile::plan(&compilation).ok_or_else(|| {
                at(Trouble::used(
                    "no deployment is declared, so nothing can be drawn",
                ))
            })?;
            let drawn =
                drawing::draw(&plan, &one.view, self.medium, one.level, runbooks).map_err(at)?;
            if one.view == chapter::View::Runbook {
                runbooks += 1;
            }
            made.push_str(&content[done..one.place.start]);
            let shown_too = match (&one.spec, one.source) {
                (Spec::Here { text, .. }, true) => format!("{}\n\n", kept(text)),
                (Spec::Here { .. } | Spec::File(_), _) => String::new(),
            };
            made.push_str(&drawing::placed(
                &format!("{shown_too}{drawn}"),
                &one.before,
            ));
            made.push('\n');
            done = one.place.end;
        }
        made.push_str(&content[done..]);
        chapter["content"] = Value::String(made);
        Ok(sound)
    }

    /// The spec that is wanted, compiled; nothing where it has an error, which has been told.
    fn compiled(
        &self,
        wanted: &Wanted,
        file: &Path,
        shown: &str,
    ) -> miette::Result<Option<Compilation>> {
        let (path, text) = match &wanted.spec {
            // Lines of the chapter above the block are left blank, so that findings name its lines.
            Spec::Here { text, line } => (shown.to_owned(), "\n".repeat(line - 1) + text),
            Spec::File(path) => {
                let input = Input::File {
                    path: file.parent().unwrap_or(Path::new(".")).join(path),
                    below: PathBuf::new(),
                };
                let text = front::read(&input)
                    .map_err(|trouble| trouble.at(&format!("{shown}:{}", wanted.line)))?;
                (input.name(), text)
            }
        };
        let input = Input::Stdin(path.clone());
        let settings = settings::nearest([&input])?;
        let compilation = front::compile(&input, text, &settings[0]);
        let sound = front::tell(self.screen, &[(path, &compilation)], true);
        Ok(sound.then_some(compilation))
    }
}

/// The spec of a block that is kept, as plain code.
fn kept(text: &str) -> String {
    let mut marks = "```".to_owned();
    while text.contains(&marks) {
        marks.push('`');
    }
    format!("{marks}deploy\n{}\n{marks}", text.trim_end())
}
