//! Commands: what never ends, asks, names nothing, fails the second time, or is still a blank.

use super::Context;
use super::shell::{self, Simple, Word};
use crate::diagnostic::Diagnostic;
use crate::model::{Command, Effect, Node, Origin, Work};
use crate::rule;

rule! {
    /// A quote or substitution begins in the command and never ends: the shell would wait for more,
    /// or take the next line as part of it.
    pub SHELL_SYNTAX = "D0571", "shell-syntax", Warning, "a command that the shell can't read", allowable;
    /// The command goes on until somebody stops it, so the step never ends. Leave out `-f` or `-w`, or
    /// bound it with `within`.
    pub ENDLESS_COMMAND = "D0572", "endless-command", Warning, "a command that never ends", allowable;
    /// The command wants a terminal and somebody who types. In a plan nobody is there.
    pub INTERACTIVE = "D0573", "interactive-command", Warning, "a command that waits for somebody to type", allowable;
    /// The command names nothing to work on: it fails, or works on more than was meant.
    pub NAMES_NOTHING = "D0574", "names-nothing", Warning, "a command that names nothing to work on", allowable;
    /// Run a second time, the command fails because of what it did the first time. After an
    /// interruption nobody can simply start again. Use `apply`, `upgrade --install`, or tell with
    /// `probe` whether it has taken effect.
    pub NOT_REPEATABLE = "D0575", "not-repeatable", Warning, "a command that fails when it is run again", allowable;
    /// A blank that nobody filled in: `<pod>` or `[timestamp]`. The shell takes the first as a
    /// redirection and the second as a pattern. Declare a `param`, or `capture` it from an earlier
    /// command.
    pub PLACEHOLDER = "D0576", "placeholder", Warning, "a blank in a command that nobody filled in", allowable;
    /// A variable that nothing declares: no parameter, secret, capture or service has its name. It
    /// will be empty.
    pub UNDECLARED_VARIABLE = "D0577", "undeclared-variable", Warning, "a variable that nothing declares", allowable;
    /// Ways between which one was to choose stand one after the other, so all of them would run.
    pub ALTERNATIVES = "D0578", "alternatives-in-sequence", Warning, "alternatives that would all run", allowable;
    /// The command takes what belongs to another environment into the namespace of this service.
    pub WRONG_ENVIRONMENT = "D0579", "wrong-environment", Warning, "another environment's files for this service", allowable;
    /// `curl` without `-f` ends well whatever the server answers, so the step can't fail. Write
    /// `curl -f`, or say what to `expect`.
    pub NEVER_FAILS = "D0580", "never-fails", Warning, "a check by a command that can't fail", allowable;
    /// A secret on a command line can be read by everybody on the machine, in the list of processes.
    /// Programs take it from the environment or from a file.
    pub SECRET_IN_SIGHT = "D0581", "secret-in-sight", Warning, "a secret on a command line", allowable;
    /// `kubectl wait` gives up after 30 seconds unless told otherwise, whatever the step allows.
    /// Source: `kubectl wait --help`.
    pub SHORT_WAIT = "D0582", "short-wait", Warning, "a wait with the default of thirty seconds", allowable;
    /// The command takes away old and new alike, or takes everything down, before anything serves in
    /// its place.
    pub OUTAGE = "D0583", "outage", Warning, "a command that takes the service down", allowable;
}

/// Options of kubectl that take a value.
const KUBECTL: &[&str] = &[
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
];

