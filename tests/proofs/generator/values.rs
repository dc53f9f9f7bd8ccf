//! Quantities, times, types, conditions, actions and texts.

use super::declare::{Argument, Maker};
use super::tree::{Line, Name, Piece, Token, enclosed, listed};

/// What a metric or a parameter measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    Duration,
    Ratio,
    Difference,
    Size,
    Count(&'static str),
    Rate(&'static str),
    Cores,
    Score,
    Number,
    Version,
}

use Dimension::{Cores, Count, Difference, Duration, Number, Rate, Ratio, Score, Size, Version};

impl Dimension {
    /// Those that a metric may measure.
    pub const ALL: [Dimension; 11] = [
        Duration,
        Ratio,
        Difference,
        Size,
        Count("pods"),
        Count("requests"),
        Rate("events"),
        Cores,
        Score,
        Number,
        Version,
    ];

    /// How a type of it is written.
    pub fn written(self) -> Vec<Token> {
        let word = match self {
            Duration => "duration",
            Ratio => "percent",
            Difference => "difference",
            Size => "size",
            Count(_) => "count",
            Rate(_) => "rate",
            Cores => "cores",
            Score => "score",
            Number => "number",
            Version => "version",
        };
        let line = Line::new(word);
        match self {
            Count(noun) | Rate(noun) => line.word("of").word(noun),
            _ => line,
        }
        .clause()
    }

    /// The units that a query for it may return.
    pub fn units(self) -> &'static [&'static str] {
        match self {
            Duration => &["seconds", "milliseconds", "ms"],
            Ratio => &["ratio", "percent", "%"],
            Size => &["bytes", "MiB", "Mi"],
            Cores => &["cores", "millicores"],
            Rate("events") => &["events/s"],
            _ => &[],
        }
    }

    /// Values of it, from low to high, none of them twice.
    pub fn values(self) -> &'static [&'static str] {
        match self {
            Duration => &["250ms", "30s", "15m", "1h30m", "6h", "1d", "1w"],
            Ratio => &["0.1%", "0.5%", "5%", "50%", "99.95%", "1.2x"],
            Difference => &["-0.5pp", "+2pp"],
            Size => &["512kB", "300Mi", "300.5MiB", "10GB"],
            Count("pods") => &["0", "3 pods", "1k pods"],
            Count("restarts") => &["0", "3 restarts", "10 restarts"],
            Count(_) => &["0 requests", "100k requests", "2M requests"],
            Rate(_) => &["1 events/h", "100 events/s", "100k events/s"],
            Cores => &["500 millicores", "2 cores"],
            Score => &["4.0/5.0", "4.5/5.0"],
            Number => &["1", "2.5", "1_000"],
            Version => &["1.20+", "1.21+"],
        }
    }
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Text,
    YesNo,
    Choice,
    Date,
    Time,
    Person,
    Service,
    Percentile,
    Of(Dimension),
}

impl Type {
    /// How it is written.
    pub fn written(self) -> Vec<Token> {
        match self {
            Type::Text => Line::new("text").clause(),
            Type::YesNo => Line::new("yes-no").clause(),
            Type::Choice => {
                let words = ["fast", "slow", "by hand"].map(|word| vec![text(word)]);
                let mut tokens = Line::new("choice").clause();
                tokens.extend(enclosed(["(", ")"], true, listed(words)));
                tokens
            }
            Type::Date => Line::new("date").clause(),
            Type::Time => Line::new("time").clause(),
            Type::Person => Line::new("person").clause(),
            Type::Service => Line::new("service").clause(),
            Type::Percentile => Line::new("percentile").clause(),
            Type::Of(dimension) => dimension.written(),
        }
    }
}

/// A text without names.
pub fn text(words: &str) -> Token {
    Token::Text(vec![Piece::Words(words.to_owned())])
}

/// Words for people. What is special somewhere is among them.
const WORDS: &[&str] = &[
    "All tests pass",
    "The change is reviewed",
    "Backups are there, and were restored once",
    "Errors & latency | as before",
    "Logs are *clean* and `quiet`",
    "A \\\"quoted\\\" word, a \\\\ and a tab\\t",
    "Größe geprüft → weiter",
    "Costs \\u{2264} 5 €",
    "<b>Bold</b> and 50% of it",
    "\\{braces\\} stay",
    "It's # no comment",
    "Two\\nlines",
    "1. first",
];

