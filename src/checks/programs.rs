//! What programs do, by their names and words: which ones only look, and which change what is served.

use super::scripts::verb;
use super::shell::Simple;

/// Programs that look, measure or prepare, and change nothing that is served.
const LOOKING: &[&str] = &[
    "ab",
    "artillery",
    "awk",
    "cat",
    "cmp",
    "conftest",
    "cosign",
    "curl",
    "cut",
    "date",
    "df",
    "diff",
    "dig",
    "du",
    "echo",
    "false",
    "find",
    "free",
    "ghz",
    "gitleaks",
    "grep",
    "grpcurl",
    "grype",
    "hadolint",
    "head",
    "hey",
    "host",
    "journalctl",
    "jq",
    "k6",
    "kubeconform",
    "kubeval",
    "locust",
    "ls",
    "md5sum",
    "mtr",
    "nc",
    "netstat",
    "newman",
    "nslookup",
    "openssl",
    "pg_isready",
    "ping",
    "printf",
    "promtool",
    "ps",
    "pytest",
    "semgrep",
    "sha256sum",
    "sleep",
    "snyk",
    "sort",
    "ss",
    "stat",
    "syft",
    "tail",
    "test",
    "[",
    "[[",
    "tr",
    "traceroute",
    "trivy",
    "true",
    "uniq",
    "uptime",
    "vegeta",
    "wc",
    "wget",
    "wrk",
    "yq",
];

/// What a shell does by itself, and what works on the files of whoever runs it.
const LOCAL: &[&str] = &[
    "cd", "export", "exit", "gunzip", "gzip", "mkdir", "python", "python3", "read", "return",
    "sed", "set", "shift", "tar", "tee", "unset", "unzip",
];

/// The verbs of kubectl that change nothing.
const READING: &[&str] = &[
    "get",
    "describe",
    "logs",
    "top",
    "cluster-info",
    "version",
    "explain",
    "auth",
    "api-resources",
    "wait",
    "diff",
    "events",
    "rollout status",
    "rollout history",
];

/// The verbs of kubectl behind which anything may be done; most often it is a look.
const THROUGH: &[&str] = &["config", "exec", "port-forward", "proxy"];

/// Whether a program changes what is served, as far as its words tell.
pub fn changes_something(simple: &Simple<'_>) -> bool {
    let program = simple.program();
    match program {
        "kubectl" | "oc" => !looks(simple) && !verb(simple).is_one_of(THROUGH),
        "docker" | "podman" | "gh" | "glab" => false,
        "helm" => first(simple).is_some_and(|word| {
            matches!(word, "install" | "upgrade" | "rollback" | "uninstall")
                && !simple.has(&["--dry-run"])
        }),
        "git" => publishes(simple),
        "curl" | "wget" => false,
        "" => false,
        _ => !looks(simple) && !LOCAL.contains(&program) && !tries(simple),
    }
}

/// Whether a program only looks, so that what it says can be taken for a verification.
pub fn looks(simple: &Simple<'_>) -> bool {
    let program = simple.program();
    match program {
        "kubectl" | "oc" => {
            verb(simple).is_one_of(READING) || simple.has(&["--dry-run"]) || argo_rollouts(simple)
        }
        "helm" => first(simple).is_some_and(|word| {
            matches!(
                word,
                "status"
                    | "history"
                    | "list"
                    | "ls"
                    | "get"
                    | "diff"
                    | "lint"
                    | "show"
                    | "template"
            )
        }),
        "curl" => !sends(simple),
        "git" => {
            first(simple).is_some_and(|word| matches!(word, "log" | "diff" | "show" | "status"))
        }
        "aws" | "gcloud" | "az" | "doctl" | "fly" | "flyctl" | "heroku" | "railway" | "argocd"
        | "flux" | "istioctl" | "systemctl" => asks(simple),
        "terraform" | "tofu" | "pulumi" => first(simple).is_some_and(|word| {
            matches!(
                word,
                "output" | "plan" | "preview" | "show" | "validate" | "version"
            )
        }),
        "psql" | "mysql" | "mongosh" | "sqlite3" => queries(simple),
        "redis-cli" => first(simple).is_some_and(|word| {
            matches!(
                word.to_ascii_lowercase().as_str(),
                "info" | "ping" | "dbsize"
            )
        }),
        _ => LOOKING.contains(&program) || names_a_look(program),
    }
}

/// The first word behind the program's name that is no option.
fn first<'s>(simple: &'s Simple<'_>) -> Option<&'s str> {
    let mut words = simple.arguments().iter().map(|word| &*word.text);
    words.find(|word| !word.starts_with('-'))
}

/// The words before the first option: what a program of many verbs is asked to do.
fn verbs<'s>(simple: &'s Simple<'_>) -> impl Iterator<Item = &'s str> {
    let words = simple.arguments().iter().map(|word| &*word.text);
    words.take_while(|word| !word.starts_with('-'))
}

/// `kubectl argo rollouts status api`.
fn argo_rollouts(simple: &Simple<'_>) -> bool {
    let words: Vec<&str> = verbs(simple).take(3).collect();
    matches!(
        words.as_slice(),
        [
            "argo",
            "rollouts",
            "status" | "get" | "list" | "version" | "lint"
        ]
    )
}

/// Whether a program of many verbs is asked for something: `aws rds describe-db-clusters`.
fn asks(simple: &Simple<'_>) -> bool {
    verbs(simple).any(|word| {
        matches!(
            word,
            "analyze"
                | "describe"
                | "diff"
                | "get"
                | "history"
                | "info"
                | "is-active"
                | "list"
                | "logs"
                | "ls"
                | "output"
                | "plan"
                | "preview"
                | "proxy-config"
                | "proxy-status"
                | "show"
                | "status"
                | "validate"
                | "version"
                | "wait"
        ) || ["describe-", "get-", "list-"]
            .iter()
            .any(|begin| word.starts_with(begin))
    })
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
fn names_a_look(name: &str) -> bool {
    ["test", "smoke", "verify", "validate", "check", "health"]
        .iter()
        .any(|part| name.contains(part))
}

/// What runs the tasks of a project, and which of them: `make lint`, `pnpm run test:contract`.
fn tries(simple: &Simple<'_>) -> bool {
    let runs = matches!(
        simple.program(),
        "make"
            | "npm"
            | "pnpm"
            | "yarn"
            | "npx"
            | "go"
            | "cargo"
            | "mvn"
            | "gradle"
            | "gradlew"
            | "bundle"
            | "tox"
            | "node"
    );
    runs && simple.arguments().iter().any(|word| {
        names_a_look(&word.text)
            || ["lint", "build", "audit"]
                .iter()
                .any(|part| word.text.contains(part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::shell;

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
            assert_eq!(looks(&simple), looked, "{text}");
            assert_eq!(changes_something(&simple), changed, "{text}");
        }
    }
}