/// Variables that a shell or machine brings along.
const KNOWN: &[&str] = &[
    "HOME",
    "PATH",
    "PWD",
    "OLDPWD",
    "USER",
    "LOGNAME",
    "SHELL",
    "HOSTNAME",
    "TMPDIR",
    "LANG",
    "RANDOM",
    "SECONDS",
    "UID",
    "EUID",
    "PPID",
    "IFS",
    "OSTYPE",
    "LINENO",
    "BASH",
    "BASH_VERSION",
    "REPLY",
    "EDITOR",
    "KUBECONFIG",
    "COLUMNS",
    "LINES",
    "TERM",
];

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for item in &context.spec.nodes {
        if item.work == Work::Reference {
            continue; // commands to look up run nowhere
        }
        item.walk(&mut |node| {
            if let Work::Run { command, .. } = &node.work
                && matches!(command.language.as_str(), "sh" | "bash" | "shell" | "zsh")
            {
                of_run(context, item, node, command, found);
            }
            alternatives(node, found);
        });
    }
}

fn of_run(
    context: &Context<'_>,
    item: &Node,
    node: &Node,
    command: &Command,
    found: &mut Vec<Diagnostic>,
) {
    let (commands, unclosed) = shell::read(&command.text);
    if let Some(unclosed) = unclosed {
        found.push(
            Diagnostic::new(
                &SHELL_SYNTAX,
                command.place(unclosed.at, unclosed.at + unclosed.mark.len()),
                format!("`{}` begins here and never ends", unclosed.mark),
            )
            .help("close it"),
        );
        return;
    }
    for simple in &commands {
        let at = |word: &Word| command.place(word.start, word.end);
        endless(node, simple, at, found);
        interactive(simple, at, found);
        names_nothing(simple, at, found);
        if let Some(inner) = inner(simple) {
            names_nothing(&inner, at, found);
        }
        not_repeatable(node, simple, at, found);
        never_fails(node, simple, at, found);
        wrong_environment(context, simple, at, found);
        outage(context, item, simple, at, found);
        for word in &simple.words {
            placeholder(word, command, found);
        }
    }
    variables(command, found);
}

fn endless(
    node: &Node,
    simple: &Simple,
    at: impl Fn(&Word) -> crate::source::Span,
    found: &mut Vec<Diagnostic>,
) {
    let follows: Option<&Word> = match simple.program() {
        "kubectl" | "oc" => match simple.arguments().first().map(|word| word.text.as_str()) {
            Some("logs") => simple.find(&["-f", "--follow"]),
            Some("get") => simple.find(&["-w", "--watch", "--watch-only"]),
            Some("port-forward" | "proxy") => simple.arguments().first(),
            _ => None,
        },
        "docker" | "podman" | "journalctl" => {
            let logs = simple.program() == "journalctl"
                || simple
                    .arguments()
                    .first()
                    .is_some_and(|word| word.text == "logs");
            logs.then(|| simple.find(&["-f", "--follow"])).flatten()
        }
        "tail" => simple.find(&["-f", "-F", "--follow"]),
        "watch" | "top" | "htop" => simple.words.first(),
        "ping" if !simple.has(&["-c"]) => simple.words.first(),
        _ => None,
    };
    let Some(word) = follows else {
        return;
    };
    if node.times.within.is_some() {
        return;
    }
    found.push(
        Diagnostic::new(
            &ENDLESS_COMMAND,
            at(word),
            format!("`{}` never ends by itself", simple.program()),
        )
        .label(format!("`{}` goes on until somebody stops it", word.text))
        .help("leave it out, or bound the step: `within 2m`"),
    );
}

fn interactive(
    simple: &Simple,
    at: impl Fn(&Word) -> crate::source::Span,
    found: &mut Vec<Diagnostic>,
) {
    let asks: Option<&Word> = match simple.program() {
        "kubectl" | "docker" | "podman" | "oc" => {
            simple.find(&["-it", "-ti", "--tty"]).or_else(|| {
                simple
                    .find(&["-t"])
                    .filter(|word| word.text == "-it" || word.text == "-ti")
            })
        }
        "vi" | "vim" | "nano" | "less" | "more" => simple.words.first(),
        _ => None,
    };
    if let Some(word) = asks {
        found.push(
            Diagnostic::new(
                &INTERACTIVE,
                at(word),
                format!("`{} {}` wants a terminal", simple.program(), word.text),
            )
            .help("leave out the terminal, so that it can run unattended"),
        );
    }
}

