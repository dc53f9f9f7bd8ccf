//! What is done and judged: phases, gates, monitors, rules, rollbacks, verdicts, tests, and the deployment itself.

use super::declare::{Called, Maker};
use super::tree::{Line, Noun, Token};
use super::values::{Dimension, Type};

impl Maker {
    pub fn recovery(&mut self) {
        for (word, bound) in [("rto", "< 4h"), ("rpo", "<= 1h")] {
            if self.one_in(3) {
                let title = self.own_text();
                let line = Line::new("objective").word(word).token(title).word(bound);
                self.add(Noun::Objective, None, line.done());
            }
        }
        for _ in 0..self.random.below(3) {
            let name = self.names.add(Noun::Backup);
            let title = self.own_text();
            let line = Line::new("backup").own(name).token(title);
            let line =
                line.word(
                    self.random
                        .choose(&["every 30m", "keep 30d", "every 30m keep 30d"]),
                );
            self.add(Noun::Backup, Some(name), line.done());
        }
        for _ in 0..self.random.below(3) {
            let moments = self.random.choose(&[
                "from Fri 16:00 to Mon 07:00 Europe/Berlin",
                "from 17:00 to 09:00 UTC",
                "from 2026-12-19 to 2027-01-03",
                "from 2026-12-19 10:00 to 2027-01-03 12:00 UTC",
            ]);
            let title = self.own_text();
            let mut line = Line::new("freeze");
            if self.one_in(2) {
                let name = self.names.add(Noun::Freeze);
                line = line.own(name);
            }
            let line = line.token(title).word(moments);
            self.add(Noun::Freeze, None, line.done());
        }
    }

    /// Checklists, procedures and ways back. One may use those that stand before it in this list.
    pub fn called(&mut self) {
        let types = [
            Type::Service,
            Type::Text,
            Type::Percentile,
            Type::Of(Dimension::Duration),
            Type::Of(Dimension::Ratio),
        ];
        for noun in [Noun::Checklist, Noun::Procedure] {
            for _ in 0..self.random.below(3) {
                let name = self.names.add(noun);
                let arguments = match self.one_in(2) {
                    true => Vec::new(),
                    false => self.some_arguments(&types),
                };
                let title = self.own_text();
                let keyword = match noun {
                    Noun::Checklist => "checklist",
                    _ => "procedure",
                };
                let mut line = Line::new(keyword).own(name).token(title);
                if !arguments.is_empty() {
                    let parameters = self.parameters(&arguments);
                    line = line.tokens(parameters);
                }
                self.arguments = arguments.clone();
                if noun == Noun::Procedure {
                    if self.one_in(3) {
                        line = line.word("within 30m");
                    }
                    line = self.clauses(line);
                }
                let block = self.work(1);
                self.arguments.clear();
                let called = Called { name, arguments };
                match noun {
                    Noun::Checklist => self.checklists.push(called),
                    _ => self.procedures.push(called),
                }
                self.add(noun, Some(name), line.block(block).done());
            }
        }
        self.in_rollback = true;
        for name in self.rollbacks.clone() {
            let mut line = Line::new("rollback").own(name);
            if !self.one_in(4) {
                let title = self.own_text();
                line = line.token(title);
            }
            line = line.word("within 15m");
            if self.one_in(2) {
                line = line.word("valid until T+24h");
            }
            let line = self.clauses(line);
            let block = self.work(1);
            self.add(Noun::Rollback, Some(name), line.block(block).done());
        }
        self.in_rollback = false;
    }

    pub fn stretches(&mut self) {
        self.captures = true;
        for at in 0..3 + self.random.below(4) {
            let gate = at > 0 && self.one_in(4);
            let noun = if gate { Noun::Gate } else { Noun::Phase };
            let name = self.names.add(noun);
            let title = self.own_text();
            let keyword = if gate { "gate" } else { "phase" };
            let mut line = Line::new(keyword).own(name).token(title);
            if self.one_in(8) {
                let back = self.random.choose(&self.rollbacks.clone());
                line = match self.one_in(2) {
                    true => line.word("after rollback"),
                    false => line.word("after").token(Token::Node(vec![back])),
                };
            } else if let Some(before) = self.any(&self.stretches.clone())
                && self.one_in(5)
            {
                line = line.word("after").token(Token::Node(vec![before]));
            } else {
                self.stretches.push(name);
            }
            if !gate && self.one_in(5) {
                line = line.word("within 2h");
            }
            let line = self.clauses(line);
            let block = match gate {
                true => self.decision(2, line.has("else")),
                false => self.work(3),
            };
            self.add(noun, Some(name), line.block(block).done());
        }
        self.captures = false;
        self.captured.clear();
        for _ in 0..self.random.below(2) {
            let name = self.names.add(Noun::Monitor);
            let title = self.own_text();
            let line = Line::new("monitor").own(name).token(title);
            let line = match self.one_in(3) {
                true => line,
                false => line.word("from T+2h to T+24h"),
            };
            let mut block = vec![self.every(1), self.every(2)];
            block.extend(self.work(1));
            self.add(Noun::Monitor, Some(name), line.block(block).done());
        }
    }

