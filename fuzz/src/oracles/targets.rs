//! Every target is built from every plan, and a reader of its form reads what it made.

use deployc::backend::graph::{Form, View, chart};
use deployc::backend::manifests::{self, Layout};
use deployc::backend::timeline::{Paper, timeline};
use deployc::backend::{Artifact, Backend, Embedded, account};
use deployc::catalogue::BACKENDS;
use deployc::compile;
use deployc::plan::Plan;

use super::built::{html, markdown, objects, pictures, script};
use super::read::findings_have_places;
use super::spec::{self, check};
use super::{Failure, Verdict, difference, failure};

const STEM: &str = "spec";

pub fn holds(bytes: &[u8]) -> Verdict {
    let text = spec::text(bytes);
    let mut compilation = check(&text);
    let Some(plan) = compile::plan(&compilation) else {
        return Ok(false);
    };
    super::plan::is_whole(&plan, &compilation.sources)?;
    let mut random = spec::random(&text);
    for backend in BACKENDS {
        target(*backend, &plan)?;
    }
    drawn(&plan)?;
    match random.below(8) {
        // Two builds are equal, also from a text that is read again.
        0 => {
            let Some(again) = compile::plan(&check(&text)) else {
                return Err(failure("no plan when read again", ""));
            };
            let backend = BACKENDS[random.below(BACKENDS.len())];
            let (one, other) = (made(backend, &plan)?, made(backend, &again)?);
            if one != other {
                let pair = one.iter().zip(&other).find(|(one, other)| one != other);
                let what = pair.map(|(one, other)| difference(&one.text, &other.text));
                return Err(failure(
                    format!("{}: two builds differ", backend.name()),
                    what.unwrap_or_default(),
                ));
            }
        }
        1 => layouts(&plan)?,
        2 => objects::plan_fits_its_schema(&plan)?,
        3 => {
            compile::for_targets(&mut compilation, BACKENDS);
            findings_have_places(&compilation)?;
        }
        4 if random.below(8) == 0 => {
            for artifact in made(script::backend(), &plan)? {
                script::bash_reads(&artifact)?;
            }
        }
        _ => {}
    }
    Ok(true)
}

fn made(backend: &dyn Backend, plan: &Plan) -> Result<Vec<Artifact>, Failure> {
    backend
        .emit(plan, STEM, &Embedded)
        .map_err(|why| failure(format!("{}: can't be built", backend.name()), why))
}

fn target(backend: &dyn Backend, plan: &Plan) -> Result<(), Failure> {
    let name = backend.name();
    let nodes = plan.walk().count();
    let accounts = account(backend, plan);
    if accounts.len() != nodes || backend.fates(plan).len() != nodes {
        return Err(failure(
            format!("{name}: nodes are unaccounted for"),
            format!("{} of {nodes}", accounts.len()),
        ));
    }
    let objects = backend.manifests(plan, STEM).map(|made| made.objects);
    if let Some(objects) = &objects {
        objects::are_named(name, objects)?;
    }
    for artifact in made(backend, plan)? {
        let path = artifact.path.as_str();
        let text = artifact.text.as_str();
        let odd =
            path.is_empty() || path.starts_with('/') || path.split('/').any(|part| part == "..");
        if odd {
            return Err(failure(format!("{name}: leaves its folder"), path));
        }
        if !text.ends_with('\n') || text.contains('\0') {
            return Err(failure(format!("{name}: no text"), path));
        }
        match path.rsplit('.').next().unwrap_or_default() {
            "json" => objects::json(name, text).map(drop)?,
            "yaml" if name == "prometheus-rules" => objects::yaml(name, text, None)?,
            "yaml" => objects::yaml(name, text, objects.as_deref())?,
            "md" => markdown::holds(plan, text)?,
            "html" => html::holds(plan, text)?,
            "sh" => script::holds(text)?,
            other => return Err(failure(format!("{name}: who reads .{other}?"), path)),
        }
    }
    Ok(())
}

/// Objects one by one, as JSON, and with the rights that they need.
fn layouts(plan: &Plan) -> Result<(), Failure> {
    for backend in BACKENDS {
        let name = backend.name();
        let usual = backend.manifests(plan, STEM);
        let rights = backend.manifests_with_rights(plan, STEM, "deploys");
        for made in [usual, rights].into_iter().flatten() {
            objects::are_named(name, &made.objects)?;
            for form in [manifests::Form::Yaml, manifests::Form::Json] {
                let files = made.files(STEM, Layout { form, split: true });
                let mut paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
                paths.sort_unstable();
                paths.dedup();
                if paths.len() != made.objects.len() {
                    return Err(failure(
                        format!("{name}: files of the same name, or none"),
                        format!("{paths:?}"),
                    ));
                }
                for (file, object) in files.iter().zip(&made.objects) {
                    let object = std::slice::from_ref(object);
                    match form {
                        manifests::Form::Yaml => objects::yaml(name, &file.text, Some(object))?,
                        manifests::Form::Json => {
                            if objects::json(name, &file.text)? != object[0] {
                                return Err(failure(format!("{name}: another object"), &file.text));
                            }
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

/// The graph and the timeline, in every form.
fn drawn(plan: &Plan) -> Result<(), Failure> {
    let first = plan.nodes.first().map(|node| node.id.as_str());
    let views = [
        Some(View::Whole),
        Some(View::CriticalPath),
        first.map(View::Within),
    ];
    for view in views.into_iter().flatten() {
        let Some(chart) = chart(plan, view) else {
            continue;
        };
        pictures::mermaid(&chart.write(Form::Mermaid))?;
        pictures::dot(&chart.write(Form::Dot))?;
        pictures::svg(&chart.write(Form::Svg))?;
    }
    if let Some(timeline) = timeline(plan) {
        pictures::svg(&timeline.svg())?;
        let text = timeline.text(Paper {
            width: 80,
            ascii: true,
            color: false,
        });
        let odd = |letter: &char| letter.is_control() && *letter != '\n';
        if let Some(letter) = text.chars().find(odd) {
            return Err(failure(
                "timeline: a control character",
                format!("{letter:?} in {text}"),
            ));
        }
    }
    Ok(())
}