fn names_nothing(
    simple: &Simple,
    at: impl Fn(&Word) -> crate::source::Span,
    found: &mut Vec<Diagnostic>,
) {
    let Some(first) = simple.words.first() else {
        return;
    };
    match simple.program() {
        "kubectl" | "oc" => {
            let operands = simple.operands(KUBECTL);
            let words: Vec<&str> = operands.iter().map(|word| word.text.as_str()).collect();
            let chosen = simple.has(&["-l", "--selector", "--all", "-f", "--filename", "-k"]);
            let (verb, rest) = match words.as_slice() {
                ["rollout", verb, rest @ ..] => (*verb, rest),
                [verb @ ("scale" | "delete" | "patch"), rest @ ..] => (*verb, rest),
                ["wait", ..] => {
                    if !simple.has(&["--timeout"]) {
                        found.push(
                            Diagnostic::new(
                                &SHORT_WAIT,
                                at(first).to(at(operands[0])),
                                "`kubectl wait` gives up after 30 seconds",
                            )
                            .help("say how long: `--timeout=5m`"),
                        );
                    }
                    return;
                }
                _ => return,
            };
            let names = match rest {
                [] => 0,
                [one] => usize::from(one.contains(['/', '$'])),
                [_, names @ ..] => names.len(),
            };
            if names == 0 && !chosen {
                let last = operands.last().copied().unwrap_or(first);
                found.push(
                    Diagnostic::new(
                        &NAMES_NOTHING,
                        at(first).to(at(last)),
                        format!("`kubectl {verb}` names nothing to work on"),
                    )
                    .help("name it (`deployment/api`), or choose with `-l` or `--all`"),
                );
            }
        }
        "pg_restore" if !simple.has(&["-d", "--dbname", "-f", "--file", "-l", "--list"]) => {
            found.push(restore(at(first)));
        }
        _ => {}
    }
}

/// `kubectl exec … -- pg_restore …`: what a program runs inside.
fn inner(simple: &Simple) -> Option<Simple> {
    let at = simple.words.iter().position(|word| word.text == "--")?;
    Some(Simple {
        words: simple.words[at + 1..].to_vec(),
        piped: simple.piped,
    })
}

fn restore(span: crate::source::Span) -> Diagnostic {
    Diagnostic::new(
        &NAMES_NOTHING,
        span,
        "`pg_restore` without a database writes to its output and restores nothing",
    )
    .help("name the database: `-d NAME`")
}

fn not_repeatable(
    node: &Node,
    simple: &Simple,
    at: impl Fn(&Word) -> crate::source::Span,
    found: &mut Vec<Diagnostic>,
) {
    let Work::Run { effect, probe, .. } = &node.work else {
        return;
    };
    if probe.is_some() || *effect == Effect::Idempotent || simple.has(&["--dry-run"]) {
        return;
    }
    let operands = simple.operands(KUBECTL);
    let words: Vec<&str> = operands.iter().map(|word| word.text.as_str()).collect();
    let better = match (simple.program(), words.as_slice()) {
        ("kubectl" | "oc", ["create", ..]) if !simple.piped => "`kubectl apply`",
        ("kubectl" | "oc", ["run", ..]) => "a Job, applied under a new name",
        ("helm", ["install", ..]) => "`helm upgrade --install`",
        _ => return,
    };
    let (Some(first), Some(verb)) = (simple.words.first(), operands.first()) else {
        return;
    };
    found.push(
        Diagnostic::new(
            &NOT_REPEATABLE,
            at(first).to(at(verb)),
            format!(
                "`{} {}` fails when it is run again",
                simple.program(),
                verb.text
            ),
        )
        .label("what it makes is there already then")
        .help(format!(
            "use {better}, or tell with `probe` whether it has taken effect"
        )),
    );
}

