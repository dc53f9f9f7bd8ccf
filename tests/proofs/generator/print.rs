//! A spec as text: in one file or in several, with blanks, line breaks and comments where they may stand.

use std::collections::{BTreeMap, BTreeSet};

use super::Spec;
use super::names::Naming;
use super::tree::{Item, Name, Piece, Statement, Token};
use crate::faults::Random;

/// In which file each declaration stands. The file 0 is the one that is asked for.
#[derive(Clone, Debug, Default)]
pub struct Split {
    /// By the place of the declaration among the items of the spec; 0 where nothing is said.
    pub file: BTreeMap<usize, usize>,
    /// Names that are brought in by themselves: `use ./part { name }`.
    pub by_name: BTreeSet<Name>,
}

/// Blanks, lines and comments that mean nothing.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// From where blanks are chosen; nothing for one form.
    random: Option<u64>,
    /// Whether comments stand wherever they may.
    pub comments: bool,
    /// Whether blank lines and blanks at the ends of lines stand wherever they may.
    pub blanks: bool,
    /// Whether blanks between tokens are many or tabs, and lines begin anywhere.
    pub spaces: bool,
    /// Whether lines end wherever they may, and blocks stand on one line where they may.
    pub breaks: bool,
}

impl Layout {
    /// As people write.
    pub fn plain() -> Layout {
        Layout::default()
    }

    /// Everything that means nothing, by chance.
    pub fn strange(seed: u64) -> Layout {
        Layout {
            random: Some(seed),
            comments: true,
            blanks: true,
            spaces: true,
            breaks: true,
        }
    }

    /// Comments alone; and so on.
    pub fn only(seed: u64, change: impl FnOnce(&mut Layout)) -> Layout {
        let mut layout = Layout {
            random: Some(seed),
            ..Layout::default()
        };
        change(&mut layout);
        layout
    }
}

/// The files of a spec: their paths and their texts, the one that is asked for first.
pub fn files(
    spec: &Spec,
    naming: &Naming,
    split: &Split,
    layout: &Layout,
    folder: &str,
) -> Vec<(String, String)> {
    let home = |at: usize| split.file.get(&at).copied().unwrap_or(0);
    let declared: BTreeMap<Name, usize> = spec
        .items
        .iter()
        .enumerate()
        .filter_map(|(at, item)| Some((item.name?, home(at))))
        .collect();
    let count = (0..spec.items.len()).map(home).max().unwrap_or(0) + 1;
    (0..count)
        .map(|file| {
            let mut printer = Printer {
                naming,
                split,
                declared: &declared,
                file,
                used: BTreeMap::new(),
                bare_library: spec.seed.is_multiple_of(3),
                layout,
                random: Random(layout.random.unwrap_or_default().wrapping_add(file as u64)),
                out: String::new(),
                comment: 0,
            };
            let items: Vec<&Item> = spec
                .items
                .iter()
                .enumerate()
                .filter(|(at, _)| home(*at) == file)
                .map(|(_, item)| item)
                .collect();
            printer.items(&items);
            let body = std::mem::take(&mut printer.out);
            let head = printer.head(spec);
            let path = match file {
                0 => format!("{folder}spec.deploy"),
                _ => format!("{folder}{}.deploy", module(file)),
            };
            (path, head + &body)
        })
        .collect()
}

/// The name of a file that is brought in.
fn module(file: usize) -> String {
    format!("part-{file}")
}

struct Printer<'s> {
    naming: &'s Naming,
    split: &'s Split,
    declared: &'s BTreeMap<Name, usize>,
    file: usize,
    /// The modules that were named, and the names that each has to bring in by themselves.
    used: BTreeMap<String, BTreeSet<String>>,
    /// Whether names of the library are brought in by themselves.
    bare_library: bool,
    layout: &'s Layout,
    random: Random,
    out: String,
    comment: usize,
}

