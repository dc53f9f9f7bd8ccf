//! Values put into the holes of a query (`$name`), each as the place in which it stands takes it.

use super::text::{pattern, push};

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Words of the author of a spec: a pattern, where a pattern is asked for.
    Words(String),
    /// A name, which matches itself alone.
    Name(String),
    /// A number.
    Number(String),
    /// A length of time, as a number and as a duration of PromQL.
    Duration {
        /// In the unit of the metric, or in seconds.
        number: String,
        /// As in `[5m]`.
        duration: String,
    },
}

impl Value {
    fn text(&self) -> &str {
        match self {
            Value::Words(text) | Value::Name(text) | Value::Number(text) => text,
            Value::Duration { number, .. } => number,
        }
    }
}

/// A value that its place does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// The name of the hole.
    pub hole: String,
    /// What the place takes.
    pub wanted: &'static str,
}

/// The words that begin no name.
const KEYWORDS: &[&str] = &[
    "and",
    "atan2",
    "bool",
    "by",
    "group_left",
    "group_right",
    "ignoring",
    "inf",
    "nan",
    "offset",
    "on",
    "or",
    "unless",
    "without",
];

/// What is longer than this, in bytes, begins with no name.
const LONGEST_NAME: usize = 256;

/// Fills a query. A hole of which nothing is known stays as it is.
pub fn fill(query: &str, value: &dyn Fn(&str) -> Option<Value>) -> (String, Vec<Unfit>) {
    let mut filler = Filler {
        value,
        out: String::with_capacity(query.len()),
        unfit: Vec::new(),
        calls: Vec::new(),
        brackets: 0,
    };
    filler.query(query);
    (filler.out, filler.unfit)
}

/// The holes of a query of which something is known, each with the offset of its name in bytes.
pub fn holes(query: &str, known: impl Fn(&str) -> bool) -> Vec<(&str, usize)> {
    let found = query.match_indices('$').filter_map(|(at, _)| {
        let behind = &query[at + 1..];
        let mut name = &behind[..length(behind)];
        while !known(name) {
            name = name.rsplit_once('-')?.0;
        }
        Some((name, at + 1))
    });
    found.collect()
}

/// How long the name of a hole may be at the most.
fn length(behind: &str) -> usize {
    behind
        .find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')))
        .unwrap_or(behind.len())
}

/// What a text in a query is for.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Plain,
    Pattern,
    /// `$1` in it stands for a group of a pattern.
    Replacement,
}

struct Filler<'v> {
    value: &'v dyn Fn(&str) -> Option<Value>,
    out: String,
    unfit: Vec<Unfit>,
    /// The calls around: whether it is `label_replace`, and the number of the argument.
    calls: Vec<(bool, usize)>,
    brackets: usize,
}

