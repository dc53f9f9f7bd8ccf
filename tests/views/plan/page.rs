//! `docs/plan.md`: its examples are cut out of real plans, its table is printed from the types.
//! `UPDATE=1 cargo test --test views plan::` writes them anew.

use std::path::Path;

use deployc::backend::plan_json;
use serde_json::Value;

use crate::specs;

/// A kind of node, as the schema has it.
pub struct Kind {
    /// Its word.
    pub name: String,
    /// What it is.
    pub description: String,
    /// The fields that it has and others do not: names, and whether they are always there.
    pub fields: Vec<(String, bool)>,
}

/// All kinds of nodes, in the order of the schema.
pub fn kinds() -> Vec<Kind> {
    let schema = plan_json::schema();
    let kinds: Vec<Kind> = branches(&schema["$defs"]["Node"])
        .map(|branch| {
            let mut fields = Vec::new();
            own_fields(branch, &schema, &mut fields);
            Kind {
                name: branch["title"].as_str().expect("a title").to_owned(),
                description: branch["description"]
                    .as_str()
                    .expect("a description")
                    .to_owned(),
                fields,
            }
        })
        .collect();
    assert!(kinds.len() > 40, "{} kinds", kinds.len());
    kinds
}

fn branches(schema: &Value) -> impl Iterator<Item = &Value> {
    schema["oneOf"].as_array().into_iter().flatten()
}

fn own_fields(schema: &Value, root: &Value, fields: &mut Vec<(String, bool)>) {
    let required = |schema: &Value, name: &str| {
        let names = schema["required"].as_array();
        names.into_iter().flatten().any(|other| other == name)
    };
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|name| name.rsplit('/').next())
    {
        own_fields(&root["$defs"][name], root, fields);
    }
    for (name, _) in schema["properties"].as_object().into_iter().flatten() {
        if name != "kind" && fields.iter().all(|(known, _)| known != name) {
            fields.push((name.clone(), required(schema, name)));
        }
    }
    for branch in branches(schema) {
        for (name, property) in branch["properties"].as_object().into_iter().flatten() {
            if fields.iter().all(|(known, _)| known != name) {
                fields.push((name.clone(), property["const"].is_string()));
            }
        }
    }
}

fn table() -> String {
    let mut table = String::from("| `kind` | is | its own fields |\n| --- | --- | --- |\n");
    for kind in kinds() {
        let fields: Vec<String> = kind
            .fields
            .iter()
            .map(|(name, always)| match always {
                true => format!("`{name}`"),
                false => format!("`{name}`?"),
            })
            .collect();
        let description = kind.description.trim_end_matches('.').replace('|', "\\|");
        table.push_str(&format!(
            "| `{}` | {description} | {} |\n",
            kind.name,
            fields.join(", ")
        ));
    }
    table.push_str("\nA `?` stands behind what may be absent.\n");
    table
}

/// What stands behind `<!-- plan: FILE ID -->`, or one of its fields behind `<!-- plan: FILE ID FIELD -->`.
fn cut(directive: &str) -> String {
    let words: Vec<&str> = directive.split(' ').collect();
    let (file, id, field) = match words.as_slice() {
        [file, id] => (file, id, ""),
        [file, id, field] => (file, id, *field),
        _ => panic!("`{directive}`: FILE ID, perhaps a field"),
    };
    let plan = specs::plan_of(file);
    let node = plan
        .node(id)
        .unwrap_or_else(|| panic!("{file} has a node `{id}`"));
    let value = serde_json::to_value(node).expect("a node is JSON");
    let value = match field {
        "" => &value,
        field => value
            .get(field)
            .unwrap_or_else(|| panic!("`{id}` has a `{field}`")),
    };
    serde_json::to_string_pretty(value).expect("JSON")
}

/// The page with everything printed that is to be printed.
fn printed(page: &str) -> String {
    let mut out = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let directive = line
            .strip_prefix("<!-- plan: ")
            .and_then(|rest| rest.strip_suffix(" -->"));
        if let Some(directive) = directive {
            assert_eq!(lines.next(), Some("```json"), "behind `{directive}`");
            out.push_str(&format!("```json\n{}\n```\n", cut(directive)));
            assert!(lines.any(|line| line == "```"), "the fence is closed");
        } else if line == "<!-- kinds -->" {
            out.push_str(&format!("\n{}\n<!-- end -->\n", table()));
            assert!(
                lines.any(|line| line == "<!-- end -->"),
                "the table is closed"
            );
        }
    }
    out
}

#[test]
fn the_page_says_what_the_code_does() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/plan.md");
    let page = std::fs::read_to_string(&path).expect("the page can be read");
    let printed = printed(&page);
    if page != printed && std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &printed).expect("the page can be written");
        return;
    }
    assert!(
        page == printed,
        "docs/plan.md is not up to date: UPDATE=1 cargo test --test views plan::"
    );
}

/// What the page calls a kind, an action, an effect or a bound is one.
#[test]
fn the_words_of_the_page_are_words_of_the_schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/plan.md");
    let page = std::fs::read_to_string(&path).expect("the page can be read");
    let schema = plan_json::schema();
    let rows = |head: &str| -> Vec<String> {
        page.split(head)
            .nth(1)
            .unwrap_or_else(|| panic!("the page has a table that begins with `{head}`"))
            .lines()
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .flat_map(|line| line.split('|').nth(1).unwrap_or_default().split(','))
            .map(|word| word.trim().trim_matches('`').to_owned())
            .collect()
    };
    let words = |definition: &Value| -> Vec<String> {
        branches(definition)
            .filter_map(|branch| branch["title"].as_str())
            .map(str::to_owned)
            .collect()
    };
    let run = branches(&schema["$defs"]["Node"])
        .find(|branch| branch["title"] == "run")
        .expect("there are commands");
    for (head, known) in [
        ("| `action` | |", words(&schema["$defs"]["Action"])),
        ("| `bound` | is true", words(&schema["$defs"]["Measured"])),
        ("| `effect` | what", words(run)),
        ("| kind | base unit |", words(&schema["$defs"]["Dimension"])),
    ] {
        let mut said = rows(head);
        let mut known = known;
        said.sort();
        known.sort();
        assert_eq!(said, known, "{head}");
    }
    let mut fields = rows("| field | |");
    let mut known: Vec<String> = schema["properties"]
        .as_object()
        .expect("a plan has fields")
        .keys()
        .filter(|name| *name != "plan")
        .cloned()
        .collect();
    fields.sort();
    known.sort();
    assert_eq!(fields, known);
}
