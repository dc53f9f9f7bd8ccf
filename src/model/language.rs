//! The languages that a script may be written in: the word behind its fence, and the program that runs
//! it in every target.

use super::variables::variables;

/// A language of scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language {
    /// The word that the plan has for it.
    pub word: &'static str,
    /// Other words behind a fence that mean it.
    others: &'static [&'static str],
    /// The program and its options; the text of the script is the next word.
    pub program: &'static [&'static str],
    /// Whether `$NAME` is a variable of the environment in it.
    pub is_shell: bool,
}

/// All languages. Each option is documented by its program as the one behind which a script stands.
pub const LANGUAGES: &[Language] = &[
    shell("sh", &["shell"], &["bash", "-e", "-c", "--"]),
    shell("bash", &[], &["bash", "-e", "-c", "--"]),
    shell("dash", &[], &["dash", "-e", "-c", "--"]),
    shell("ksh", &[], &["ksh", "-e", "-c", "--"]),
    shell("zsh", &[], &["zsh", "-e", "-c", "--"]),
    shell("fish", &[], &["fish", "-c"]),
    script("awk", &[], &["awk", "--"]),
    script("bun", &[], &["bun", "--eval"]),
    script("deno", &[], &["deno", "eval"]),
    script("lua", &[], &["lua", "-e"]),
    script("node", &["nodejs", "javascript", "js"], &["node", "-e"]),
    script("perl", &[], &["perl", "-e"]),
    script("php", &[], &["php", "-r"]),
    script(
        "pwsh",
        &["powershell", "ps1"],
        &["pwsh", "-NoProfile", "-NonInteractive", "-Command"],
    ),
    script("python", &["python3", "py"], &["python3", "-c"]),
    script("ruby", &["rb"], &["ruby", "-e"]),
];

const fn shell(
    word: &'static str,
    others: &'static [&'static str],
    program: &'static [&'static str],
) -> Language {
    Language {
        word,
        others,
        program,
        is_shell: true,
    }
}

const fn script(
    word: &'static str,
    others: &'static [&'static str],
    program: &'static [&'static str],
) -> Language {
    Language {
        word,
        others,
        program,
        is_shell: false,
    }
}

impl Language {
    /// The language that a word behind a fence means.
    pub fn of(word: &str) -> Option<&'static Language> {
        LANGUAGES
            .iter()
            .find(|language| language.word == word || language.others.contains(&word))
    }

    /// Whether a word means a shell.
    pub fn is_shell(word: &str) -> bool {
        Language::of(word).is_some_and(|language| language.is_shell)
    }

    /// The variables of the environment that a script names, each with its offset in bytes: behind `$`
    /// in a shell. Elsewhere it is a word in capitals, whatever the way to the environment is:
    /// `os.environ["REGION"]`, `process.env.REGION`.
    pub fn variables<'t>(word: &str, text: &'t str) -> Vec<(&'t str, usize)> {
        match Language::of(word) {
            Some(language) if !language.is_shell => capitals(text).collect(),
            _ => variables(text).collect(),
        }
    }
}

/// The words of a text that are written as variables of the environment are.
fn capitals(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(is_part)?;
        let end = text[start..]
            .find(|letter| !is_part(letter))
            .map_or(text.len(), |length| start + length);
        rest = end;
        Some((&text[start..end], start))
    })
    .filter(|(word, _)| {
        word.starts_with(|letter: char| letter.is_ascii_uppercase() || letter == '_')
            && !word.contains(|letter: char| letter.is_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::{LANGUAGES, Language};

    #[test]
    fn a_word_means_one_language() {
        let mut seen = std::collections::BTreeSet::new();
        for language in LANGUAGES {
            for word in language.others.iter().chain([&language.word]) {
                assert!(seen.insert(*word), "{word}");
                assert_eq!(Language::of(word), Some(language));
            }
        }
        assert_eq!(Language::of("sql"), None);
    }

    #[test]
    fn scripts_name_variables_in_their_own_way() {
        let names = |language, text| -> Vec<&str> {
            let found = Language::variables(language, text);
            found.into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names("sh", "a \"$B\" C ${D}"), ["B", "D"]);
        assert_eq!(
            names("python", "os.environ['DB_URL'] + Xy + xY1"),
            ["DB_URL"]
        );
        assert_eq!(names("node", "process.env.REGION1"), ["REGION1"]);
        assert_eq!(names("perl", "$ENV{TOKEN}"), ["ENV", "TOKEN"]);
        assert_eq!(names("pwsh", "$env:TOKEN"), ["TOKEN"]);
    }
}