impl Filler<'_> {
    fn query(&mut self, query: &str) {
        let mut rest = query;
        while let Some(letter) = rest.chars().next() {
            let length = match letter {
                '#' => rest.find('\n').unwrap_or(rest.len()),
                '"' | '\'' | '`' => {
                    let role = self.role();
                    self.out.push(letter);
                    rest = &rest[1..];
                    rest = self.text(rest, letter, role);
                    continue;
                }
                '$' => {
                    rest = self.hole(rest, |filler, name, value| filler.outside(name, &value));
                    continue;
                }
                '(' => {
                    let called = self.out.trim_end().ends_with("label_replace");
                    self.calls.push((called, 0));
                    1
                }
                ')' => {
                    self.calls.pop();
                    1
                }
                ',' => {
                    if let Some((_, argument)) = self.calls.last_mut() {
                        *argument += 1;
                    }
                    1
                }
                '[' => {
                    self.brackets += 1;
                    1
                }
                ']' => {
                    self.brackets = self.brackets.saturating_sub(1);
                    1
                }
                letter => letter.len_utf8(),
            };
            self.out.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }

    /// What the text is for that begins here.
    fn role(&self) -> Role {
        let before = self.out.trim_end();
        match self.calls.last() {
            _ if before.ends_with("=~") || before.ends_with("!~") => Role::Pattern,
            Some((true, 2)) => Role::Replacement,
            Some((true, 4)) => Role::Pattern,
            Some(_) | None => Role::Plain,
        }
    }

    /// The text that has just begun; returns what stands behind it.
    fn text<'q>(&mut self, text: &'q str, quote: char, role: Role) -> &'q str {
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let length = match letter {
                '$' => {
                    rest = self.hole(rest, |filler, name, value| {
                        filler.inside(name, &value, quote, role);
                    });
                    continue;
                }
                '\\' if quote != '`' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
                letter => letter.len_utf8(),
            };
            self.out.push_str(&rest[..length]);
            rest = &rest[length..];
            if letter == quote {
                break;
            }
        }
        rest
    }

    /// The hole with which the text begins; returns what stands behind it.
    fn hole<'q>(&mut self, text: &'q str, put: impl Fn(&mut Self, &str, Value)) -> &'q str {
        let rest = &text[1..];
        let length = length(rest);
        // A name may have hyphens in it, and hyphens may follow it: `pod=~"$workload-.+"`.
        let mut name = &rest[..length.min(LONGEST_NAME)];
        let mut value = (self.value)(name);
        while value.is_none()
            && let Some((shorter, _)) = name.rsplit_once('-')
        {
            name = shorter;
            value = (self.value)(name);
        }
        match value {
            Some(value) => {
                put(self, name, value);
                &rest[name.len()..]
            }
            None => {
                self.out.push_str(&text[..=length]);
                &rest[length..]
            }
        }
    }

    fn inside(&mut self, name: &str, value: &Value, quote: char, role: Role) {
        let exact = !matches!(value, Value::Words(_));
        let text = match role {
            Role::Pattern if exact => pattern(value.text()),
            Role::Replacement if exact => value.text().replace('$', "$$"),
            Role::Plain | Role::Pattern | Role::Replacement => value.text().to_owned(),
        };
        if quote != '`' {
            return push(&mut self.out, &text, quote);
        }
        // Between backticks nothing is escaped.
        let mut escaped = String::new();
        push(&mut escaped, &text.replace('\\', ""), '`');
        if escaped.contains('\\') {
            return self.unfit(name, "text without escapes");
        }
        self.out.push_str(&text);
    }

    fn outside(&mut self, name: &str, value: &Value) {
        let before = self.out.trim_end().trim_end_matches('-').trim_end();
        if self.brackets > 0 || before.ends_with("offset") {
            return match value {
                Value::Duration { duration, .. } => self.out.push_str(duration),
                Value::Words(text) if is_duration(text) => self.out.push_str(text),
                _ => self.unfit(name, "a duration, such as `5m`"),
            };
        }
        let goes_on = self.out.ends_with(is_of_name);
        match value {
            Value::Number(number) | Value::Duration { number, .. } => {
                // `$n ^ 2` of -1 is 1, and 2 / `$n` of 1/3 is 6.
                match number.contains(['-', '/']) {
                    true => self.out.extend(["(", number, ")"]),
                    false => self.out.push_str(number),
                }
            }
            Value::Words(text) | Value::Name(text) => {
                let part = !text.is_empty() && text.chars().all(is_of_name);
                let whole = !text.starts_with(|first: char| first.is_ascii_digit())
                    && !KEYWORDS.contains(&text.to_ascii_lowercase().as_str());
                match part && (whole || goes_on) || is_number(text) || is_duration(text) {
                    true => self.out.push_str(text),
                    false => self.unfit(name, "a name, a number or a duration"),
                }
            }
        }
    }

    fn unfit(&mut self, name: &str, wanted: &'static str) {
        let hole = name.to_owned();
        self.unfit.push(Unfit { hole, wanted });
    }
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | ':')
}

fn is_number(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E');
    text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(plain)
        && text.parse::<f64>().is_ok()
}

