//! Which statements mean something where.

use super::lower::{Lower, first_line};
use super::node::Node;
use super::statements::Place;
use super::work::Work;
use crate::syntax::{Kind, Node as Syntax};

impl Lower<'_> {
    /// Whether a statement means something here; a finding where it does not.
    pub fn may_stand(&mut self, statement: Syntax<'_>, parent: &Node, place: Place) -> bool {
        let kind = statement.kind();
        let refused: Option<&str> = match kind {
            Kind::note => None,
            _ if place == Place::Test && !matches!(kind, Kind::given | Kind::expectation) => {
                Some("a `test` holds `given` and `expect`")
            }
            Kind::option if place == Place::Choice => None,
            Kind::option => Some("an `option` stands in a `choose`"),
            Kind::when if place == Place::Rule => None,
            Kind::when => Some("a `when` stands in a `severity`, an `alert` or a `failure`"),
            Kind::then if place == Place::Rule && parent.work != Work::Failure => None,
            Kind::then => Some("a `then` stands in a `severity` or an `alert`"),
            Kind::given | Kind::expectation if place == Place::Test => None,
            Kind::given | Kind::expectation => Some(
                "`given` and `expect` stand in a `test`; what a command must print stands behind it, as a clause",
            ),
            Kind::step => Some("a step stands in a `canary`"),
            Kind::prepare | Kind::verify | Kind::bake | Kind::retire => {
                Some("it stands in a `blue-green`")
            }
            Kind::field => Some("a `field` stands in a `message`"),
            Kind::on_failure => Some("`on failure` stands in the `deployment`"),
            Kind::setting => match setting_home(word(statement)) {
                "reference" if matches!(place, Place::Appendix | Place::Work) => None,
                "reference" => Some("it stands in a `reference`"),
                "deployment" => Some("it stands in the `deployment`"),
                "service" => Some("it stands in a `service`"),
                "metric" => Some("it stands in a `metric`"),
                "message" => Some("it stands in a `message`"),
                _ => Some("it stands in a `role`"),
            },
            Kind::link | Kind::file => None,
            _ => match place {
                Place::Work => None,
                Place::Choice => Some("a `choose` holds options: `option name \"…\" { … }`"),
                Place::Rule
                    if matches!(kind, Kind::check | Kind::notify | Kind::run | Kind::act) =>
                {
                    None
                }
                Place::Rule => Some("a rule holds `when` and `then`"),
                Place::Appendix if kind == Kind::group => None,
                Place::Appendix => Some("a `reference` holds `link`, `file` and `command`"),
                Place::Test => Some("a `test` holds `given` and `expect`"),
            },
        };
        match refused {
            None => true,
            Some(help) => {
                let word = word(statement);
                self.misplaced(
                    first_line(statement),
                    match word {
                        "" => "a text by itself means nothing here".to_owned(),
                        word => format!("`{word}` means nothing here"),
                    },
                    help,
                );
                false
            }
        }
    }
}

/// The first word of a statement.
fn word(statement: Syntax<'_>) -> &str {
    statement
        .text()
        .split(|character: char| !(character.is_alphanumeric() || matches!(character, '-' | '%')))
        .next()
        .unwrap_or_default()
}

/// The declaration in which a setting stands.
pub(super) fn setting_home(word: &str) -> &'static str {
    match word {
        "version" | "starts" | "lasts" | "owner" | "status" | "strategy" | "date" | "project" => {
            "deployment"
        }
        "namespace" | "workload" | "image" | "replicas" | "traffic" | "port" | "environment" => {
            "service"
        }
        "better" | "no-data" | "prometheus" | "window" | "interval" => "metric",
        "subject" | "body" => "message",
        "command" | "runbook" => "reference",
        _ => "role",
    }
}
