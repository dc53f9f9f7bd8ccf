//! A spec as a tree: declarations and statements of tokens. Names are numbers until they are printed.

/// Something that has a name, by its place in [`Names`](super::Names).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(pub usize);

/// A part of a text, a command or a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it is written, escapes and all.
    Words(String),
    /// `{name}` in a text.
    Hole(Name),
    /// `$NAME` in a command, or `$NAME_WORKLOAD`: what stands behind it.
    Variable(Name, &'static str),
    /// `$name` in a query.
    Filled(Name),
}

/// What a statement consists of. Blanks stand between tokens but where it says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A word, a sign or a quantity.
    Word(String),
    /// A sign without a blank before it: `,` `)` `]`.
    Glued(&'static str),
    /// A sign without a blank behind it: `(` `[`; `glued` where there is none before it either.
    Open {
        /// The sign.
        sign: &'static str,
        /// Whether it follows a name, as in `errors(checkout)`.
        glued: bool,
    },
    /// A name where it is declared.
    Own(Name),
    /// A name in use.
    Use(Name),
    /// The last word of a name in use whose place takes no module: `not by ROLE`.
    Plain(Name),
    /// Something of the standard library: its module and its name.
    Std(&'static str, &'static str),
    /// The id of a node: names with `/` between them, from the outermost.
    Node(Vec<Name>),
    /// A text in quotes.
    Text(Vec<Piece>),
    /// A text in triple quotes, by its lines.
    Prose(Vec<Vec<Piece>>),
    /// A command between backticks.
    Command(Vec<Piece>),
    /// A script in a fence: its language and its lines.
    Script(&'static str, Vec<Vec<Piece>>),
    /// A query between backticks, by its lines.
    Query(Vec<Vec<Piece>>),
    /// A place where the line may end and the statement go on.
    Break,
    /// A block in the head of a statement: that of an `else`.
    Block(Vec<Statement>),
}

/// A statement or a declaration: its head, its block, and what may stand behind the block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// From its keyword on.
    pub head: Vec<Token>,
    /// What stands inside; nothing where it has no block.
    pub block: Option<Vec<Statement>>,
    /// An `else` behind the block.
    pub tail: Vec<Token>,
}

/// What a declaration declares, as far as its order and its home matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Noun {
    Deployment,
    Parameter,
    Secret,
    Role,
    Channel,
    Service,
    Metric,
    Message,
    Checklist,
    Procedure,
    Rollback,
    Baseline,
    Severity,
    Phase,
    Gate,
    Monitor,
    Alert,
    Objective,
    Backup,
    Freeze,
    Escalation,
    Success,
    Failure,
    Reference,
    Test,
    /// A statement inside a declaration, by which others may name it.
    Step,
    /// A parameter of a checklist, a procedure or a metric.
    Argument,
    /// A blank in a message.
    Field,
    /// What a command prints or a person fills in.
    Capture,
}

/// A declaration.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it declares.
    pub noun: Noun,
    /// Its name, where it has one that others use.
    pub name: Option<Name>,
    /// How it is written.
    pub statement: Statement,
}

impl Item {
    /// Whether its place among the others of its kind means something: phases and gates follow each other.
    pub fn is_ordered(&self) -> bool {
        matches!(self.noun, Noun::Phase | Noun::Gate)
    }
}