    pub fn rules(&mut self) {
        for name in self.severities.clone() {
            let title = self.own_text();
            let line = Line::new("severity").own(name).token(title);
            let block = self.rule();
            self.add(Noun::Severity, Some(name), line.block(block).done());
        }
        for _ in 0..self.random.below(3) {
            let name = self.names.add(Noun::Alert);
            let mut line = Line::new("alert").own(name);
            if self.one_in(2) {
                let title = self.own_text();
                line = line.token(title);
            }
            let condition = self.condition();
            let actions = self.actions();
            let line = line
                .token(Token::Break)
                .word("when")
                .tokens(condition)
                .token(Token::Break)
                .word("then")
                .tokens(actions);
            self.add(Noun::Alert, Some(name), line.done());
        }
    }

    pub fn verdicts(&mut self) {
        if self.one_in(2) {
            let block = vec![self.check("require", true), self.check("require", false)];
            let line = Line::new("success");
            let line = match self.one_in(2) {
                true => line.text("It went well"),
                false => line,
            };
            self.add(Noun::Success, None, line.block(block).done());
        }
        if self.one_in(2) {
            let block = vec![self.check("when", false), self.check("when", false)];
            let line = Line::new("failure").block(block);
            self.add(Noun::Failure, None, line.done());
        }
        if self.one_in(2) {
            let mut block = vec![self.appendix(), self.appendix(), self.appendix()];
            if self.one_in(3) {
                let inner = vec![self.appendix()];
                block.push(Line::new("group").text("More").block(inner).done());
            }
            let line = Line::new("reference").block(block);
            self.add(Noun::Reference, None, line.done());
        }
    }

    pub fn deployment(&mut self) {
        let mut block = vec![Line::new("version").text("2.4.0").done()];
        if !self.one_in(4) {
            let starts = self.random.choose(&[
                "starts 2026-03-10 09:00 Europe/Berlin",
                "starts 2026-03-10 09:00 UTC",
            ]);
            block.push(Line::new(starts).done());
        }
        let roles = self.some_of(&self.roles.clone());
        block.push(Line::new("owner").list(&roles).done());
        for setting in [
            "lasts 2h..3h",
            "status draft",
            "strategy \"Canary, then everybody\"",
            "environment \"production\"",
            "date 2026-03-01",
            "project \"Shop\"",
        ] {
            if self.one_in(2) {
                block.push(match setting.split_once(" \"") {
                    Some((word, text)) => Line::new(word).text(text.trim_end_matches('"')).done(),
                    None => Line::new(setting).done(),
                });
            }
        }
        if self.one_in(4) {
            block.push(self.note());
        }
        if !self.one_in(3) {
            let actions = self.actions();
            block.push(Line::new("on failure").tokens(actions).done());
        }
        let title = self.text();
        let line = Line::new("deployment").token(title);
        let line = match self.one_in(5) {
            true => line.word("from 2026-03-10 to 2026-03-11"),
            false => line,
        };
        self.add(Noun::Deployment, None, line.block(block).done());
    }

    pub fn trials(&mut self) {
        for _ in 0..self.random.below(3) {
            let mut block = Vec::new();
            for _ in 0..1 + self.random.below(3) {
                let line = Line::new("given");
                let line = match self.random.below(5) {
                    0 => {
                        let text = self.own_text();
                        line.token(text)
                    }
                    1 => {
                        let (metric, _) = self.series();
                        line.tokens(metric).word("= no-data")
                    }
                    _ => {
                        let (metric, dimension) = self.series();
                        let value = self.value(dimension);
                        line.tokens(metric).word("=").token(value)
                    }
                };
                let phase = self.random.choose(&self.stretches.clone());
                let line = match self.random.below(4) {
                    0 => line.word("from T+5m to T+30m"),
                    1 => line
                        .word("from")
                        .token(Token::Node(vec![phase]))
                        .word("for 10m"),
                    2 => line.word("from T+5m for 20m"),
                    _ => line,
                };
                block.push(line.done());
            }
            if let Some((name, of, _)) = self.any(&self.parameters.clone())
                && matches!(of, Type::YesNo | Type::Choice)
                && self.one_in(2)
            {
                let value = self.of_type(of);
                let line = Line::new("given").uses(name).word("=").tokens(value);
                block.push(line.done());
            }
            for _ in 0..1 + self.random.below(2) {
                let line = Line::new("expect");
                let line = match self.one_in(3) {
                    true => line.word("never"),
                    false => line,
                };
                let line = match self.random.below(4) {
                    0 => line.word("success"),
                    1 => {
                        let name = self.random.choose(&self.stretches.clone());
                        line.token(Token::Node(vec![name]))
                    }
                    _ => {
                        let action = self.action(true);
                        line.tokens(action)
                    }
                };
                let line = match self.random.below(4) {
                    0 => line.word("within 10m"),
                    1 => line.word("at T+5m"),
                    _ => line,
                };
                block.push(line.done());
            }
            let title = self.own_text();
            let line = Line::new("test").token(title).block(block);
            self.add(Noun::Test, None, line.done());
        }
    }
}