impl Printer<'_> {
    fn is(&mut self, change: bool, one_in: usize) -> bool {
        change && self.layout.random.is_some() && self.random.below(one_in) == 0
    }

    /// The edition and what is brought in.
    fn head(&mut self, spec: &Spec) -> String {
        let mut out = std::mem::take(&mut self.out);
        if self.is(self.layout.comments, 2) {
            out.push_str("# a comment before everything, äöü→ \"` {\n\n");
        }
        out.push_str("edition 2026");
        self.out = out;
        self.end();
        for (module, names) in std::mem::take(&mut self.used) {
            let path = match spec.is_of_library(&module) {
                true => format!("std/{module}"),
                false => format!("./{module}"),
            };
            self.out.push_str(&format!("use {path}"));
            if !names.is_empty() {
                let names: Vec<String> = names.into_iter().collect();
                let comma = match self.is(self.layout.breaks, 3) {
                    true => ",\n  ",
                    false => ", ",
                };
                self.out.push_str(&format!(" {{ {} }}", names.join(comma)));
            }
            self.end();
        }
        std::mem::take(&mut self.out)
    }

    fn items(&mut self, items: &[&Item]) {
        for item in items {
            self.lines_between();
            self.out.push('\n');
            self.statement(&item.statement, 0);
            if !self.out.ends_with('\n') {
                self.end();
            }
        }
    }

    /// Blank lines and comments of their own.
    fn lines_between(&mut self) {
        while self.is(self.layout.blanks, 3) {
            let blanks = self.random.choose(&["", "  ", "\t"]);
            self.out.push_str(blanks);
            self.out.push('\n');
        }
        if self.is(self.layout.comments, 3) {
            let blanks = self.random.choose(&["", "  ", "      "]);
            self.comment += 1;
            self.out
                .push_str(&format!("{blanks}# comment {}: `{{ \"\n", self.comment));
        }
    }

    /// The end of a line.
    fn end(&mut self) {
        if self.is(self.layout.blanks, 3) {
            let blanks = self.random.choose(&[" ", "   ", "\t"]);
            self.out.push_str(blanks);
        }
        if self.is(self.layout.comments, 4) {
            self.comment += 1;
            self.out
                .push_str(&format!(" # comment {} }}", self.comment));
        }
        self.out.push('\n');
    }

    fn blank(&mut self) {
        let blank = match self.is(self.layout.spaces, 3) {
            true => self.random.choose(&["  ", "\t", "    ", " \t "]),
            false => " ",
        };
        self.out.push_str(blank);
    }

    fn indent(&mut self, depth: usize) {
        let blanks = match (depth, self.is(self.layout.spaces, 2)) {
            (0, _) => String::new(),
            // What stands in column 0 begins an item.
            (_, true) => " ".repeat(1 + self.random.below(9)),
            (_, false) => "  ".repeat(depth),
        };
        self.out.push_str(&blanks);
    }

    /// A statement. Behind it stands no end of a line yet.
    fn statement(&mut self, statement: &Statement, depth: usize) {
        self.indent(depth);
        self.tokens(&statement.head, depth, true);
        if let Some(block) = &statement.block {
            self.block(block, depth);
        }
        if !statement.tail.is_empty() {
            self.tokens(&statement.tail, depth, false);
        }
    }

    fn block(&mut self, block: &[Statement], depth: usize) {
        self.blank();
        self.out.push('{');
        // One statement may stand on the line of its braces, if it is one line itself.
        if let [only] = block
            && self.is(self.layout.breaks, 2)
            && is_short(only)
        {
            self.out.push(' ');
            self.tokens(&only.head, depth, true);
            self.out.push_str(" }");
            return;
        }
        self.end();
        for statement in block {
            self.lines_between();
            self.statement(statement, depth + 1);
            if !self.out.ends_with('\n') {
                self.end();
            }
        }
        self.lines_between();
        self.indent(depth);
        // A brace in column 0 closes an item.
        self.out.push('}');
    }

    fn tokens(&mut self, tokens: &[Token], depth: usize, first: bool) {
        let mut glue = first;
        for (at, token) in tokens.iter().enumerate() {
            if *token == Token::Break {
                // Behind a comma, or in the clauses of a command.
                if self.is(self.layout.breaks, 3) {
                    self.end();
                    self.indent(depth + 2);
                    glue = true;
                }
                continue;
            }
            let glued = matches!(token, Token::Glued(_) | Token::Open { glued: true, .. });
            if !glue && !glued {
                self.blank();
            }
            self.token(token, depth);
            glue = matches!(token, Token::Open { .. });
            if glue && self.is(self.layout.breaks, 5) && tokens.len() > at + 1 {
                self.end();
                self.indent(depth + 2);
            }
        }
    }

    fn token(&mut self, token: &Token, depth: usize) {
        match token {
            Token::Word(word) => self.out.push_str(word),
            Token::Glued(sign) | Token::Open { sign, .. } => self.out.push_str(sign),
            Token::Own(name) | Token::Plain(name) => {
                if matches!(token, Token::Plain(_)) {
                    self.bare(*name);
                }
                let name = self.naming.of(*name).to_owned();
                self.out.push_str(&name);
            }
            Token::Use(name) => {
                let name = self.named(*name);
                self.out.push_str(&name);
            }
            Token::Std(module, name) => {
                let used = self.used.entry((*module).to_owned()).or_default();
                match self.bare_library && IN_BRACES.contains(name) {
                    true => {
                        used.insert((*name).to_owned());
                        self.out.push_str(name);
                    }
                    false => self.out.push_str(&format!("{module}.{name}")),
                }
            }
            Token::Node(path) => {
                let path: Vec<&str> = path.iter().map(|name| self.naming.of(*name)).collect();
                let path = path.join("/");
                self.out.push_str(&path);
            }
            Token::Text(pieces) => self.enclosed("\"", pieces, "\""),
            Token::Command(pieces) => self.enclosed("`", pieces, "`"),
            Token::Prose(lines) => self.fence("\"\"\"", lines, "\"\"\"", depth),
            Token::Script(language, lines) => {
                let open = format!("```{language}");
                self.fence(&open, lines, "```", depth);
            }
            Token::Query(lines) => {
                self.out.push('`');
                for (at, line) in lines.iter().enumerate() {
                    if at > 0 {
                        self.out.push('\n');
                        self.out.push_str(&"  ".repeat(depth + 2));
                    }
                    self.pieces(line);
                }
                self.out.push('`');
            }
            Token::Block(block) => {
                // The blank before it stands already.
                self.out
                    .truncate(self.out.trim_end_matches([' ', '\t']).len());
                self.block(block, depth);
            }
            Token::Break => {}
        }
    }

    /// How a name is written in this file.
    fn named(&mut self, name: Name) -> String {
        let own = self.naming.of(name).to_owned();
        match self.declared.get(&name) {
            Some(&home) if home != self.file => {
                let module = module(home);
                let named = self.used.entry(module.clone()).or_default();
                match self.split.by_name.contains(&name) {
                    true => {
                        named.insert(own.clone());
                        own
                    }
                    false => format!("{module}.{own}"),
                }
            }
            _ => own,
        }
    }

    /// A name that has to be known without its module.
    fn bare(&mut self, name: Name) {
        if let Some(&home) = self.declared.get(&name)
            && home != self.file
        {
            let own = self.naming.of(name).to_owned();
            self.used.entry(module(home)).or_default().insert(own);
        }
    }

    fn enclosed(&mut self, open: &str, pieces: &[Piece], close: &str) {
        self.out.push_str(open);
        self.pieces(pieces);
        self.out.push_str(close);
    }

    fn fence(&mut self, open: &str, lines: &[Vec<Piece>], close: &str, depth: usize) {
        self.out.push_str(open);
        self.out.push('\n');
        let indent = match self.is(self.layout.spaces, 2) {
            true => " ".repeat(2 + self.random.below(5)),
            false => "  ".repeat(depth + 1),
        };
        for line in lines {
            if !line.is_empty() {
                self.out.push_str(&indent);
                self.pieces(line);
            }
            self.out.push('\n');
        }
        self.out.push_str(&indent);
        self.out.push_str(close);
    }

    fn pieces(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Words(words) => self.out.push_str(words),
                Piece::Hole(name) => {
                    self.bare(*name);
                    let text = format!("{{{}}}", self.naming.of(*name));
                    self.out.push_str(&text);
                }
                Piece::Variable(name, rest) => {
                    self.bare(*name);
                    let text = format!("${}{rest}", self.naming.variable(*name));
                    self.out.push_str(&text);
                }
                Piece::Filled(name) => {
                    let text = format!("${}", self.naming.of(*name));
                    self.out.push_str(&text);
                }
            }
        }
    }
}

/// What nothing of a spec is called, so that it may be brought in by its name alone.
const IN_BRACES: &[&str] = &["workload-healthy", "release-healthy", "restarts", "careful"];

/// Whether a statement is one line without a block.
fn is_short(statement: &Statement) -> bool {
    let long = |token: &Token| {
        matches!(
            token,
            Token::Prose(_) | Token::Script(..) | Token::Query(_) | Token::Block(_)
        )
    };
    statement.block.is_none() && !statement.head.iter().any(long)
}
