//! What the words of some programs say that no table holds.

use super::Effect;
use crate::shell::Simple;

/// The first word behind the program's name that is no option.
pub(super) fn first<'s>(simple: &'s Simple<'_>) -> Option<&'s str> {
    let mut words = simple.arguments().iter().map(|word| &*word.text);
    words.find(|word| !word.starts_with('-'))
}

/// The words before the first option: what a program of many verbs is asked to do.
pub(super) fn verbs<'s>(simple: &'s Simple<'_>) -> impl Iterator<Item = &'s str> {
    let words = simple.arguments().iter().map(|word| &*word.text);
    words.take_while(|word| !word.starts_with('-'))
}

/// A statement for a database that only reads: `psql -c 'select version()'`.
fn queries(simple: &Simple<'_>) -> bool {
    const READS: [&str; 4] = ["select ", "show ", "explain ", "\\"];
    let mut statements = simple
        .arguments()
        .iter()
        .map(|word| word.text.trim_start().to_ascii_lowercase());
    statements.any(|text| {
        READS.iter().any(|begin| text.starts_with(begin))
            && !text.trim_end().trim_end_matches(';').contains(';')
            && !text.contains(" into ")
    })
}

/// Whether curl sends something, so that what answers may change.
fn sends(simple: &Simple<'_>) -> bool {
    let posts = simple.arguments().iter().any(|word| {
        ["--data", "--form", "--json", "--upload-file"]
            .iter()
            .any(|option| word.text.starts_with(option))
            || matches!(&*word.text, "-d" | "-F" | "-T")
    });
    let method = simple.value(&["-X", "--request"]).map(|(method, _)| method);
    match method {
        Some(method) => !matches!(method, "GET" | "HEAD" | "OPTIONS"),
        None => posts && !simple.has(&["-G", "--get"]),
    }
}

/// Whether git publishes a branch from which something may be deployed; tags and branches of
/// releases are not yet what is served.
fn publishes(simple: &Simple<'_>) -> bool {
    let words: Vec<&str> = simple
        .arguments()
        .iter()
        .map(|word| &*word.text)
        .filter(|word| !word.starts_with('-'))
        .collect();
    match words.as_slice() {
        ["push"] | ["push", _] => !simple.has(&["--tags", "--dry-run"]),
        ["push", _, what @ ..] => what.iter().any(|what| {
            let target = what.rsplit(':').next().unwrap_or(what);
            matches!(
                target,
                "main" | "master" | "HEAD" | "production" | "prod" | "live"
            )
        }),
        _ => false,
    }
}

/// A script or program whose name says that it looks: `./smoke-tests.sh`, `verify-migration.ts`.
pub(super) fn names_a_look(name: &str) -> bool {
    ["test", "smoke", "verify", "validate", "check", "health"]
        .iter()
        .any(|part| name.contains(part))
}

/// What runs the tasks of a project, and which of them: `make lint`, `pnpm run test:contract`.
fn tries(simple: &Simple<'_>) -> bool {
    simple.arguments().iter().any(|word| {
        names_a_look(&word.text)
            || ["lint", "build", "audit"]
                .iter()
                .any(|part| word.text.contains(part))
    })
}

pub(super) fn git(simple: &Simple<'_>) -> Effect {
    match first(simple) {
        Some("log" | "diff" | "show" | "status") => Effect::Reads,
        _ if publishes(simple) => Effect::Changes,
        _ => Effect::Unknown,
    }
}

pub(super) fn curl(simple: &Simple<'_>) -> Effect {
    match sends(simple) {
        true => Effect::Unknown,
        false => Effect::Reads,
    }
}

pub(super) fn database(simple: &Simple<'_>) -> Effect {
    match queries(simple) {
        true => Effect::Reads,
        false => Effect::Changes,
    }
}

pub(super) fn task(simple: &Simple<'_>) -> Effect {
    match tries(simple) {
        true => Effect::Unknown,
        false => Effect::Changes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::programs::effect;
    use crate::shell;

    #[test]
    fn who_looks_and_who_changes_is_told_apart() {
        for (text, looked, changed) in [
            ("kubectl get pods -n web", true, false),
            ("kubectl argo rollouts status api -n web", true, false),
            ("kubectl argo rollouts undo api -n web", false, true),
            ("kubectl exec db -- psql", false, false),
            ("helm status api -n web", true, false),
            ("helm upgrade api ./chart --dry-run", false, false),
            ("helm upgrade api ./chart", false, true),
            ("curl -fsS https://api/health", true, false),
            ("curl -X POST https://api/purge", false, false),
            (
                "curl -sf --data-urlencode q=up -G https://prometheus/api",
                true,
                false,
            ),
            ("git tag v1", false, false),
            ("git push origin v1.1.0", false, false),
            ("git push origin master:releases/v4.8", false, false),
            ("git push origin main", false, true),
            ("git push", false, true),
            ("aws rds describe-db-clusters --query x", true, false),
            (
                "aws rds modify-db-cluster --engine-version 16.9",
                false,
                true,
            ),
            ("gcloud sql instances describe db", true, false),
            ("terraform plan -out plan", true, false),
            ("terraform apply plan", false, true),
            ("psql db -Atc 'select version()'", true, false),
            ("psql db -c 'select 1; drop table x'", false, true),
            ("psql db -c 'revoke all on x from y'", false, true),
            ("trivy image shop:1", true, false),
            ("make smoke", false, false),
            ("make deploy", false, true),
            ("./scripts/smoke.sh", true, false),
            ("./deploy.sh", false, true),
        ] {
            let simple = shell::read(text).remove(0);
            assert_eq!(effect(&simple) == Effect::Reads, looked, "{text}");
            assert_eq!(effect(&simple) == Effect::Changes, changed, "{text}");
        }
    }
}
