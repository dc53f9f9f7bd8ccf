//! What of a spec a line that was built comes from, and what stands on a line of a spec.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use deployc::backend::Backend;
use deployc::backend::manifests::{Form, Layout};
use deployc::catalogue;
use deployc::compile::Compilation;
use deployc::plan::{Node, Origin, Plan};
use deployc::source::Span;
use serde_json::Value;

use super::templates::Folder;
use super::trace::{self, Built, How, Part};
use super::trouble::Trouble;

/// A place in a spec, and what stands there.
pub struct Source {
    pub what: String,
    pub origin: Origin,
}

/// What is known of a spec.
pub struct Known {
    pub compilation: Compilation,
    pub plan: Plan,
    pub stem: String,
}

/// The spec that a built file names, or one of its name nearby.
pub fn spec_of(path: &Path, text: &str) -> Option<PathBuf> {
    let said = text.lines().take(40).find_map(|line| {
        let (_, behind) = line.split_once("Made by deployc from ")?;
        let (spec, _) = behind.split_once(": change that file")?;
        Some(PathBuf::from(spec))
    });
    let in_plan = || {
        let plan: Value = serde_json::from_str(text).ok()?;
        let file = plan.pointer("/deployment/origin/file")?.as_str()?;
        Some(PathBuf::from(file))
    };
    let nearby = || {
        let name = path.file_name()?.to_str()?;
        let stem = name.split('.').next()?;
        let folder = path.parent().unwrap_or(Path::new(""));
        [folder.to_path_buf(), PathBuf::new()]
            .into_iter()
            .map(|folder| folder.join(format!("{stem}.deploy")))
            .find(|spec| spec.is_file())
    };
    said.or_else(in_plan).or_else(nearby)
}

/// A file as it is built now.
pub struct Now {
    /// The target whose file it is.
    pub backend: &'static dyn Backend,
    layout: Layout,
    rbac: Option<String>,
    /// The file.
    pub built: Built,
}

impl Now {
    fn how(&self) -> How<'_> {
        How {
            layout: self.layout,
            rbac: self.rbac.as_deref(),
        }
    }
}

/// The namespace of the service account of which a file of `--rbac` speaks.
fn namespace_of_account(text: &str) -> Option<String> {
    // YAML says it above the objects, JSON in them alone.
    if let Some((_, behind)) = text.split_once("`argo submit -n ") {
        return behind.split_whitespace().next().map(str::to_owned);
    }
    let runs = text.contains("serviceAccountName") || text.contains("workflowtaskresults");
    let from = match text.find("ServiceAccount") {
        Some(place) => place,
        None if runs => 0,
        // A role in the namespace of a service is the same wherever the account is, but there.
        None => return text.contains("\"Role\"").then(|| "elsewhere".to_owned()),
    };
    text[from..].lines().find_map(|line| {
        let line = line.trim().trim_start_matches('"');
        let value = line.strip_prefix("namespace")?.trim_start_matches('"');
        let value = value.strip_prefix(':')?.trim();
        Some(value.trim_matches(['"', ',']).to_owned())
    })
}

/// All layouts, the usual one first.
const LAYOUTS: [Layout; 4] = [
    Layout {
        form: Form::Yaml,
        split: false,
    },
    Layout {
        form: Form::Json,
        split: false,
    },
    Layout {
        form: Form::Yaml,
        split: true,
    },
    Layout {
        form: Form::Json,
        split: true,
    },
];

/// The target whose file this is, and the file as it is built now.
pub fn made(known: &Known, path: &Path, text: &str, templates: &Folder) -> Result<Now, Trouble> {
    let part = |path: Option<&std::ffi::OsStr>| {
        path.and_then(std::ffi::OsStr::to_str)
            .unwrap_or_default()
            .to_owned()
    };
    let name = part(path.file_name());
    let folder = part(path.parent().and_then(Path::file_name));
    let account = namespace_of_account(text);
    let mut ways = vec![None];
    if account.is_some() {
        ways.insert(0, account);
    }
    let mut best: Option<((usize, bool), Now)> = None;
    for backend in catalogue::BACKENDS.iter().copied() {
        for (layout, rbac) in LAYOUTS
            .into_iter()
            .flat_map(|layout| ways.iter().map(move |way| (layout, way.as_deref())))
        {
            let how = How { layout, rbac };
            for built in trace::built(backend, &known.plan, &known.stem, templates, how)? {
                let (above, file) = built.path.rsplit_once('/').unwrap_or(("", &built.path));
                let ending = file.strip_prefix(&known.stem).unwrap_or(file);
                let fits = if file == name && (above.is_empty() || above == folder) {
                    usize::MAX
                } else if above.is_empty() && name.ends_with(ending) {
                    ending.len()
                } else {
                    continue;
                };
                let fits = (fits, built.text == text);
                if best.as_ref().is_none_or(|(known, _)| *known < fits) {
                    best = Some((
                        fits,
                        Now {
                            backend,
                            layout,
                            rbac: rbac.map(str::to_owned),
                            built,
                        },
                    ));
                }
            }
        }
    }
    best.map(|(_, now)| now)
        .ok_or_else(|| Trouble::used(format!("no target builds a file such as `{name}`")))
}