fn never_fails(
    node: &Node,
    simple: &Simple,
    at: impl Fn(&Word) -> crate::source::Span,
    found: &mut Vec<Diagnostic>,
) {
    let Work::Run { expect, .. } = &node.work else {
        return;
    };
    let fails = simple.has(&["-f", "--fail", "--fail-with-body"])
        || simple.arguments().iter().any(|word| {
            word.text.starts_with('-') && !word.text.starts_with("--") && word.text.contains('f')
        });
    if simple.program() == "curl"
        && !fails
        && expect.is_empty()
        && !simple.piped
        && let Some(word) = simple.words.first()
    {
        found.push(
            Diagnostic::new(
                &NEVER_FAILS,
                at(word),
                "`curl` without `-f` ends well whatever the server answers",
            )
            .help("write `curl -f`, or say what to `expect`"),
        );
    }
}

fn wrong_environment(
    context: &Context<'_>,
    simple: &Simple,
    at: impl Fn(&Word) -> crate::source::Span,
    found: &mut Vec<Diagnostic>,
) {
    const OTHERS: &[&str] = &[
        "staging",
        "stage",
        "dev",
        "development",
        "test",
        "testing",
        "qa",
    ];
    let Some((namespace, _)) = simple.value(&["-n", "--namespace"]) else {
        return;
    };
    let service = context
        .spec
        .services
        .iter()
        .find(|service| service.namespace.as_deref() == Some(namespace));
    let Some(service) = service else {
        return;
    };
    let own = service
        .environment
        .as_deref()
        .or_else(|| {
            let head = context.spec.deployment.as_ref()?;
            Some(head.environment.as_ref()?.value.as_str())
        })
        .unwrap_or(namespace);
    for word in simple.arguments() {
        let other = word
            .text
            .split(['/', '.', '-', '_'])
            .find(|part| OTHERS.contains(part));
        if let Some(other) = other
            && word.text.contains('/')
            && !own.contains(other)
        {
            found.push(
                Diagnostic::new(
                    &WRONG_ENVIRONMENT,
                    at(word),
                    format!("files of `{other}` go into the namespace `{namespace}`"),
                )
                .also(service.span, format!("`{}` lives there", service.name))
                .help("take the files of this environment"),
            );
        }
    }
}

fn outage(
    context: &Context<'_>,
    item: &Node,
    simple: &Simple,
    at: impl Fn(&Word) -> crate::source::Span,
    found: &mut Vec<Diagnostic>,
) {
    if simple.program() != "kubectl" {
        return;
    }
    let operands = simple.operands(KUBECTL);
    let words: Vec<&str> = operands.iter().map(|word| word.text.as_str()).collect();
    let (Some(first), Some(verb)) = (simple.words.first(), words.first()) else {
        return;
    };
    let takes_down = match *verb {
        "delete" => {
            matches!(words.get(1), Some(&("pod" | "pods" | "po")))
                && simple.has(&["-l", "--selector", "--all"])
        }
        // A database is stopped on purpose before it is restored: then the services are many.
        "scale" => {
            simple
                .value(&["--replicas"])
                .is_some_and(|(value, _)| value == "0")
                && item.work == Work::Rollback
                && words.len() > 1
                && context.spec.services.len() == 1
        }
        _ => false,
    };
    if !takes_down {
        return;
    }
    let last = operands.last().copied().unwrap_or(first);
    found.push(
        Diagnostic::new(
            &OUTAGE,
            at(first).to(at(last)),
            "this takes the service down: old and new pods go alike",
        )
        .help("go back first (`kubectl rollout undo`); pods that are not needed go by themselves"),
    );
}