/// What is visited of a statement.
pub enum Seen<'t> {
    /// A token of a head.
    Token(&'t Token),
    /// A part of a text, a command or a query.
    Piece(&'t Piece),
}

impl Statement {
    /// Every token, and every piece of a text, inside.
    pub fn visit<'t>(&'t self, see: &mut dyn FnMut(Seen<'t>)) {
        for token in self.head.iter().chain(&self.tail) {
            see(Seen::Token(token));
            let lines: &[Vec<Piece>] = match token {
                Token::Text(pieces) | Token::Command(pieces) => std::slice::from_ref(pieces),
                Token::Prose(lines) | Token::Script(_, lines) | Token::Query(lines) => lines,
                Token::Block(block) => {
                    for statement in block {
                        statement.visit(see);
                    }
                    &[]
                }
                _ => &[],
            };
            for piece in lines.iter().flatten() {
                see(Seen::Piece(piece));
            }
        }
        for statement in self.block.iter().flatten() {
            statement.visit(see);
        }
    }

    /// The names that it uses and does not declare itself.
    pub fn uses(&self) -> Vec<Name> {
        let (mut uses, mut own) = (Vec::new(), Vec::new());
        self.visit(&mut |seen| match seen {
            Seen::Token(Token::Own(name)) => own.push(*name),
            Seen::Token(Token::Use(name) | Token::Plain(name)) => uses.push(*name),
            Seen::Token(Token::Node(path)) => uses.extend(path),
            Seen::Piece(Piece::Hole(name) | Piece::Variable(name, _) | Piece::Filled(name)) => {
                uses.push(*name);
            }
            _ => {}
        });
        uses.retain(|name| !own.contains(name));
        uses.sort_unstable();
        uses.dedup();
        uses
    }
}

impl Statement {
    /// The names that it uses otherwise than as the id of a node: those bring a thing into the plan.
    pub fn starts(&self) -> Vec<Name> {
        let mut others = Vec::new();
        self.visit(&mut |seen| match seen {
            Seen::Token(Token::Use(name) | Token::Plain(name)) => others.push(*name),
            Seen::Piece(Piece::Hole(name) | Piece::Variable(name, _) | Piece::Filled(name)) => {
                others.push(*name);
            }
            _ => {}
        });
        others
    }
}

/// Writes a statement from left to right.
#[derive(Clone, Debug, Default)]
pub struct Line(Statement);

impl Line {
    /// A statement that begins with a keyword.
    pub fn new(keyword: &str) -> Line {
        Line::default().word(keyword)
    }

    /// Words and signs, with blanks between them; texts in quotes and patterns between strokes stay whole.
    pub fn word(mut self, words: &str) -> Line {
        let mut rest = words.trim_start();
        while let Some(first) = rest.chars().next() {
            let end = match first {
                '"' | '/' => rest[1..].find(first).map(|end| end + 2),
                _ => rest.find(' '),
            };
            let (word, behind) = rest.split_at(end.unwrap_or(rest.len()));
            self.0.head.push(Token::Word(word.to_owned()));
            rest = behind.trim_start();
        }
        self
    }

    /// A token, blanks in it included.
    pub fn token(mut self, token: Token) -> Line {
        self.0.head.push(token);
        self
    }

    /// Some tokens.
    pub fn tokens(mut self, tokens: impl IntoIterator<Item = Token>) -> Line {
        self.0.head.extend(tokens);
        self
    }

    /// The name that it declares.
    pub fn own(self, name: Name) -> Line {
        self.token(Token::Own(name))
    }

    /// A name that it uses.
    pub fn uses(self, name: Name) -> Line {
        self.token(Token::Use(name))
    }

    /// Names that it uses, with commas between them.
    pub fn list(self, names: &[Name]) -> Line {
        self.tokens(listed(names.iter().map(|name| vec![Token::Use(*name)])))
    }

    /// A text.
    pub fn text(self, words: &str) -> Line {
        self.token(Token::Text(vec![Piece::Words(words.to_owned())]))
    }

    /// A quantity, with the blank before what it counts.
    pub fn quantity(self, quantity: &str) -> Line {
        self.token(Token::Word(quantity.to_owned()))
    }

    /// A command.
    pub fn command(self, words: &str) -> Line {
        self.token(Token::Command(vec![Piece::Words(words.to_owned())]))
    }

    /// What stands in it.
    pub fn block(mut self, block: Vec<Statement>) -> Line {
        self.0.block = Some(block);
        self
    }

    /// What stands behind the block.
    pub fn tail(mut self, tail: Vec<Token>) -> Line {
        self.0.tail = tail;
        self
    }

    /// Whether a word stands in its head.
    pub fn has(&self, word: &str) -> bool {
        let mut head = self.0.head.iter();
        head.any(|token| matches!(token, Token::Word(own) if own == word))
    }

    /// The statement.
    pub fn done(self) -> Statement {
        self.0
    }

    /// Its tokens, of a clause.
    pub fn clause(self) -> Vec<Token> {
        self.0.head
    }
}

/// Things with commas between them.
pub fn listed(things: impl IntoIterator<Item = Vec<Token>>) -> Vec<Token> {
    let mut tokens = Vec::new();
    for thing in things {
        if !tokens.is_empty() {
            tokens.extend([Token::Glued(","), Token::Break]);
        }
        tokens.extend(thing);
    }
    tokens
}

/// Things between parentheses or brackets behind a name.
pub fn enclosed(sign: [&'static str; 2], glued: bool, inner: Vec<Token>) -> Vec<Token> {
    let [open, close] = sign;
    let mut tokens = vec![Token::Open { sign: open, glued }];
    tokens.extend(inner);
    tokens.push(Token::Glued(close));
    tokens
}
