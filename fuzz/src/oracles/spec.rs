//! A spec read and checked, with a few modules that it can bring in.

use std::borrow::Cow;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use deployc::compile::{self, Compilation};
use deployc::diagnostic::Diagnostic;
use deployc::plan::Plan;
use deployc::source::{LoadError, Loader, SourceId};
use deployc::syntax::{self, File};
use serde_json::Value;

use crate::faults::Random;

/// The name under which every spec is read.
pub const PATH: &str = "spec.deploy";

/// Files beside the spec.
pub struct Modules;

const PEOPLE: &str = "edition 2026\nrole lead \"Lead\"\nrole oncall \"On call\" { contact phone \"1\" }\nchannel ops slack \"#ops\"\n";
const CHECKS: &str = "edition 2026\nuse ./people\nchecklist ready(of: text) \"Ready\" {\n  check \"{of} is ready\"\n  run look `echo \"$OF\"` reads-only\n}\n";
const BROKEN: &str = "edition 2026\nphase p {\n  chekc \"x\"\n";
const CIRCLE: &str = "edition 2026\nuse ./circle\nuse ./spec\n";

impl Loader for Modules {
    fn load(&self, _from: &str, path: &str) -> Result<(String, String), LoadError> {
        let name = path.trim_start_matches("./").trim_end_matches(".deploy");
        let text = match name {
            "people" | "roles" | "team" => PEOPLE,
            "checks" | "checklists" | "shared" => CHECKS,
            "broken" => BROKEN,
            "circle" | "spec" => CIRCLE,
            "odd" => return Err(LoadError::Unreadable("is odd".to_owned())),
            _ if name.starts_with("..") => return Err(LoadError::Outside),
            _ => return Err(LoadError::Missing),
        };
        Ok((format!("{name}.deploy"), text.to_owned()))
    }
}

/// The bytes as text. The tool refuses what is no UTF-8; an editor sends nothing else.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(bytes);
    // A byte order mark is taken off where files are read.
    match text.strip_prefix('\u{feff}') {
        Some(rest) => Cow::Owned(rest.to_owned()),
        None => text,
    }
}

/// A number that depends on the text alone.
pub fn random(text: &str) -> Random {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    Random(hasher.finish())
}

pub fn check(text: &str) -> Compilation {
    compile::check(PATH, text.to_owned(), &Modules)
}

pub fn parse(text: &str) -> (File, Vec<Diagnostic>) {
    syntax::parse(SourceId::default(), text)
}

/// The plan without places in files.
pub fn bare(plan: &Plan) -> Value {
    let mut value = serde_json::to_value(plan).unwrap_or_default();
    without_places(&mut value);
    value
}

fn without_places(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| name != "origin");
            fields.values_mut().for_each(without_places);
        }
        Value::Array(items) => items.iter_mut().for_each(without_places),
        _ => {}
    }
}