impl Maker {
    /// A text; where the place has names for it, one may stand in it.
    pub fn text(&mut self) -> Token {
        let mut pieces = vec![Piece::Words(self.random.choose(WORDS).to_owned())];
        if let Some(name) = self.in_text()
            && self.one_in(3)
        {
            pieces.push(Piece::Words(" for ".to_owned()));
            pieces.push(Piece::Hole(name));
        }
        Token::Text(pieces)
    }

    /// Words that nothing else is called.
    pub fn own_text(&mut self) -> Token {
        self.texts += 1;
        let words = self.random.choose(WORDS);
        text(&format!("{words} {}", self.texts))
    }

    /// A text of several lines.
    pub fn prose(&mut self) -> Token {
        let line = |words: &str| vec![Piece::Words(words.to_owned())];
        let mut lines = vec![
            line("The new version writes **both** tables."),
            Vec::new(),
            line("- old readers see the old one"),
            line("  and wait"),
        ];
        if let Some(name) = self.in_text() {
            lines.push(vec![
                Piece::Words("This is about ".to_owned()),
                Piece::Hole(name),
                Piece::Words(".".to_owned()),
            ]);
        }
        Token::Prose(lines)
    }

    /// A name whose value may stand in a text here.
    fn in_text(&mut self) -> Option<Name> {
        let arguments: Vec<Name> = self
            .arguments
            .iter()
            .map(|argument| argument.name)
            .collect();
        let known: Vec<Name> = arguments
            .into_iter()
            .chain(self.fields.iter().copied())
            .chain(self.captured.iter().copied())
            .chain(self.outside().map(|(name, _)| name))
            .collect();
        self.any(&known)
    }

    /// A quantity of a dimension.
    pub fn value(&mut self, dimension: Dimension) -> Token {
        Token::Word(self.random.choose(dimension.values()).to_owned())
    }

    /// A range of a dimension.
    pub fn range(&mut self, dimension: Dimension) -> Token {
        let values = dimension.values();
        let low = self.random.below(values.len() - 1);
        let high = low + 1 + self.random.below(values.len() - low - 1);
        let dots = self.random.choose(&["..", "..<"]);
        Token::Word(format!("{}{dots}{}", values[low], values[high]))
    }

    /// A stretch of time that somebody waits for.
    pub fn duration(&mut self) -> Token {
        Token::Word(
            self.random
                .choose(&["30s", "5m", "15m", "1h", "1h30m"])
                .to_owned(),
        )
    }

    /// A moment.
    pub fn time(&mut self) -> Vec<Token> {
        let time = self.random.choose(&[
            "T",
            "T+30m",
            "T-6h",
            "T+1h30m",
            "T-1d",
            "10:00",
            "09:30 UTC",
            "08:15:30 Europe/Berlin",
            "2026-03-10",
            "2026-03-10 11:00",
            "2026-03-10 11:00 Europe/Berlin",
        ]);
        Line::default().word(time).clause()
    }

    /// A value of a type.
    pub fn of_type(&mut self, of: Type) -> Vec<Token> {
        match of {
            // Short, so that ids that are made of values differ where the values do.
            Type::Text => {
                self.texts += 1;
                vec![text(&format!("v{} |", self.texts))]
            }
            Type::YesNo => Line::new(self.random.choose(&["yes", "no"])).clause(),
            Type::Choice => vec![text(self.random.choose(&["fast", "slow", "by hand"]))],
            Type::Date => Line::new("2026-03-01").clause(),
            Type::Time => Line::new("09:30").clause(),
            Type::Person => vec![text("Robin Example")],
            Type::Percentile => Line::new(self.random.choose(&["p95", "p99", "p999"])).clause(),
            Type::Of(dimension) => vec![self.value(dimension)],
            Type::Service => {
                let services = self.services.clone();
                let name = self.random.choose(&services);
                vec![Token::Use(name)]
            }
        }
    }

    /// Parameters of a declaration, with their types and perhaps their defaults.
    pub fn parameters(&mut self, of: &[Argument]) -> Vec<Token> {
        let all: Vec<Vec<Token>> = of
            .iter()
            .map(|argument| {
                let mut tokens = vec![Token::Own(argument.name), Token::Glued(":")];
                tokens.extend(argument.of.written());
                if argument.default {
                    tokens.extend(Line::new("=").clause());
                    tokens.extend(self.of_type(argument.of));
                }
                tokens
            })
            .collect();
        enclosed(["(", ")"], false, listed(all))
    }

