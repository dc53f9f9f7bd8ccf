//! Variables of the environment, as shell texts name them.

use foldhash::HashSet;

use crate::blank::Blanks;

/// Whose an environment variable is before a spec says anything of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// bash sets it, refuses to set it, or works by it; so does the dynamic loader.
    System,
    /// A login sets it.
    Login,
}

/// Variables that bash sets, does not take over from its environment, or works by: the manual of bash
/// 5.3, "Shell Variables", without those that an interactive shell alone looks at.
const OF_BASH: &[&str] = &[
    "BASH",
    "BASHOPTS",
    "BASHPID",
    "BASH_ALIASES",
    "BASH_ARGC",
    "BASH_ARGV",
    "BASH_ARGV0",
    "BASH_CMDS",
    "BASH_COMMAND",
    "BASH_COMPAT",
    "BASH_ENV",
    "BASH_EXECUTION_STRING",
    "BASH_LINENO",
    "BASH_LOADABLES_PATH",
    "BASH_MONOSECONDS",
    "BASH_REMATCH",
    "BASH_SOURCE",
    "BASH_SUBSHELL",
    "BASH_TRAPSIG",
    "BASH_VERSINFO",
    "BASH_VERSION",
    "BASH_XTRACEFD",
    "CDPATH",
    "COMP_CWORD",
    "COMP_KEY",
    "COMP_LINE",
    "COMP_POINT",
    "COMP_TYPE",
    "COMP_WORDBREAKS",
    "COMP_WORDS",
    "COMPREPLY",
    "COPROC",
    "DIRSTACK",
    "EPOCHREALTIME",
    "EPOCHSECONDS",
    "EUID",
    "EXECIGNORE",
    "FUNCNAME",
    "FUNCNEST",
    "GLOBIGNORE",
    "GLOBSORT",
    "GROUPS",
    "HISTCMD",
    "HOME",
    "HOSTNAME",
    "HOSTTYPE",
    "IFS",
    "LINENO",
    "MACHTYPE",
    "MAPFILE",
    "OLDPWD",
    "OPTARG",
    "OPTERR",
    "OPTIND",
    "OSTYPE",
    "PATH",
    "PIPESTATUS",
    "POSIXLY_CORRECT",
    "PPID",
    "PS0",
    "PS1",
    "PS2",
    "PS3",
    "PS4",
    "PWD",
    "RANDOM",
    "READLINE_ARGUMENT",
    "READLINE_LINE",
    "READLINE_MARK",
    "READLINE_POINT",
    "REPLY",
    "SECONDS",
    "SHELLOPTS",
    "SHLVL",
    "SRANDOM",
    "TIMEFORMAT",
    "TMOUT",
    "UID",
];

/// Variables by which the dynamic loader of Linux works: ld.so(8). That of macOS has a prefix of its own.
const OF_LOADER: &[&str] = &[
    "LD_ASSUME_KERNEL",
    "LD_AUDIT",
    "LD_BIND_NOT",
    "LD_BIND_NOW",
    "LD_DEBUG",
    "LD_DEBUG_OUTPUT",
    "LD_DYNAMIC_WEAK",
    "LD_HWCAP_MASK",
    "LD_LIBRARY_PATH",
    "LD_ORIGIN_PATH",
    "LD_POINTER_GUARD",
    "LD_PREFER_MAP_32BIT_EXEC",
    "LD_PRELOAD",
    "LD_PROFILE",
    "LD_PROFILE_OUTPUT",
    "LD_SHOW_AUXV",
    "LD_TRACE_LOADED_OBJECTS",
    "LD_USE_LOAD_BIAS",
    "LD_VERBOSE",
    "LD_WARN",
];

/// Variables that a login sets or programs expect of one: environ(7), login(1).
const OF_LOGIN: &[&str] = &[
    "DISPLAY", "EDITOR", "LANG", "COLUMNS", "LANGUAGE", "LINES", "LOGNAME", "MAIL", "PAGER",
    "SHELL", "TERM", "TMPDIR", "TZ", "USER", "VISUAL",
];

/// Variables that programs look at and many machines have: a command may use them undeclared.
const OF_PROGRAMS: &[&str] = &["KUBECONFIG"];

/// Whose an environment variable is before a spec says anything of it.
pub fn holder(variable: &str) -> Option<Holder> {
    if OF_BASH.contains(&variable) || OF_LOADER.contains(&variable) || variable.starts_with("DYLD_")
    {
        return Some(Holder::System);
    }
    let of_login = OF_LOGIN.contains(&variable) || variable.starts_with("LC_");
    of_login.then_some(Holder::Login)
}

/// Whether commands may use a variable that nothing declares, because a machine has it.
pub fn is_of_machine(variable: &str) -> bool {
    holder(variable).is_some() || OF_PROGRAMS.contains(&variable)
}

/// Whether what a person fills in at a record of this name reaches commands as a variable: not where
/// bash or the system holds it.
pub fn is_free(name: &str) -> bool {
    holder(&variable(name)) != Some(Holder::System)
}

/// The environment variable in which commands find a name.
pub fn variable(name: &str) -> String {
    name.replace(['-', '.'], "_").to_ascii_uppercase()
}

/// Whether a shell text sets a variable: `NAME=…` or `read NAME`, and goes on behind it.
pub(super) fn sets(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let (before, behind) = (&text[..at], &text[at + name.len()..]);
        if !before.is_empty() && !before.ends_with([' ', '\t', '\n', ';', '&', '|', '(']) {
            return false;
        }
        match behind.strip_prefix('=') {
            Some(value) => ends(value),
            None => {
                let mut words = before.words().rev();
                let reads = words.find(|word| !word.starts_with('-'));
                matches!(reads, Some("read" | "for")) && behind.starts_with([' ', '\t', '\n', ';'])
            }
        }
    })
}

/// The words in a shell text that it may set as variables: those that stand by themselves or before a
/// `=`. Of no other name can [`sets`] be true.
pub(super) fn settable(text: &str) -> HashSet<&str> {
    let of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let words = text.split([' ', '\t', '\n', ';', '&', '|', '(']);
    words
        .map(|word| &word[..word.find(|letter| !of_name(letter)).unwrap_or(word.len())])
        .collect()
}

/// Whether a word ends in a text that begins with it.
fn ends(text: &str) -> bool {
    let mut quote = None;
    let mut depth = 0u32;
    for letter in text.chars() {
        match (letter, quote) {
            ('\'' | '"', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            ('(' | '{', None) => depth += 1,
            (')' | '}', None) => depth = depth.saturating_sub(1),
            (' ' | '\t' | '\n' | ';' | '&' | '|', None) if depth == 0 => return true,
            _ => {}
        }
    }
    false
}

/// The names behind `$` in a shell text: `$NAME` and `${NAME…}`, not `$1`, `$?`, `$(`.
/// Each with the offset of the name in the text, in bytes.
pub fn variables(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.match_indices('$').filter_map(|(at, _)| {
        if text[..at].ends_with('\\') {
            return None;
        }
        let behind = &text[at + 1..];
        let rest = behind.strip_prefix('{').unwrap_or(behind);
        let start = text.len() - rest.len();
        let length = rest
            .find(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
            .unwrap_or(rest.len());
        let name = &rest[..length];
        name.starts_with(|character: char| character.is_ascii_alphabetic() || character == '_')
            .then_some((name, start))
    })
}
