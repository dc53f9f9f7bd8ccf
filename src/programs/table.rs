//! Every program of which something is known. A new one is a few lines here.

use super::Effect::{Changes, Reads, Unknown};
use super::{Endless, OTHER, Program, Verbs, judges};

/// The verbs by which a program of many verbs only asks: `aws rds describe-db-clusters`.
const ASKS: &[&str] = &[
    "analyze",
    "describe",
    "describe-*",
    "diff",
    "get",
    "get-*",
    "history",
    "info",
    "is-active",
    "list",
    "list-*",
    "logs",
    "ls",
    "output",
    "plan",
    "preview",
    "proxy-config",
    "proxy-status",
    "show",
    "status",
    "validate",
    "version",
    "wait",
];

/// All of them.
pub(super) const PROGRAMS: &[Program] = &[
    Program {
        names: &["kubectl", "oc"],
        takes: &[
            "-n",
            "--namespace",
            "-l",
            "--selector",
            "-f",
            "--filename",
            "-k",
            "--kustomize",
            "-o",
            "--output",
            "-c",
            "--container",
            "-p",
            "--patch",
            "--type",
            "--context",
            "--cluster",
            "--image",
            "--sort-by",
            "--replicas",
            "--timeout",
            "--for",
            "--to-revision",
        ],
        namespace: &["-n", "--namespace"],
        verbs: Verbs::Operands(&[
            (
                &[
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
                    "argo rollouts status",
                    "argo rollouts get",
                    "argo rollouts list",
                    "argo rollouts version",
                    "argo rollouts lint",
                ],
                Reads,
            ),
            // Anything may be done behind these; most often it is a look.
            (&["config", "exec", "port-forward", "proxy"], Unknown),
        ]),
        rehearsal: Some(("--dry-run", Reads)),
        endless: &[
            Endless::when("logs", &["-f", "--follow"]),
            Endless::when("get", &["-w", "--watch", "--watch-only"]),
            Endless::always("port-forward"),
            Endless::always("proxy"),
        ],
        terminal: &["-it", "-ti", "--tty"],
        ..OTHER
    },
    Program {
        names: &["helm"],
        takes: &[
            "-n",
            "--namespace",
            "-f",
            "--values",
            "--set",
            "--set-string",
            "--version",
            "--timeout",
            "--description",
            "--max",
            "--history-max",
            "-o",
            "--output",
            "--kube-context",
            "--revision",
        ],
        namespace: &["-n", "--namespace"],
        verbs: Verbs::First(&[
            (
                &[
                    "status", "history", "list", "ls", "get", "diff", "lint", "show", "template",
                ],
                Reads,
            ),
            (&["install", "upgrade", "rollback", "uninstall"], Changes),
        ]),
        otherwise: Unknown,
        rehearsal: Some(("--dry-run", Unknown)),
        ..OTHER
    },
    Program {
        names: &["docker", "podman"],
        otherwise: Unknown,
        endless: &[Endless::when("logs", &["-f", "--follow"])],
        terminal: &["-it", "-ti", "--tty"],
        ..OTHER
    },
    Program {
        names: &["gh", "glab"],
        otherwise: Unknown,
        ..OTHER
    },
    Program {
        names: &["git"],
        judge: Some(judges::git),
        ..OTHER
    },
    Program {
        names: &["curl"],
        judge: Some(judges::curl),
        ..OTHER
    },
    Program {
        names: &[
            "aws",
            "gcloud",
            "az",
            "doctl",
            "fly",
            "flyctl",
            "heroku",
            "railway",
            "argocd",
            "flux",
            "istioctl",
            "systemctl",
        ],
        verbs: Verbs::Anywhere(ASKS),
        ..OTHER
    },
    Program {
        names: &["terraform", "tofu", "pulumi"],
        verbs: Verbs::First(&[(
            &["output", "plan", "preview", "show", "validate", "version"],
            Reads,
        )]),
        ..OTHER
    },
    Program {
        names: &["psql", "mysql", "mongosh", "sqlite3"],
        judge: Some(judges::database),
        ..OTHER
    },
    Program {
        names: &["redis-cli"],
        verbs: Verbs::First(&[(&["info", "ping", "dbsize"], Reads)]),
        any_case: true,
        ..OTHER
    },
    // What runs the tasks of a project.
    Program {
        names: &[
            "make", "npm", "pnpm", "yarn", "npx", "go", "cargo", "mvn", "gradle", "gradlew",
            "bundle", "tox", "node",
        ],
        judge: Some(judges::task),
        ..OTHER
    },
    Program {
        names: &["journalctl", "tail"],
        otherwise: Reads,
        endless: &[Endless::when("", &["-f", "-F", "--follow"])],
        ..OTHER
    },
    Program {
        names: &["locust"],
        otherwise: Reads,
        endless: &[Endless::unless(&["--headless", "--autostart"])],
        ..OTHER
    },
    Program {
        names: &["ping"],
        otherwise: Reads,
        endless: &[Endless::unless(&["-c"])],
        ..OTHER
    },
    Program {
        names: &["watch", "top", "htop"],
        endless: &[Endless::always("")],
        ..OTHER
    },
    Program {
        names: &["vi", "vim", "nano", "less", "more"],
        is_terminal: true,
        ..OTHER
    },
    // What looks, measures or prepares, and changes nothing that is served.
    Program {
        names: &[
            "ab",
            "artillery",
            "awk",
            "cat",
            "cmp",
            "conftest",
            "cosign",
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
            "jq",
            "k6",
            "kubeconform",
            "kubeval",
            "ls",
            "md5sum",
            "mtr",
            "nc",
            "netstat",
            "newman",
            "nslookup",
            "openssl",
            "pg_isready",
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
        ],
        otherwise: Reads,
        ..OTHER
    },
    // What a shell does by itself, and what works on the files of whoever runs it.
    Program {
        names: &[
            "cd", "export", "exit", "gunzip", "gzip", "mkdir", "python", "python3", "read",
            "return", "sed", "set", "shift", "tar", "tee", "unset", "unzip",
        ],
        otherwise: Unknown,
        ..OTHER
    },
];
