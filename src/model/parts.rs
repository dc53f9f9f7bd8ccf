//! Lowers the top-level items of a large file in parts, on all cores.
//!
//! A part sees what was made before it and makes for itself what it needs besides. So two parts may
//! make the same metric of a module: the first one counts. Ids are unique inside a top-level node,
//! and differ between two of them because their own ids do; where these don't, one part after all
//! reads everything.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt, HashSet};

use super::lower::{Call, Lower};
use super::names::{Noun, SUGGESTIONS, Used};
use super::node::Node;
use super::noted::Noted;
use super::put_in::PutIn;
use super::spec::Spec;
use crate::diagnostic::Diagnostic;
use crate::parallel;
use crate::source::Span;
use crate::syntax::Node as Syntax;

/// How a file is cut into parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Into parts of so many bytes at the least.
    Bytes(usize),
    /// Not at all.
    Whole,
}

impl Cut {
    /// Into parts so large that another thread pays.
    pub const WORTH_A_THREAD: Cut = Cut::Bytes(64 * 1024);
}

/// What is done with an item.
type LowerItem = for<'p> fn(&mut Lower<'p>, Syntax<'p>);

/// What came of a part of a file.
struct Part {
    spec: Spec,
    found: Vec<Diagnostic>,
    used: Used,
    noted: Noted,
    /// How many unknown names were met in it and before it.
    unknown: usize,
    procedures: BTreeMap<Call, String>,
    made: Vec<(Call, Node)>,
    put_in: PutIn,
}