    /// Values for parameters: by place, by name, or left out where there is a default.
    pub fn given(&mut self, of: &[Argument]) -> Vec<Token> {
        let by_name = self.one_in(2);
        self.arguments_for(of, by_name)
    }

    fn arguments_for(&mut self, of: &[Argument], by_name: bool) -> Vec<Token> {
        let mut all: Vec<Vec<Token>> = Vec::new();
        for argument in of {
            if by_name && argument.default && self.one_in(3) {
                continue;
            }
            let mut tokens = Vec::new();
            if by_name {
                tokens.extend([Token::Use(argument.name), Token::Word("=".to_owned())]);
            }
            tokens.extend(self.of_type(argument.of));
            all.push(tokens);
        }
        if by_name && self.one_in(2) {
            all.reverse();
        }
        enclosed(["(", ")"], true, listed(all))
    }

    /// A metric in use, and what it measures.
    pub fn metric(&mut self) -> (Vec<Token>, Dimension) {
        let service = self.service();
        if let Some(service) = &service
            && self.one_in(5)
        {
            let (module, name, dimension) = self.random.choose(&[
                ("http", "error-rate", Ratio),
                ("http", "latency", Duration),
                ("kubernetes", "memory", Size),
                ("kubernetes", "cpu", Cores),
                ("kubernetes", "restarts", Count("restarts")),
            ]);
            let mut tokens = vec![Token::Std(module, name)];
            let mut given = vec![service.clone()];
            if name == "latency" && self.one_in(2) {
                given.push(Line::new("p99").clause());
            }
            tokens.extend(enclosed(["(", ")"], true, listed(given)));
            return (tokens, dimension);
        }
        let metric = self.metrics[self.random.below(self.metrics.len())].clone();
        let mut tokens = vec![Token::Use(metric.name)];
        if !metric.arguments.is_empty() {
            tokens.extend(self.given(&metric.arguments));
        }
        (tokens, metric.dimension)
    }

    /// A metric in use, with labels now and then.
    pub fn series(&mut self) -> (Vec<Token>, Dimension) {
        let (mut tokens, dimension) = self.metric();
        if self.one_in(4) {
            let all = ["path=cache", "code=~\"5..\"", "zone!=eu-1", "pod!~\"a|b\""];
            let mut labels = vec![Line::new(self.random.choose(&all)).clause()];
            if self.one_in(3) {
                labels.push(Line::new("le = \"0.5\"").clause());
            }
            tokens.extend(enclosed(["[", "]"], true, listed(labels)));
        }
        (tokens, dimension)
    }

    /// A condition.
    pub fn condition(&mut self) -> Vec<Token> {
        self.any_of(2)
    }

    fn any_of(&mut self, depth: usize) -> Vec<Token> {
        let mut tokens = self.all_of(depth);
        if self.one_in(5) {
            tokens.extend(Line::new("or").clause());
            tokens.extend(self.all_of(depth));
        }
        tokens
    }

    fn all_of(&mut self, depth: usize) -> Vec<Token> {
        let mut tokens = self.term(depth);
        while self.one_in(5) {
            match self.one_in(2) {
                true => tokens.extend([Token::Glued(","), Token::Break]),
                false => tokens.extend(Line::new("and").clause()),
            }
            tokens.extend(self.term(depth));
        }
        tokens
    }

    fn term(&mut self, depth: usize) -> Vec<Token> {
        if depth > 0 && self.one_in(8) {
            let mut tokens = Line::new("not").clause();
            tokens.extend(self.term(depth - 1));
            return tokens;
        }
        if depth > 0 && self.one_in(8) {
            return enclosed(["(", ")"], false, self.any_of(depth - 1));
        }
        if self.one_in(6) {
            let mut tokens = vec![self.text()];
            tokens.extend(self.stretch());
            return tokens;
        }
        self.comparison()
    }

    /// `for 5m`, `over 1h`, both, or nothing.
    fn stretch(&mut self) -> Vec<Token> {
        let mut tokens = Vec::new();
        if self.one_in(4) {
            tokens.extend(Line::new("for").clause());
            tokens.push(self.duration());
        }
        if self.one_in(4) {
            tokens.extend(Line::new("over").clause());
            tokens.push(self.duration());
        }
        tokens
    }

