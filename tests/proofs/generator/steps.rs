//! What stands in a phase, and the clauses that any statement may have.

use super::declare::Maker;
use super::tree::{Line, Name, Noun, Piece, Statement, Token};
use super::values::{Dimension, Type};

impl Maker {
    /// Some statements of work.
    pub fn work(&mut self, depth: usize) -> Vec<Statement> {
        let count = 1 + self.random.below(4);
        let mut all: Vec<Statement> = (0..count).map(|_| self.step(depth)).collect();
        if self.one_in(10) {
            let block = self.otherwise();
            all.push(Line::new("else").block(block).done());
        }
        all
    }

    /// One statement of work.
    pub fn step(&mut self, depth: usize) -> Statement {
        let deep = depth > 0;
        match self.random.below(30) {
            0..=4 => self.check("check", deep),
            5..=8 => self.run(),
            9 => self.shift(),
            10 => self.switch(),
            11 => self.scale(),
            12 => self.hold("hold", deep),
            13 if deep => self.gate(depth),
            14 => self.approve(),
            15 | 16 => self.record(),
            17 if deep => self.every(depth),
            18 => self.watch(),
            19 if deep => self.choose(depth),
            20 => self.wait(),
            21 => self.notify(),
            22 => self.note(),
            23 => self.include(),
            24 if deep => self.group(depth),
            25 if deep => self.inner_phase(depth),
            26 if deep => self.canary(depth),
            27 if deep => self.blue_green(depth),
            28 if deep && !self.in_rollback => self.rule_inside(),
            _ => self.appendix(),
        }
    }

    /// A name for a statement: mostly it has one.
    fn named(&mut self, line: Line) -> Line {
        match self.one_in(3) {
            true => line,
            false => {
                let name = self.names.add(Noun::Step);
                line.own(name)
            }
        }
    }

    fn titled(&mut self, line: Line) -> Line {
        let text = self.text();
        line.token(text)
    }

    /// A name, a title, or both.
    fn label(&mut self, line: Line) -> Line {
        match self.random.below(3) {
            0 => self.titled(line),
            1 => {
                let name = self.names.add(Noun::Step);
                line.own(name)
            }
            _ => {
                let name = self.names.add(Noun::Step);
                let line = line.own(name);
                self.titled(line)
            }
        }
    }

    /// Clauses of any statement, now and then.
    pub fn clauses(&mut self, mut line: Line) -> Line {
        let mut left = 2;
        let mut kinds: Vec<usize> = (0..9).collect();
        while left > 0 && self.one_in(3) {
            left -= 1;
            let kind = kinds.swap_remove(self.random.below(kinds.len()));
            line = match kind {
                0 => {
                    let roles = self.some_of(&self.roles.clone());
                    line.word("by").list(&roles)
                }
                1 => {
                    let time = self.time();
                    line.word("at").tokens(time)
                }
                2 => {
                    let span = self.random.choose(&["10m", "10m..20m", "1h .. 2h"]);
                    line.word("takes").quantity(span)
                }
                3 => {
                    let time = self.time();
                    line.word("due").tokens(time)
                }
                4 => {
                    let (from, to) = (self.time(), self.time());
                    kinds.retain(|kind| *kind != 1);
                    line.word("from").tokens(from).word("to").tokens(to)
                }
                5 => {
                    let condition = self.known_condition();
                    line.word("if").tokens(condition)
                }
                6 => line.word("status").word(self.random.choose(&[
                    "open",
                    "ready",
                    "done",
                    "\"nearly there\"",
                ])),
                7 => line.word("done"),
                _ => self.otherwise_behind(line),
            };
        }
        line
    }

    /// `else`, with actions or with a block.
    fn otherwise_behind(&mut self, line: Line) -> Line {
        if self.one_in(3) {
            let block = self.otherwise();
            return line.word("else").token(Token::Block(block));
        }
        let actions = self.actions();
        line.word("else").tokens(actions)
    }

    /// What is done where something fails: some work, and an action at last.
    pub fn otherwise(&mut self) -> Vec<Statement> {
        let mut block = Vec::new();
        if self.one_in(2) {
            block.push(self.run());
        }
        // Behind a command `retry 3` is how often that is tried.
        block.push(self.check("check", false));
        let last = self.action(true);
        block.push(Line::default().tokens(last).done());
        block
    }