impl<'a> Lower<'a> {
    /// Does `lower` on each of the items, in order, with a pass that sees what was made before them.
    pub fn in_parts(&mut self, items: &[Syntax<'a>], cut: Cut, lower: LowerItem) {
        let mut parts = match cut {
            Cut::Whole => vec![self.part(items, lower, true)],
            Cut::Bytes(bytes) => {
                let all: usize = items.iter().map(|item| item.text().len()).sum();
                let least = items.len().saturating_mul(bytes) / all.max(1);
                parallel::stretches(items, least.max(1), |items| self.part(items, lower, false))
            }
        };
        // Near names are looked for a few times alone, and which ones must not depend on the parts.
        let before = self.names.unknown;
        let unknown: usize = parts.iter().map(|part| part.unknown - before).sum();
        let lost = parts.len() > 1 && before + unknown > SUGGESTIONS;
        // Nor what is left out where too much is put in.
        let mut put_in = PutIn::default();
        for part in &parts {
            put_in += part.put_in;
        }
        let lost = lost || parts.len() > 1 && put_in.is_full();
        if cut != Cut::Whole && (lost || !agree(&parts) || !self.are_apart(&parts)) {
            parts = vec![self.part(items, lower, true)];
        }
        self.spec
            .nodes
            .reserve_exact(parts.iter().map(|part| part.spec.nodes.len()).sum());
        self.spec
            .metrics
            .reserve_exact(parts.iter().map(|part| part.spec.metrics.len()).sum());
        self.spec
            .services
            .reserve_exact(parts.iter().map(|part| part.spec.services.len()).sum());
        let put_in = self.put_in;
        for part in parts {
            self.put_in += part.put_in.since(put_in);
            self.take(part);
        }
    }

    /// Lowers some items. `together`: their ids are held against each other.
    fn part(&self, items: &[Syntax<'a>], lower: LowerItem, together: bool) -> Part {
        let mut part: Lower<'_> = Lower {
            before: Some(self),
            put_in: self.put_in,
            ..Lower::new(self.names.unused_yet(), Vec::new())
        };
        for &item in items {
            if !together {
                part.ids.clear();
            }
            lower(&mut part, item);
            part.finish_made();
        }
        Part {
            spec: part.spec,
            found: part.found,
            used: part.names.used,
            noted: part.names.noted,
            unknown: part.names.unknown,
            procedures: part.procedures,
            made: part.made,
            put_in: part.put_in,
        }
    }

    /// Whether no node of one top-level node can have the id of a node of another.
    fn are_apart(&self, parts: &[Part]) -> bool {
        let mut calls: HashMap<&Call, &str> = HashMap::new();
        let mut ids: HashSet<&str> = self.made.iter().map(|(_, node)| node.id.as_str()).collect();
        for part in parts {
            for (call, node) in &part.made {
                match calls.insert(call, &node.id) {
                    None if !ids.insert(&node.id) => return false,
                    Some(other) if other != node.id => return false,
                    _ => {}
                }
            }
            for node in &part.spec.nodes {
                if !ids.insert(&node.id) {
                    return false;
                }
            }
        }
        !ids.iter().any(|id| {
            let mut ends = id.match_indices('/').map(|(end, _)| end);
            ends.any(|end| ids.contains(&id[..end]))
        })
    }

    /// Takes over what a part made, but for what was made before.
    fn take(&mut self, part: Part) {
        let Spec {
            deployment: _,
            parameters,
            secrets,
            roles,
            channels,
            services,
            metrics,
            messages,
            nodes,
        } = part.spec;
        self.take_values(parameters, secrets);
        self.take_made(roles);
        self.take_made(channels);
        self.take_made(messages);
        self.take_made(services);
        for metric in metrics {
            if self.metric_made(&metric.name).is_none() {
                self.add_metric(metric);
            }
        }
        self.spec.nodes.extend(nodes);
        for (call, node) in part.made {
            if !self.procedures.contains_key(&call) {
                self.made.push((call, node));
            }
        }
        self.procedures.extend(part.procedures);
        self.names.used.extend(part.used);
        self.names.noted.take(part.noted);
        self.names.unknown = self.names.unknown.max(part.unknown);
        self.found.extend(part.found);
    }
}

/// Whether no two parts brought in different things under one name: the first would count, and which one
/// that is must not depend on the parts.
fn agree(parts: &[Part]) -> bool {
    let mut first: HashMap<(Noun, &str), Span> = HashMap::new();
    let mut named = parts.iter().flat_map(|part| {
        let Spec {
            parameters,
            secrets,
            roles,
            channels,
            services,
            messages,
            ..
        } = &part.spec;
        let parameters = parameters
            .iter()
            .map(|one| (Noun::Parameter, &one.name, one.span));
        let secrets = secrets
            .iter()
            .map(|one| (Noun::Secret, &one.name, one.span));
        let roles = roles.iter().map(|one| (Noun::Role, &one.name, one.span));
        let channels = channels
            .iter()
            .map(|one| (Noun::Channel, &one.name, one.span));
        let services = services
            .iter()
            .map(|one| (Noun::Service, &one.name, one.span));
        let messages = messages
            .iter()
            .map(|one| (Noun::Message, &one.name, one.span));
        parameters
            .chain(secrets)
            .chain(roles)
            .chain(channels)
            .chain(services)
            .chain(messages)
    });
    named.all(|(noun, name, span)| *first.entry((noun, name)).or_insert(span) == span)
}

#[cfg(test)]
mod tests {
    use super::{Cut, Noted};
    use crate::model::Symbols;
    use crate::source::{LoadError, Loader, Source, Sources};
    use crate::syntax;

    /// Two files that declare other things under the same names.
    struct Same;

    impl Loader for Same {
        fn load(&self, _: &str, path: &str) -> Result<(String, String), LoadError> {
            if !["./here", "./there"].contains(&path) {
                return Err(LoadError::Missing);
            }
            let text = "edition 2026\nparam limit \"Limit\" : duration = 5m\nsecret token \"Token\"\nrole dba \"DBA\"\n\
                channel ops slack \"#ops\"\nservice api \"API\"\nmessage news \"News\" {\n  body \"b\"\n}\n";
            Ok((format!("{path}.deploy"), text.to_owned()))
        }
    }

    /// What a text means when it is cut like this: the spec, the findings in the order of places, and the
    /// symbols.
    fn meaning(text: &str, cut: Cut) -> (super::Spec, Vec<String>, Symbols) {
        let mut sources = Sources::default();
        let root = sources.add(Source::new("test.deploy", text.to_owned()));
        let (file, _) = syntax::parse(root, text);
        let (spec, mut found, symbols) =
            super::super::lower_cut(&file, &mut sources, &Same, cut, Noted::all());
        crate::diagnostic::sort(&mut found);
        found.dedup_by(|again, first| again.is_same_as(first));
        let found = found.iter().map(|one| format!("{one:?}"));
        (spec, found.collect(), symbols)
    }