/// What of a spec a line comes from.
pub fn sources(
    known: &Known,
    now: &Now,
    line: usize,
    templates: &Folder,
) -> Result<Vec<Source>, Trouble> {
    let plan = &known.plan;
    let built = &now.built;
    let mut lines = |part: Part<'_>| -> Result<BTreeSet<usize>, Trouble> {
        let changed = trace::without(plan, part);
        let after = trace::built(now.backend, &changed, &known.stem, templates, now.how())?;
        let other = after
            .iter()
            .find(|other| other.path == built.path)
            .map_or("", |other| other.text.as_str());
        Ok(trace::gone(&built.text, other))
    };
    let mut nodes = trace::nodes_of(plan, line, &mut lines)?;
    if built.path.ends_with(".yaml") {
        let ids: BTreeSet<&str> = plan.walk().map(|node| node.id.as_str()).collect();
        let named: Vec<&Node> = trace::named_around(&built.text, line, &|id| ids.contains(id))
            .into_iter()
            .filter_map(|id| plan.node(&id))
            .collect();
        let related = |node: &&Node| {
            named.iter().any(|other| {
                node.id == other.id
                    || node.id.starts_with(&format!("{}/", other.id))
                    || other.id.starts_with(&format!("{}/", node.id))
            })
        };
        if !named.is_empty() {
            nodes.retain(related);
            if nodes.is_empty() {
                nodes = named;
            }
        }
    }
    let mut found: Vec<Source> = nodes
        .into_iter()
        .map(|node| Source {
            what: node_words(node),
            origin: node.origin.clone(),
        })
        .collect();
    for (place, metric) in plan.metrics.iter().enumerate() {
        if lines(Part::Metric(place))?.contains(&line) {
            found.push(Source {
                what: format!("metric `{}`", metric.name),
                origin: origin(known, metric.span),
            });
        }
    }
    for (place, service) in plan.services.iter().enumerate() {
        if lines(Part::Service(place))?.contains(&line) {
            found.push(Source {
                what: format!("service `{}`", service.name),
                origin: origin(known, service.span),
            });
        }
    }
    if found.is_empty() {
        found.push(Source {
            what: "the deployment as a whole".to_owned(),
            origin: plan.deployment.origin.clone(),
        });
    }
    Ok(found)
}

/// The innermost part of the plan that stands on a line of a spec.
pub fn part_at<'a>(known: &'a Known, file: &str, line: usize) -> Option<(Part<'a>, Source)> {
    let plan = &known.plan;
    let stands = |origin: &Origin| {
        origin.file == file && origin.line as usize <= line && line <= origin.end_line as usize
    };
    let node = plan
        .walk()
        .filter(|node| stands(&node.origin))
        .min_by_key(|node| node.origin.end_line - node.origin.line);
    if let Some(node) = node {
        return Some((
            Part::Node(node),
            Source {
                what: node_words(node),
                origin: node.origin.clone(),
            },
        ));
    }
    let metric = plan.metrics.iter().enumerate().find_map(|(place, metric)| {
        let origin = origin(known, metric.span);
        begins(known, &origin, file, line).then(|| {
            let what = format!("metric `{}`", metric.name);
            (Part::Metric(place), Source { what, origin })
        })
    });
    metric.or_else(|| {
        plan.services
            .iter()
            .enumerate()
            .find_map(|(place, service)| {
                let origin = origin(known, service.span);
                begins(known, &origin, file, line).then(|| {
                    let what = format!("service `{}`", service.name);
                    (Part::Service(place), Source { what, origin })
                })
            })
    })
}

/// Whether a line belongs to the declaration whose name stands at an origin: up to the next line that
/// begins at the left.
fn begins(known: &Known, origin: &Origin, file: &str, line: usize) -> bool {
    if origin.file != file || line < origin.line as usize {
        return false;
    }
    let text = known.compilation.sources.get(known.compilation.root).text();
    text.lines()
        .enumerate()
        .skip(origin.line as usize)
        .take_while(|(index, _)| *index < line)
        .all(|(_, text)| text.is_empty() || text.starts_with([' ', '\t', '}']))
}

fn origin(known: &Known, span: Span) -> Origin {
    let source = known.compilation.sources.get(span.source);
    let (start, end) = (source.position(span.start), source.position(span.end));
    Origin {
        file: source.path().to_owned(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

fn node_words(node: &Node) -> String {
    format!("{} `{}`", node.work.kind(), node.id)
}