    /// `check`, `require` or `when`: a person's word, a metric's, or both.
    pub fn check(&mut self, keyword: &str, deep: bool) -> Statement {
        let line = Line::new(keyword);
        let line = match self.random.below(4) {
            0 => {
                let text = self.own_text();
                line.token(text)
            }
            1 => {
                let name = self.names.add(Noun::Step);
                let line = line.own(name);
                self.titled(line)
            }
            2 => {
                let condition = self.comparison();
                line.tokens(condition)
            }
            _ => {
                let name = self.names.add(Noun::Step);
                let line = line.own(name);
                let line = match self.one_in(2) {
                    true => {
                        let text = self.own_text();
                        line.token(text)
                    }
                    false => line,
                };
                let condition = match line.clone().done().head.len() {
                    2 => self.comparison(),
                    _ => self.condition(),
                };
                line.tokens(condition)
            }
        };
        if keyword == "when" {
            return line.done();
        }
        let line = self.clauses(line);
        if deep && self.one_in(5) {
            let block = vec![self.run(), self.record()];
            return line.block(block).done();
        }
        line.done()
    }

    /// A text for a command, in which names stand that it finds.
    fn command(&mut self, words: &str) -> Vec<Piece> {
        let mut pieces = vec![Piece::Words(words.to_owned())];
        let known: Vec<(Name, &'static str)> = self.in_command();
        for _ in 0..self.random.below(3) {
            if let Some((name, rest)) = self.any(&known) {
                pieces.push(Piece::Words(" \"".to_owned()));
                pieces.push(Piece::Variable(name, rest));
                pieces.push(Piece::Words("\"".to_owned()));
            }
        }
        pieces
    }

    fn some_command(&mut self) -> Token {
        let words = self.random.choose(&[
            "kubectl get nodes",
            "./migrate up",
            "helm upgrade --install checkout ./charts/checkout -n shop",
            "curl -fsS https://shop.example.com/health",
            "test -e ready && echo 'it is | there'",
            "kubectl rollout status deployment/checkout -n shop --timeout=5m",
        ]);
        if self.one_in(4) {
            let language = self.random.choose(&["bash", "sh", ""]);
            let mut lines = vec![self.command(words)];
            lines.push(vec![Piece::Words("if true; then".to_owned())]);
            lines.push(vec![Piece::Words("  echo \"done\"  # said".to_owned())]);
            lines.push(vec![Piece::Words("fi".to_owned())]);
            return Token::Script(language, lines);
        }
        if self.one_in(12) {
            let lines = vec![vec![Piece::Words("print('ready')".to_owned())]];
            return Token::Script("python", lines);
        }
        Token::Command(self.command(words))
    }

    /// A command and what is said of it.
    pub fn run(&mut self) -> Statement {
        let mut line = Line::new("run");
        if !self.one_in(4) {
            let name = self.names.add(Noun::Step);
            let text = self.own_text();
            line = match self.one_in(3) {
                true => line.own(name),
                false => line.own(name).token(text).token(Token::Break),
            };
        }
        let command = self.some_command();
        line = line.token(command);
        let mut clauses: Vec<Vec<Token>> = Vec::new();
        clauses.extend(match self.random.below(6) {
            0 | 1 => Some(Line::new("reads-only").clause()),
            2 => Some(Line::new("idempotent").clause()),
            3 => {
                let undo = self.some_command();
                Some(Line::new("undo").token(undo).clause())
            }
            4 => Some(match self.one_in(2) {
                true => Line::new("irreversible")
                    .text("the old rows are gone")
                    .clause(),
                false => Line::new("irreversible").clause(),
            }),
            _ => None,
        });
        if self.one_in(3) {
            let expected = self.random.choose(&[
                "exit 0",
                "exit 3",
                "\"migrations applied\"",
                "not \"ERROR\"",
                "/ready in [0-9]+/",
                "not /ERROR|FATAL/",
                "$.version == \"2.4.0\"",
                "$.items[0].ready >= 3",
                "\"\"",
            ]);
            clauses.push(Line::new("expect").word(expected).clause());
        }
        if self.one_in(5) {
            let within = self.duration();
            clauses.push(Line::new("within").token(within).clause());
        }
        if self.one_in(6) {
            let probe = self.some_command();
            clauses.push(Line::new("probe").token(probe).clause());
        }
        if self.one_in(6) {
            let line = Line::new("retry 3");
            clauses.push(match self.one_in(2) {
                true => line.word("every").quantity("10s").clause(),
                false => line.clause(),
            });
        }
        if self.one_in(5) && self.captures {
            let name = self.names.add(Noun::Capture);
            self.captured.push(name);
            clauses.push(Line::new("capture").own(name).clause());
        }
        for clause in clauses {
            line = line.token(Token::Break).tokens(clause);
        }
        if self.one_in(4) {
            line = self.clauses(line);
        }
        line.done()
    }

    fn shift(&mut self) -> Statement {
        let share = self.random.choose(&["10%", "25%", "100%"]);
        let Some(service) = self.service() else {
            return self.note();
        };
        let line = Line::new("shift")
            .tokens(service)
            .word("to")
            .quantity(share);
        let line = match self.one_in(2) {
            true => self.titled(line),
            false => line,
        };
        self.clauses(line).done()
    }

    fn switch(&mut self) -> Statement {
        let Some(service) = self.service() else {
            return self.note();
        };
        let line = Line::new("switch").tokens(service).word("to green");
        self.clauses(line).done()
    }

    fn scale(&mut self) -> Statement {
        let Some(service) = self.service() else {
            return self.note();
        };
        let count = self.random.choose(&["8", "3 pods"]);
        let line = Line::new("scale")
            .tokens(service)
            .word("to")
            .quantity(count);
        self.clauses(line).done()
    }

    /// `hold`, and `bake` of a blue-green.
    fn hold(&mut self, keyword: &str, deep: bool) -> Statement {
        let line = Line::new(keyword);
        let mut line = match self.random.below(3) {
            0 => line,
            1 => {
                let name = self.names.add(Noun::Step);
                let line = line.own(name);
                self.titled(line)
            }
            _ => self.titled(line),
        };
        line = self.length(line);
        if self.one_in(2) {
            let condition = self.condition();
            line = line.word("while").tokens(condition);
        }
        line = self.clauses(line);
        if deep && self.one_in(3) {
            let block = vec![self.check("check", false), self.record()];
            return line.block(block).done();
        }
        line.done()
    }

    /// How long: a quantity, a range, or a parameter whose value is known.
    fn length(&mut self, line: Line) -> Line {
        let known: Vec<Name> = self
            .outside()
            .chain(self.arguments.iter().map(|one| (one.name, one.of)))
            .filter(|(_, of)| *of == Type::Of(Dimension::Duration))
            .map(|(name, _)| name)
            .collect();
        match self.any(&known) {
            Some(name) if self.one_in(2) => line.uses(name),
            _ => line.quantity(self.random.choose(&["15m", "30m..1h", "90s"])),
        }
    }

    fn gate(&mut self, depth: usize) -> Statement {
        let line = Line::new("gate");
        let name = self.names.add(Noun::Step);
        let line = match self.one_in(4) {
            true => self.titled(line),
            false => {
                let line = line.own(name);
                self.titled(line)
            }
        };
        let line = self.clauses(line);
        let block = self.decision(depth - 1, line.has("else"));
        line.block(block).done()
    }

    /// What stands in a gate. `says` whether its head has an `else` already.
    pub fn decision(&mut self, depth: usize, says: bool) -> Vec<Statement> {
        let mut block = vec![self.check("require", depth > 0)];
        if self.one_in(2) {
            block.push(self.check("require", false));
        }
        block.push(self.approve());
        if self.one_in(4) {
            block.push(self.step(0));
        }
        match self.random.below(4) {
            _ if says => {}
            0 => {
                let actions = self.actions();
                block.push(Line::new("else").tokens(actions).done());
            }
            1 => {
                let inner = self.otherwise();
                block.push(Line::new("else").block(inner).done());
            }
            _ => {}
        }
        block
    }

    fn approve(&mut self) -> Statement {
        let line = Line::new("approve");
        let mut line = match self.random.below(3) {
            0 => line,
            1 => self.named(line),
            _ => {
                let name = self.names.add(Noun::Step);
                let line = line.own(name);
                self.titled(line)
            }
        };
        let roles = self.some_of(&self.roles.clone());
        line = line.word("by");
        if roles.len() > 1 && self.one_in(2) {
            line = line.quantity("2").word("of");
        }
        line = line.list(&roles);
        if self.one_in(4) {
            line = match self.one_in(2) {
                true => line.word("not by author"),
                false => {
                    let role = self.random.choose(&self.roles.clone());
                    line.word("not by").token(Token::Plain(role))
                }
            };
        }
        if self.one_in(4) {
            let within = self.duration();
            line = line.word("within").token(within);
        }
        line.done()
    }

    fn record(&mut self) -> Statement {
        let mut line = Line::new("record");
        if self.captures && self.one_in(4) {
            let name = self.names.add(Noun::Capture);
            line = self.titled(line.own(name));
            self.captured.push(name);
        } else {
            line = self.label(line);
        }
        line = match self.random.below(7) {
            0 => line,
            1 => line.word("in ms target < 200ms"),
            2 => line.word("in requests/s"),
            3 => line.word("as number target in 3..6"),
            4 => {
                let words = ["good", "bad"].map(|word| vec![super::values::text(word)]);
                let list = super::tree::listed(words);
                line.word("as choice")
                    .tokens(super::tree::enclosed(["(", ")"], true, list))
            }
            5 => line.word("in % target >= 99.9%"),
            _ => {
                let words = ["text", "date", "time", "person", "yes-no"];
                line.word("as").word(self.random.choose(&words))
            }
        };
        line = self.clauses(line);
        if self.one_in(6) {
            let run = self.run();
            return line.block(vec![run]).done();
        }
        line.done()
    }

    /// `every`, in a phase or a monitor.
    pub fn every(&mut self, depth: usize) -> Statement {
        let line = Line::new("every");
        let line = match self.one_in(3) {
            true => {
                let text = self.own_text();
                line.token(text)
            }
            false => {
                let line = line.quantity(self.random.choose(&["15m", "1h"]));
                match self.one_in(2) {
                    true => self.titled(line),
                    false => line,
                }
            }
        };
        let line = self.clauses(line);
        let mut block = vec![self.check("check", false), self.notify()];
        if depth > 1 {
            block.push(self.run());
        }
        line.block(block).done()
    }

    fn watch(&mut self) -> Statement {
        let count = 1 + self.random.below(3);
        let all: Vec<Vec<Token>> = (0..count)
            .map(|_| match self.one_in(4) {
                true => vec![self.own_text()],
                false => self.series().0,
            })
            .collect();
        Line::new("watch").tokens(super::tree::listed(all)).done()
    }

    fn choose(&mut self, depth: usize) -> Statement {
        let name = self.names.add(Noun::Step);
        let line = Line::new("choose").own(name);
        let line = self.titled(line);
        let line = self.clauses(line);
        let mut names = Vec::new();
        let options = (0..2 + self.random.below(2))
            .map(|_| {
                let name = self.names.add(Noun::Step);
                names.push(name);
                let line = Line::new("option").own(name);
                let line = self.titled(line);
                let block = self.work(depth.min(2) - 1);
                line.block(block).done()
            })
            .collect();
        line.block(options).done()
    }

    fn wait(&mut self) -> Statement {
        let line = Line::new("wait");
        let mut line = match self.one_in(3) {
            true => line,
            false => self.label(line),
        };
        line = match self.random.below(5) {
            0 => {
                let time = self.time();
                line.word("until").tokens(time)
            }
            1 => {
                let text = self.own_text();
                line.word("for").token(text)
            }
            2 => {
                let length = self.duration();
                line.word("for").token(length)
            }
            _ => {
                let command = self.some_command();
                line.word("for").token(command).word("every 30s within 1h")
            }
        };
        self.clauses(line).done()
    }

    fn notify(&mut self) -> Statement {
        let tell = self.tell();
        let line = Line::default().tokens(tell);
        match self.one_in(5) {
            true => line.word("every").quantity("15m").done(),
            false => self.clauses(line).done(),
        }
    }

    /// Words for the reader.
    pub fn note(&mut self) -> Statement {
        let words = match self.one_in(3) {
            true => self.prose(),
            false => self.text(),
        };
        Line::new("note").token(words).done()
    }

    fn include(&mut self) -> Statement {
        let line = Line::new("include");
        if self.one_in(4) {
            return line.token(Token::Std("checklists", "code")).done();
        }
        if let Some(service) = self.service()
            && self.one_in(4)
        {
            let (module, name) = self.random.choose(&[
                ("kubernetes", "workload-healthy"),
                ("rollout", "canary"),
                ("rollout", "careful"),
                ("helm", "release-healthy"),
            ]);
            let given = super::tree::enclosed(["(", ")"], true, service);
            let line = line.token(Token::Std(module, name)).tokens(given);
            return self.clauses(line).done();
        }
        // A checklist may include those that are declared before it.
        let known = self.checklists.clone();
        let Some(checklist) = self.any(&known) else {
            return self.note();
        };
        let line = line.uses(checklist.name);
        let line = match checklist.arguments.is_empty() {
            true => line,
            false => {
                let given = self.given(&checklist.arguments);
                line.tokens(given)
            }
        };
        self.clauses(line).done()
    }

    fn group(&mut self, depth: usize) -> Statement {
        let line = Line::new("group");
        let mut line = self.label(line);
        if self.one_in(5) {
            let within = self.duration();
            line = line.word("within").token(within);
        }
        let line = self.clauses(line);
        let block = self.work(depth - 1);
        line.block(block).done()
    }

    fn inner_phase(&mut self, depth: usize) -> Statement {
        let name = self.names.add(Noun::Step);
        let line = Line::new("phase").own(name);
        let line = self.titled(line);
        let line = self.clauses(line);
        let block = self.work(depth - 1);
        line.block(block).done()
    }

    fn canary(&mut self, depth: usize) -> Statement {
        let Some(service) = self.service() else {
            return self.note();
        };
        let line = Line::new("canary").tokens(service);
        let line = match self.one_in(2) {
            true => self.titled(line),
            false => line,
        };
        let line = self.clauses(line);
        let mut block: Vec<Statement> = ["10%", "50%", "100%"]
            .iter()
            .map(|share| {
                let mut line = Line::default().quantity(share);
                if self.one_in(3) {
                    line = self.titled(line);
                }
                if self.one_in(4) {
                    return line.done();
                }
                line = self.length(line.word("for"));
                if self.one_in(2) {
                    let condition = self.condition();
                    line = line.word("while").tokens(condition);
                }
                if self.one_in(4) {
                    line = self.otherwise_behind(line);
                }
                match self.one_in(3) {
                    true => {
                        let block = self.work(depth.min(2) - 1);
                        line.block(block).done()
                    }
                    false => line.done(),
                }
            })
            .collect();
        if self.one_in(4) {
            block.insert(1, self.check("check", false));
        }
        line.block(block).done()
    }

    fn blue_green(&mut self, depth: usize) -> Statement {
        let Some(service) = self.service() else {
            return self.note();
        };
        let line = Line::new("blue-green").tokens(service);
        let line = match self.one_in(2) {
            true => line.word("to green"),
            false => line,
        };
        let line = self.clauses(line);
        let mut block = Vec::new();
        for stage in ["prepare", "verify", "bake", "retire"] {
            if self.one_in(5) {
                continue;
            }
            if stage == "bake" {
                let mut line = Line::new(stage);
                line = self.length(line);
                if self.one_in(2) {
                    let condition = self.condition();
                    line = line.word("while").tokens(condition);
                }
                block.push(line.done());
                continue;
            }
            let mut line = Line::new(stage);
            if self.one_in(3) {
                line = self.titled(line);
            }
            let inner = self.work(depth.min(2) - 1);
            block.push(line.block(inner).done());
        }
        line.block(block).done()
    }

    /// A rule or an alert that is armed while what stands around it lasts.
    fn rule_inside(&mut self) -> Statement {
        let name = self.names.add(Noun::Step);
        if self.one_in(2) {
            let line = Line::new("severity").own(name);
            let line = self.titled(line);
            let block = self.rule();
            return line.block(block).done();
        }
        let condition = self.condition();
        let actions = self.actions();
        Line::new("alert")
            .own(name)
            .word("when")
            .tokens(condition)
            .word("then")
            .tokens(actions)
            .done()
    }

    /// The reasons of a rule, and what they lead to.
    pub fn rule(&mut self) -> Vec<Statement> {
        let mut block: Vec<Statement> = (0..1 + self.random.below(3))
            .map(|_| self.check("when", false))
            .collect();
        let actions = self.actions();
        block.push(Line::new("then").tokens(actions).done());
        block
    }

    /// What is looked up.
    pub fn appendix(&mut self) -> Statement {
        let title = self.own_text();
        match self.random.below(5) {
            0 => Line::new("link")
                .token(title)
                .text("https://grafana.example.com/d/a?b=c&d=e")
                .done(),
            1 => Line::new("file")
                .token(title)
                .text("docs/database.md")
                .word("status \"to be written\"")
                .done(),
            2 => Line::new("file")
                .token(title)
                .text("./charts/checkout")
                .done(),
            3 => Line::new("runbook")
                .token(title)
                .command("less RUNBOOK.md")
                .done(),
            _ => Line::new("command")
                .token(title)
                .command("kubectl logs deployment/checkout -n shop --tail=200")
                .done(),
        }
    }
}
