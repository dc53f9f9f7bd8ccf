//! Every file of `tests/corpus/nouns` and `tests/corpus/mistakes`, one for each noun, seen in many views: the
//! tree, what is found, the plan, the runbook, the script, and the canonical form.

use std::fmt::Write;

use deployc::backend::{Backend, Embedded, markdown::Markdown, plan_json, shell::Shell};
use deployc::compile::{self, Compilation};
use deployc::diagnostic::Level;
use deployc::plan::Plan;
use deployc::report::{Checked, Format, Look, Report};
use deployc::source::{NoFiles, SourceId};
use deployc::syntax::{self, File, Node};

fn each(view: impl Fn(&str, &str, &Compilation) -> Option<String>, suffix: &str) {
    insta::glob!("../corpus", "{nouns,mistakes}/*.deploy", |path| {
        let text = std::fs::read_to_string(path).expect("the spec can be read");
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let folder = path.parent().and_then(Path::file_name);
        let folder = folder.map(|name| name.to_string_lossy().into_owned());
        let folder = folder.unwrap_or_default();
        let compilation = compile::check(&name, text.clone(), &NoFiles);
        if let Some(seen) = view(&name, &text, &compilation) {
            insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false,
                snapshot_path => "snapshots/corpus",
                snapshot_suffix => format!("{folder}-{}", name.trim_end_matches(".deploy")) }, {
                insta::assert_snapshot!(suffix, seen);
            });
        }
    });
}

fn emitted(backend: &dyn Backend, plan: &Plan) -> String {
    backend
        .emit(plan, "corpus", &Embedded)
        .expect("the embedded templates can be filled in")
        .remove(0)
        .text
}

/// The tree: kinds by depth, and the text of what has nothing inside.
fn tree(file: &File) -> String {
    fn write(node: Node<'_>, depth: usize, out: &mut String) {
        let _ = write!(out, "{:width$}{:?}", "", node.kind(), width = 2 * depth);
        if node.children().next().is_none() {
            let _ = write!(out, " {:?}", node.text());
        }
        out.push('\n');
        for child in node.children() {
            write(child, depth + 1, out);
        }
    }
    let mut out = String::new();
    for piece in &file.pieces {
        write(piece.root(), 0, &mut out);
    }
    out
}

#[test]
fn the_tree() {
    each(
        |_, text, _| Some(tree(&syntax::parse(SourceId::default(), text).0)),
        "tree",
    );
}

#[test]
fn what_is_found() {
    each(
        |name, _, compilation| {
            let checked = Checked {
                path: name,
                sources: &compilation.sources,
                findings: &compilation.diagnostics,
            };
            let report = Report::new([checked], &[], Level::Warning);
            Some(report.render(Format::Human(Look::default())))
        },
        "found",
    );
}

#[test]
fn the_plan() {
    each(
        |_, _, compilation| compile::plan(compilation).map(|plan| plan_json::text(&plan)),
        "plan",
    );
}

#[test]
fn the_runbook() {
    each(
        |_, _, compilation| compile::plan(compilation).map(|plan| emitted(&Markdown, &plan)),
        "runbook",
    );
}

#[test]
fn the_script() {
    each(
        |_, _, compilation| {
            let text = emitted(&Shell, &compile::plan(compilation)?);
            let (head, rest) = text.split_once("\n# ---- What every")?;
            let (_, own) = rest.split_once("\n# ---- The plan.")?;
            Some(format!("{head}\n…\n{own}"))
        },
        "script",
    );
}

#[test]
fn the_canonical_form() {
    each(
        |_, text, _| {
            let (file, _) = syntax::parse(SourceId::default(), text);
            Some(syntax::format(&file, text))
        },
        "formatted",
    );
}