    fn specs(folder: &std::path::Path, texts: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                specs(&path, texts);
            } else if path.extension().is_some_and(|end| end == "deploy")
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                texts.push((path.display().to_string(), text));
            }
        }
    }

    #[test]
    fn parts_mean_what_the_whole_means() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts = Vec::new();
        specs(&root.join("examples"), &mut texts);
        specs(&root.join("tests/corpus"), &mut texts);
        specs(&root.join("tests/rules"), &mut texts);
        assert!(texts.len() > 20);
        for (path, text) in texts {
            let whole = meaning(&text, Cut::Whole);
            for bytes in [1, 700, usize::MAX] {
                let parts = meaning(&text, Cut::Bytes(bytes));
                assert_eq!(parts.1, whole.1, "{path}, parts of {bytes} bytes");
                assert!(parts.0 == whole.0, "{path}, parts of {bytes} bytes");
                assert_eq!(parts.2, whole.2, "{path}, parts of {bytes} bytes");
            }
        }
    }

    #[test]
    fn what_two_parts_make_is_there_once() {
        let text = "\
use std/http
deployment \"D\" {\n  version \"v1\"\n}
role lead \"Lead\"\nservice api \"API\" {\n  namespace prod\n}
procedure mend \"Mend\" (what : text) {\n  check \"{what} is fixed\"\n}
phase one \"One\" {\n  check http.error-rate(api) < 1% else do mend(\"it\")\n  note \"{nobody}\"\n}
phase two \"Two\" {\n  check http.error-rate(api) < 2% else do mend(\"it\")\n}
reference \"A\" {\n  link \"a\" \"https://example.org\"\n}
reference \"B\" {\n  link \"b\" \"https://example.org\"\n}
";
        for text in [
            text.to_owned(),
            text.replace("reference \"B\"", "phase one \"B\""),
        ] {
            let whole = meaning(&text, Cut::Whole);
            assert_eq!(meaning(&text, Cut::Bytes(1)), whole);
            assert_eq!(whole.0.metrics.len(), 1, "{:?}", whole.1);
            assert!(
                whole
                    .0
                    .nodes
                    .iter()
                    .any(|node| node.id.starts_with("procedure/")),
                "{:?}",
                whole.1
            );
        }
    }

    #[test]
    fn of_two_that_parts_bring_in_the_first_counts() {
        for (using, finding) in [
            ("hold MODULE.limit", "limit"),
            ("check \"X\" by MODULE.dba", "dba"),
            ("notify MODULE.ops \"X\"", "ops"),
            ("shift MODULE.api to 10%", "api"),
            ("notify own with MODULE.news", "news"),
        ] {
            let phase = |name: &str, modules: &[&str]| {
                let all = modules.iter().map(|module| using.replace("MODULE", module));
                let all: Vec<String> = all.collect();
                format!("phase {name} \"P\" {{\n  {}\n}}\n", all.join("\n  "))
            };
            let head = "use ./here\nuse ./there\ndeployment \"D\" {\n  version \"v1\"\n}\n\
                channel own slack \"#own\"\n";
            for second in [&["there"][..], &["there", "here"], &["here", "there"]] {
                let text = format!("{head}{}{}", phase("one", &["here"]), phase("two", second));
                let whole = meaning(&text, Cut::Whole);
                assert!(
                    whole
                        .1
                        .iter()
                        .any(|found| found.contains(&format!("`{finding}`"))),
                    "{text}\n{:#?}",
                    whole.1
                );
                assert_eq!(meaning(&text, Cut::Bytes(1)), whole, "{text}");
            }
        }
    }

    #[test]
    fn near_names_do_not_depend_on_the_parts() {
        let mut text =
            "deployment \"D\" {\n  version \"v1\"\n}\nmetric errors \"E\" : percent in ratio\n"
                .to_owned();
        for number in 0..150 {
            text.push_str(&format!(
                "phase p-{number} \"P\" {{\n  check erors < 1%\n  check error-s < 1%\n}}\n"
            ));
        }
        let whole = meaning(&text, Cut::Whole);
        assert!(whole.1.len() >= 300);
        assert_eq!(meaning(&text, Cut::Bytes(1)).1, whole.1);
    }
}