/// `5m`, `1h30m`.
fn is_duration(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len()
            - rest
                .trim_start_matches(|one: char| one.is_ascii_digit())
                .len();
        let unit = ["ms", "s", "m", "h", "d", "w", "y"]
            .iter()
            .find(|unit| rest[digits..].starts_with(**unit));
        match unit {
            Some(unit) if digits > 0 => rest = &rest[digits + unit.len()..],
            Some(_) | None => return false,
        }
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use promql_parser::parser::{self, Expr};

    use super::{Value, fill};

    fn words(text: &str) -> Value {
        Value::Words(text.to_owned())
    }

    fn filled(query: &str, value: &Value) -> Result<String, &'static str> {
        let (text, unfit) = fill(query, &|name| (name == "x").then(|| value.clone()));
        match unfit.first() {
            Some(unfit) => Err(unfit.wanted),
            None => Ok(text),
        }
    }

    /// What the only matcher of a query says.
    fn matched(query: &str) -> (String, String) {
        match parser::parse(query) {
            Ok(Expr::VectorSelector(selector)) => {
                let matcher = &selector.matchers.matchers[0];
                (matcher.op.to_string(), matcher.value.clone())
            }
            other => panic!("{query}: {other:?}"),
        }
    }

    const HOSTILE: &[&str] = &[
        "plain",
        "a\"b",
        "a'b",
        "\\",
        "\\d\\d",
        "ends in \\\\",
        "5..\"}[5m])) or vector(0) or sum(rate(x{status=~\"y",
        "'} or vector(1) or x{a='",
        "{a,b}",
        "line\nbreak\r\ttab",
        "\u{0}\u{1}\u{7f}\u{fffd}",
        "$window $service $1 5$",
        "{{args.x}} {{{",
        "# no comment",
        "数据 🦀",
        "",
    ];

    #[test]
    fn what_is_put_into_a_text_is_what_the_text_says() {
        for payload in HOSTILE {
            for (open, close) in [("\"", "\""), ("'", "'")] {
                for sign in ["=", "!="] {
                    let query = format!("m{{l{sign}{open}a$x-b{close}}}");
                    for value in [words(payload), Value::Name((*payload).to_owned())] {
                        let query = filled(&query, &value).expect("a text takes any");
                        let wanted = (sign.to_owned(), format!("a{payload}-b"));
                        assert_eq!(matched(&query), wanted, "{query}");
                        assert!(
                            !query.contains("$window") && !query.contains("{{"),
                            "{query}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_name_in_a_pattern_matches_itself_alone() {
        for payload in HOSTILE.iter().chain(&["a.b+c", "(x|y)*", "^$"]) {
            let query = filled("m{l=~\"$x-.+\"}", &Value::Name((*payload).to_owned()));
            let query = query.expect("a pattern takes any name");
            let Ok(Expr::VectorSelector(selector)) = parser::parse(&query) else {
                panic!("{query}");
            };
            let matcher = &selector.matchers.matchers[0];
            assert!(matcher.is_match(&format!("{payload}-z")), "{query}");
            assert!(!matcher.is_match("other-z"), "{query}");
        }
        assert_eq!(
            filled("m{l=~\"$x\"}", &words("5..")).as_deref(),
            Ok("m{l=~\"5..\"}")
        );
        assert_eq!(
            filled("m{l=~\"$x\"}", &words("\\d")).as_deref(),
            Ok("m{l=~\"\\\\d\"}")
        );
        assert_eq!(
            filled("m{l!~'$x'}", &Value::Number("0.3".into())).as_deref(),
            Ok("m{l!~'0\\\\.3'}")
        );
    }

    #[test]
    fn the_texts_of_label_replace_are_what_they_are_for() {
        let name = Value::Name("a.$b".to_owned());
        assert_eq!(
            filled(r#"label_replace(m, "$x", "$1-$x", "c", "(.*)-$x")"#, &name).as_deref(),
            Ok(r#"label_replace(m, "a.\x24b", "$1-a.$\x24b", "c", "(.*)-a\\.\\\x24b")"#)
        );
    }

    #[test]
    fn outside_of_texts_a_value_is_one_token() {
        let number = |text: &str| Value::Number(text.to_owned());
        let five = Value::Duration {
            number: "300".to_owned(),
            duration: "5m".to_owned(),
        };
        for (query, value, wanted) in [
            ("rate($x[5m])", words("http_total"), "rate(http_total[5m])"),
            ("sum by ($x) (m)", words("pod"), "sum by (pod) (m)"),
            ("m{$x=\"a\"}", words("pod"), "m{pod=\"a\"}"),
            ("app_$x", words("5xx"), "app_5xx"),
            ("m > $x", words("5"), "m > 5"),
            ("m > $x", number("0.5"), "m > 0.5"),
            ("$x ^ 2", number("-1"), "(-1) ^ 2"),
            ("2 / $x", number("1/3"), "2 / (1/3)"),
            ("m[$x]", five.clone(), "m[5m]"),
            ("m[$x:$x]", words("1h30m"), "m[1h30m:1h30m]"),
            ("m offset -$x", five.clone(), "m offset -5m"),
            ("m > $x", five.clone(), "m > 300"),
            ("m # $x\n + $x", words("n"), "m # $x\n + n"),
            ("m{a=`$x`}", words("b c"), "m{a=`b c`}"),
            (
                "m{a=\"\\\"\", b=\"$x\"}",
                words("c"),
                "m{a=\"\\\"\", b=\"c\"}",
            ),
        ] {
            assert_eq!(filled(query, &value).as_deref(), Ok(wanted), "{query}");
        }
        for (query, value) in [
            ("rate($x[5m])", words("a b")),
            ("$x", words("up or vector(1)")),
            ("$x", words("a{b=\"c\"}")),
            ("$x", words("checkout-api")),
            ("$x", words("1abc")),
            ("$x", words("inf")),
            ("a $x b", words("or")),
            ("$x", words("")),
            ("m{a=\"b\"$x}", words(", c=\"d\"")),
            ("m[$x]", words("5m] or m[1m")),
            ("m[$x]", number("5")),
            ("m[$x]", words("5 m")),
            ("m{a=`$x`}", words("b`c")),
            ("m{a=`$x`}", words("$window")),
            ("$x", Value::Name("a-b".to_owned())),
        ] {
            assert!(filled(query, &value).is_err(), "{query} {value:?}");
        }
    }
}
