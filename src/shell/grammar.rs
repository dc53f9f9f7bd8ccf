//! Whether a shell could read a text: every `if` has its `fi`, every quote its end, and a command
//! stands on both sides of `&&`. Follows the grammar of bash; substitutions are read, too.

use super::lexer::{Lexer, Token};
use super::misfit::{Misfit, too_deep};
use crate::nesting::MAX_DEPTH;

/// Whether a token is one of the words that only end or divide something.
fn divides(token: &Token<'_>) -> bool {
    matches!(
        token.bare_word(),
        Some("then" | "elif" | "else" | "fi" | "do" | "done" | "esac" | "}")
    )
}

/// The words that begin a command made of commands.
const COMPOUNDS: &[&str] = &["if", "while", "until", "for", "select", "case", "{", "[["];

type Fit<T = ()> = Result<T, Misfit>;

/// The first place at which a shell would stop reading; nothing where it reads all.
pub fn misfit(text: &str) -> Option<Misfit> {
    read(text, 0, 0).err()
}

/// Reads a text that begins at a byte offset of another one.
fn read(text: &str, offset: usize, depth: usize) -> Fit {
    let mut parser = Parser {
        lexer: Lexer::new(text),
        token: Token::default(),
        depth,
    };
    let fit = parser.whole();
    fit.map_err(|misfit| Misfit {
        start: misfit.start + offset,
        end: misfit.end + offset,
        ..misfit
    })
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    /// The next token.
    token: Token<'t>,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn whole(&mut self) -> Fit {
        self.next()?;
        self.list()?;
        if self.token.is_end() {
            return Ok(());
        }
        Err(self.unexpected())
    }

    /// Takes the token that is due.
    fn next(&mut self) -> Fit<Token<'t>> {
        let next = self.lexer.next()?;
        for (start, end) in self.lexer.substitutions() {
            if self.depth >= MAX_DEPTH {
                return Err(too_deep(start, start + 1));
            }
            read(self.lexer.slice(start, end), start, self.depth + 1)?;
        }
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn unexpected(&self) -> Misfit {
        let token = &self.token;
        let (message, help) = match token.text {
            "" => (
                "a command is missing at the end".to_owned(),
                "say what runs",
            ),
            "\n" => (
                "a command is missing before the line ends".to_owned(),
                "say what runs",
            ),
            text @ ("fi" | "then" | "elif" | "else") if token.is_bare() => (
                format!("`{text}` belongs to no `if`"),
                "begin with `if …; then`",
            ),
            text @ ("do" | "done") if token.is_bare() => (
                format!("`{text}` belongs to no loop"),
                "begin with `for …`, `while …` or `until …`",
            ),
            "esac" if token.is_bare() => (
                "`esac` belongs to no `case`".to_owned(),
                "begin with `case … in`",
            ),
            "}" if token.is_bare() => ("`}` closes nothing".to_owned(), "remove it, or quote it"),
            ")" => ("`)` closes nothing".to_owned(), "remove it, or quote it"),
            "(" => ("`(` can't stand here".to_owned(), "quote it"),
            text @ (";;" | ";&" | ";;&") => (
                format!("`{text}` stands outside of a `case`"),
                "separate commands with one `;`",
            ),
            text => (
                format!("no command stands before `{text}`"),
                "remove it, or say what runs",
            ),
        };
        Misfit {
            start: token.start,
            end: token.end,
            message,
            help,
            is_too_deep: false,
        }
    }

    /// Commands up to what can't begin one; answers whether there was any.
    fn list(&mut self) -> Fit<bool> {
        let mut any = false;
        loop {
            self.newlines()?;
            let over = self.token.is_end()
                || self.token.is_operator(")")
                || matches!(self.token.operator(), Some(";;" | ";&" | ";;&"))
                || divides(&self.token);
            if over {
                return Ok(any);
            }
            self.chain()?;
            any = true;
            match self.token.operator() {
                Some(";" | "&" | "\n") => {
                    self.next()?;
                }
                _ => return Ok(any),
            }
        }
    }

    fn newlines(&mut self) -> Fit {
        while self.token.is_operator("\n") {
            self.next()?;
        }
        Ok(())
    }

    /// Pipelines with `&&` and `||` between them.
    fn chain(&mut self) -> Fit {
        self.pipeline()?;
        while let Some(sign @ ("&&" | "||")) = self.token.operator() {
            let nothing = self.follow(sign)?;
            if self.is_nothing() {
                return Err(nothing);
            }
            self.pipeline()?;
        }
        Ok(())
    }

    /// Commands with `|` between them.
    fn pipeline(&mut self) -> Fit {
        let mut alone = false;
        while self.token.is_word("!") || self.token.is_word("time") {
            self.next()?;
            alone = true;
        }
        // Bash takes a `!` without a command, too.
        if alone && (self.token.is_end() || matches!(self.token.operator(), Some(";" | "\n"))) {
            return Ok(());
        }
        self.command()?;
        while let Some(sign @ ("|" | "|&")) = self.token.operator() {
            let nothing = self.follow(sign)?;
            if self.is_nothing() {
                return Err(nothing);
            }
            if self.token.is_word("!") {
                return Err(self.unexpected_after("`!` stands before a whole pipeline"));
            }
            self.command()?;
        }
        Ok(())
    }

    /// Whether no command can begin here.
    fn is_nothing(&self) -> bool {
        self.token.is_end()
            || self
                .token
                .operator()
                .is_some_and(|sign| sign != "(" && sign != "((")
    }

    /// Takes a sign and the line breaks behind it; what to say if nothing follows.
    fn follow(&mut self, sign: &str) -> Fit<Misfit> {
        let misfit = Misfit {
            start: self.token.start,
            end: self.token.end,
            message: format!("no command follows `{sign}`"),
            help: "remove it, or say what runs next",
            is_too_deep: false,
        };
        self.next()?;
        self.newlines()?;
        Ok(misfit)
    }

    fn command(&mut self) -> Fit {
        let begin = self.token.clone();
        let word = begin.bare_word();
        if word == Some("function") {
            return self.function();
        }
        let compound = word.is_some_and(|word| COMPOUNDS.contains(&word))
            || begin.is_operator("(")
            || begin.is_operator("((");
        if !compound {
            return self.simple();
        }
        if self.depth >= MAX_DEPTH {
            return Err(too_deep(begin.start, begin.end));
        }
        self.depth += 1;
        self.compound(&begin)?;
        self.depth -= 1;
        Ok(())
    }

    fn compound(&mut self, begin: &Token<'_>) -> Fit {
        match begin.bare_word() {
            Some("if") => {
                self.next()?;
                self.body(begin, "then", "`if` asks nothing")?;
                loop {
                    self.body_up_to(begin, &["elif", "else", "fi"])?;
                    if self.token.is_word("elif") {
                        self.next()?;
                        self.body(begin, "then", "`elif` asks nothing")?;
                        continue;
                    }
                    if self.token.is_word("else") {
                        self.next()?;
                        self.body_up_to(begin, &["fi"])?;
                    }
                    self.next()?;
                    break;
                }
            }
            Some("while" | "until") => {
                self.next()?;
                self.body(begin, "do", "the loop asks nothing")?;
                self.body(begin, "done", "the loop does nothing")?;
            }
            Some("for" | "select") => self.each(begin)?,
            Some("case") => self.case(begin)?,
            Some("{") => {
                self.next()?;
                self.body(begin, "}", "nothing stands between `{` and `}`")?;
            }
            Some("[[") => {
                while !self.token.is_word("]]") {
                    if self.token.is_end() {
                        return Err(unended(begin, "]]"));
                    }
                    self.next()?;
                }
                self.next()?;
            }
            _ if begin.is_operator("((") => {
                self.next()?;
            }
            _ if begin.is_operator("(") => {
                self.next()?;
                if !self.list()? {
                    return Err(match self.token.is_end() {
                        true => unended(begin, ")"),
                        false => self.unexpected_after("nothing stands between `(` and `)`"),
                    });
                }
                self.expect(begin, ")")?;
            }
            _ => return self.simple(),
        }
        while self.token.is_redirection() {
            self.redirection()?;
        }
        // Only what divides commands may follow.
        if self.is_nothing() || divides(&self.token) {
            return Ok(());
        }
        Err(self.unexpected_after(&format!("`{}` can't follow here", self.token.text.trim())))
    }

    /// A list that must not be empty, and the word that ends it.
    fn body(&mut self, begin: &Token<'_>, end: &str, empty: &str) -> Fit {
        if !self.list()? && self.token.is_word(end) {
            return Err(self.unexpected_after(empty));
        }
        self.expect(begin, end)
    }

    fn body_up_to(&mut self, begin: &Token<'_>, ends: &[&str]) -> Fit {
        let any = self.list()?;
        if !ends.iter().any(|end| self.token.is_word(end)) {
            return Err(match self.token.is_end() {
                true => unended(begin, ends.last().copied().unwrap_or_default()),
                false => self.unexpected(),
            });
        }
        if any {
            return Ok(());
        }
        Err(self.unexpected_after(&format!("nothing stands before `{}`", self.token.text)))
    }

    fn expect(&mut self, begin: &Token<'_>, end: &str) -> Fit {
        if self.token.is_word(end) || self.token.is_operator(end) {
            self.next()?;
            return Ok(());
        }
        Err(match self.token.is_end() {
            true => unended(begin, end),
            false => self.unexpected(),
        })
    }

    fn unexpected_after(&self, message: &str) -> Misfit {
        Misfit {
            start: self.token.start,
            end: self.token.end,
            message: message.to_owned(),
            help: "a shell stops reading here",
            is_too_deep: false,
        }
    }

    /// `for name in words; do … done`, `for ((…)); do … done`, `select`.
    fn each(&mut self, begin: &Token<'_>) -> Fit {
        self.next()?;
        if self.token.is_operator("((") {
            self.next()?;
        } else {
            if !self.token.is_any_word() {
                return Err(self.unexpected_after("a loop needs the name of a variable"));
            }
            self.next()?;
            self.newlines()?;
            if self.token.is_word("in") {
                self.next()?;
                while self.token.is_any_word() {
                    self.next()?;
                }
            }
        }
        if self.token.is_operator(";") {
            self.next()?;
        }
        self.newlines()?;
        if self.token.is_word("{") {
            self.next()?;
            return self.body(begin, "}", "the loop does nothing");
        }
        self.expect(begin, "do")?;
        self.body(begin, "done", "the loop does nothing")
    }

    fn case(&mut self, begin: &Token<'_>) -> Fit {
        self.next()?;
        if !self.token.is_any_word() {
            return Err(self.unexpected_after("`case` needs a word to look at"));
        }
        self.next()?;
        self.newlines()?;
        self.expect(begin, "in")?;
        loop {
            self.newlines()?;
            if self.token.is_word("esac") {
                self.next()?;
                return Ok(());
            }
            if self.token.is_operator("(") {
                self.next()?;
            }
            loop {
                if !self.token.is_any_word() {
                    return Err(match self.token.is_end() {
                        true => unended(begin, "esac"),
                        false => self.unexpected_after("a pattern is missing"),
                    });
                }
                self.next()?;
                if !self.token.is_operator("|") {
                    break;
                }
                self.next()?;
            }
            self.expect(begin, ")")?;
            self.list()?;
            if matches!(self.token.operator(), Some(";;" | ";&" | ";;&")) {
                self.next()?;
            } else if !self.token.is_word("esac") {
                return Err(match self.token.is_end() {
                    true => unended(begin, "esac"),
                    false => self.unexpected(),
                });
            }
        }
    }

    /// Words and redirections; or a function, `name() { … }`.
    fn simple(&mut self) -> Fit {
        let reserved = divides(&self.token) || self.token.is_word("in");
        if reserved || !(self.token.is_any_word() || self.token.is_redirection()) {
            return Err(self.unexpected());
        }
        let mut words = 0;
        loop {
            if self.token.is_redirection() {
                self.redirection()?;
            } else if self.token.is_any_word() {
                self.next()?;
                words += 1;
                if words == 1 && self.token.is_operator("(") {
                    let begin = self.token.clone();
                    self.next()?;
                    self.expect(&begin, ")")?;
                    return self.function_body();
                }
            } else if self.token.is_operator("(") || self.token.is_operator("((") {
                return Err(self.unexpected());
            } else {
                return Ok(());
            }
        }
    }

    /// `function name { … }`
    fn function(&mut self) -> Fit {
        let begin = self.next()?;
        self.next()?;
        if self.token.is_operator("(") {
            self.next()?;
            self.expect(&begin, ")")?;
        }
        self.function_body()
    }

    fn function_body(&mut self) -> Fit {
        self.newlines()?;
        let word = self.token.bare_word().unwrap_or_default();
        if COMPOUNDS.contains(&word) || self.token.is_operator("(") || self.token.is_operator("((")
        {
            return self.command();
        }
        Err(self.unexpected_after("a function is `name() { …; }`"))
    }

    fn redirection(&mut self) -> Fit {
        let sign = self.next()?;
        if self.token.is_any_word() {
            self.next()?;
            return Ok(());
        }
        Err(Misfit {
            start: sign.start,
            end: sign.end,
            message: format!("`{}` names no file", sign.text),
            help: "name one, or quote it",
            is_too_deep: false,
        })
    }
}

fn unended(begin: &Token<'_>, end: &str) -> Misfit {
    Misfit {
        start: begin.start,
        end: begin.end,
        message: format!("`{}` begins here and has no `{end}`", begin.text),
        help: "close it",
        is_too_deep: false,
    }
}