fn placeholder(word: &Word, command: &Command, found: &mut Vec<Diagnostic>) {
    let blank = word
        .text
        .match_indices('<')
        .find_map(|(index, _)| shell::placeholder(&word.text[index..]));
    let bracket = bracketed(&word.text);
    let Some(blank) = blank.or(bracket) else {
        return;
    };
    if word.quoted && bracket.is_some() {
        return;
    }
    found.push(
        Diagnostic::new(
            &PLACEHOLDER,
            command.place(word.start, word.end),
            format!("the blank `{blank}` is not filled in"),
        )
        .help("declare a `param` and use it as `$NAME`, or `capture` it from an earlier command"),
    );
}

/// `[backup-timestamp]` as a word by itself.
fn bracketed(word: &str) -> Option<&str> {
    let inner = word.strip_prefix('[')?.strip_suffix(']')?;
    let valid = inner.len() > 2
        && inner.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && inner
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | ' '));
    valid.then_some(word)
}

/// Variables in capitals that nothing declares and the script does not set.
fn variables(command: &Command, found: &mut Vec<Diagnostic>) {
    let text = &command.text;
    for (name, at) in crate::model::variables(text) {
        let capital = name
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_');
        let sets = |prefix: &str| text.contains(&format!("{prefix}{name}="));
        let set = text.starts_with(&format!("{name}="))
            || sets("\n")
            || sets(" ")
            || sets(";")
            || text.contains(&format!("for {name} in"))
            || text.contains(&format!("read {name}"))
            || text.contains(&format!("read -r {name}"));
        if let Some(Origin::Secret(secret)) = command.environment.get(name) {
            in_sight(command, secret, at, name.len(), found);
        }
        if !capital || set || KNOWN.contains(&name) || command.environment.contains_key(name) {
            continue;
        }
        found.push(
            Diagnostic::new(
                &UNDECLARED_VARIABLE,
                command.place(at, at + name.len()),
                format!("nothing declares the variable `{name}`"),
            )
            .help(format!(
                "declare it: `param {} : text`, or `capture` it from an earlier command",
                name.to_ascii_lowercase().replace('_', "-")
            )),
        );
        return; // once for each command: the next is most often the same slip
    }
}

/// A secret that is an argument of a program other than the shell's own `export` or `printf`.
fn in_sight(
    command: &Command,
    secret: &str,
    at: usize,
    length: usize,
    found: &mut Vec<Diagnostic>,
) {
    let (commands, _) = shell::read(&command.text);
    let shown = commands.iter().any(|simple| {
        !matches!(
            simple.program(),
            "export" | "printf" | "echo" | "test" | "[" | "[[" | ""
        ) && simple
            .arguments()
            .iter()
            .any(|word| word.start <= at && at < word.end)
    });
    if shown {
        found.push(
            Diagnostic::new(
                &SECRET_IN_SIGHT,
                command.place(at, at + length),
                format!("the secret `{secret}` stands on a command line"),
            )
            .help("let the program read it from its environment, from a file or from its input"),
        );
    }
}

/// "Option A" and "Option B" one after the other.
fn alternatives(node: &Node, found: &mut Vec<Diagnostic>) {
    if node.work == Work::Choose {
        return;
    }
    let options: Vec<&Node> = node
        .children
        .iter()
        .filter(|child| {
            let title = child.title.to_string().to_lowercase();
            let mut words = title.split(|letter: char| !letter.is_alphanumeric());
            let first = words.next().unwrap_or_default();
            let second = words.next().unwrap_or_default();
            matches!(first, "option" | "alternative" | "variant")
                && (second.len() == 1 || second.parse::<u32>().is_ok())
                && !matches!(child.work, Work::Option | Work::Note { .. })
        })
        .collect();
    if let [first, second, ..] = options.as_slice() {
        found.push(
            Diagnostic::new(
                &ALTERNATIVES,
                second.name_span,
                format!("`{}` would run after `{}`, not instead of it", second.id, first.id),
            )
            .also(first.name_span, "the other way")
            .help("let one be chosen: `choose how \"…\" { option a \"…\" { … } option b \"…\" { … } }`"),
        );
    }
}
