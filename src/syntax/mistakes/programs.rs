//! What looks like a command.

use crate::blank::Blanks;

/// Programs whose name begins a command that stands without its `run`.
pub(super) const PROGRAMS: &[&str] = &[
    "ansible",
    "ansible-playbook",
    "argo",
    "argocd",
    "aws",
    "az",
    "cat",
    "cd",
    "chmod",
    "cp",
    "cosign",
    "curl",
    "docker",
    "docker-compose",
    "flux",
    "gcloud",
    "gh",
    "git",
    "go",
    "grep",
    "gsutil",
    "helm",
    "istioctl",
    "java",
    "jq",
    "kill",
    "kubectl",
    "kustomize",
    "linkerd",
    "ls",
    "make",
    "mkdir",
    "mv",
    "mysql",
    "mysqldump",
    "node",
    "npm",
    "npx",
    "oc",
    "openssl",
    "pg_dump",
    "pg_restore",
    "pip",
    "podman",
    "psql",
    "pytest",
    "python",
    "python3",
    "rm",
    "rsync",
    "scp",
    "skaffold",
    "ssh",
    "sudo",
    "systemctl",
    "tar",
    "terraform",
    "terragrunt",
    "touch",
    "trivy",
    "vault",
    "wget",
    "yarn",
];

/// Whether words look like a command: they begin with a program or a path of one.
pub(super) fn is_command(words: &str) -> bool {
    let first = words.words().next().unwrap_or_default();
    PROGRAMS.contains(&first)
        || first.starts_with("./")
        || first.starts_with('/') && first.len() > 1
        || first.ends_with(".sh")
        || words.contains(" --")
}
