//! What is done when a condition holds or fails.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::in_order::InOrder;
use super::text::Text;
use crate::quantity::Quantity;
use crate::source::Span;

/// An action, perhaps after a delay. It falls away if its condition clears before the delay is over.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Action {
    /// What is done.
    #[serde(flatten)]
    pub deed: Deed,
    /// How long to wait first, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Box<Quantity>>,
    /// Where it is written.
    #[serde(skip)]
    pub span: Span,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Deed {
    /// Run a rollback; what was running ends.
    Rollback {
        /// The node id of the rollback.
        rollback: String,
    },
    /// Wait for a person.
    Pause,
    /// End the deployment as it stands.
    Stop,
    /// Go on without what failed.
    Skip,
    /// Do what failed again.
    Retry {
        /// How often at the most; nothing where no limit is written.
        #[serde(skip_serializing_if = "Option::is_none")]
        times: Option<u32>,
    },
    /// Wake people up.
    Page {
        /// Names of roles.
        roles: Vec<String>,
    },
    /// Send a message.
    Notify(Notice),
    /// Run a procedure.
    Do {
        /// The node id of the procedure.
        procedure: String,
    },
    /// An instruction for a person.
    Instruct {
        /// What to do.
        text: Text,
    },
}

/// Who is told what.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Notice {
    /// Names of channels.
    pub channels: Vec<String>,
    /// Names of roles that are told, whatever the channel.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// What is said.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub text: Text,
    /// The message that is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Values for the message's fields, as the language writes them.
    #[serde(skip_serializing_if = "InOrder::is_empty")]
    #[schemars(with = "BTreeMap<String, Text>")]
    pub fields: InOrder<Text>,
}