    /// A metric and what it must be.
    pub fn comparison(&mut self) -> Vec<Token> {
        let (mut tokens, dimension) = self.series();
        let line = Line::default();
        let predicate = match self.random.below(9) {
            0 => {
                let range = self.range(dimension);
                line.word("in").token(range)
            }
            1 => {
                let value = self.value(dimension);
                line.word("about").token(value)
            }
            2 => line.word("within 20% of stable"),
            3 => line.word("within baseline"),
            4 => {
                let baselines = self.baselines.clone();
                match self.any(&baselines) {
                    Some(name) => line.word("within").uses(name),
                    None => line.word("stable"),
                }
            }
            5 => line.word(self.random.choose(&["stable", "increasing", "decreasing"])),
            _ => {
                let sign = self.random.choose(&["<", "<=", ">", ">=", "==", "!="]);
                let known: Vec<Name> = self
                    .outside()
                    .chain(self.arguments.iter().map(|one| (one.name, one.of)))
                    .filter(|(_, of)| *of == Type::Of(dimension))
                    .map(|(name, _)| name)
                    .collect();
                let line = line.word(sign);
                match self.any(&known) {
                    Some(name) if self.one_in(2) => line.uses(name),
                    _ => {
                        let value = self.value(dimension);
                        line.token(value)
                    }
                }
            }
        };
        tokens.extend(predicate.clause());
        tokens.extend(self.stretch());
        tokens
    }

    /// A condition that is known when the deployment begins.
    pub fn known_condition(&mut self) -> Vec<Token> {
        let known: Vec<(Name, Type)> = self.outside().collect();
        let asked: Vec<(Name, Type)> = known
            .into_iter()
            .filter(|(_, of)| matches!(of, Type::YesNo | Type::Choice | Type::Text))
            .collect();
        let Some((name, of)) = self.any(&asked) else {
            return vec![self.own_text()];
        };
        let line = Line::default();
        let line = match (self.one_in(4), of) {
            (true, _) => return vec![self.own_text()],
            (_, Type::YesNo) if self.one_in(3) => line.word("not").uses(name),
            (_, Type::YesNo) => line.uses(name),
            (_, Type::Choice) => {
                let sign = self.random.choose(&["==", "!="]);
                line.uses(name).word(sign).text("fast")
            }
            _ => line.uses(name).word("==").text("eu-central-1"),
        };
        line.clause()
    }

    /// Actions, the last of which may end something.
    pub fn actions(&mut self) -> Vec<Token> {
        let count = 1 + self.random.below(3);
        let all: Vec<Vec<Token>> = (0..count)
            .map(|at| {
                let mut action = self.action(at + 1 == count);
                if self.one_in(4) {
                    action.extend(Line::new("after").clause());
                    action.push(self.duration());
                }
                action
            })
            .collect();
        listed(all)
    }

    /// One action.
    pub fn action(&mut self, ends: bool) -> Vec<Token> {
        let line = Line::default();
        let line = match self.random.below(if ends { 9 } else { 4 }) {
            0 => {
                let roles = self.some_of(&self.roles.clone());
                line.word("page").list(&roles)
            }
            1 => return self.tell(),
            2 => {
                let text = self.own_text();
                line.token(text)
            }
            3 => match self.any(&self.procedures.clone()) {
                Some(procedure) => {
                    let line = line.word("do").uses(procedure.name);
                    match procedure.arguments.is_empty() {
                        true => line,
                        false => {
                            let given = self.given(&procedure.arguments);
                            line.tokens(given)
                        }
                    }
                }
                None => line.word("stop"),
            },
            4 => match self.any(&self.rollbacks.clone()) {
                Some(name) if !self.in_rollback => line.word("rollback").uses(name),
                _ => line.word("pause"),
            },
            5 => line.word("pause"),
            6 => line.word("stop"),
            7 => line.word("skip"),
            _ => line.word(self.random.choose(&["retry", "retry 3"])),
        };
        line.clause()
    }

    /// `notify` as an action or a statement, without its clauses.
    pub fn tell(&mut self) -> Vec<Token> {
        let mut to = self.some_of(&self.channels.clone());
        if self.one_in(3) {
            to.extend(self.any(&self.roles.clone()));
        }
        let line = Line::new("notify").list(&to);
        match self.any(&self.messages.clone()) {
            Some((message, fields)) if self.one_in(2) => {
                let line = line.word("with").uses(message);
                match fields.is_empty() || self.one_in(3) {
                    true => line,
                    false => {
                        let given = self.arguments_for(&fields, true);
                        line.tokens(given)
                    }
                }
            }
            _ if self.one_in(6) => line,
            _ => {
                let text = self.text();
                line.token(text)
            }
        }
        .clause()
    }
}
