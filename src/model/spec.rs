//! What a deployment says, with every name resolved.

use schemars::JsonSchema;
use serde::Serialize;

use super::action::Action;
use super::condition::Matcher;
use super::node::{Node, Timed};
use super::text::Text;
use crate::quantity::{Dimension, Quantity, Range};
use crate::source::Span;
use crate::time::{Instant, When};

/// A whole deployment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spec {
    /// The head; nothing in a file of definitions alone.
    pub deployment: Option<Deployment>,
    /// Values from outside.
    pub parameters: Vec<Parameter>,
    /// Secrets.
    pub secrets: Vec<Secret>,
    /// People.
    pub roles: Vec<Role>,
    /// Places where people read.
    pub channels: Vec<Channel>,
    /// What is deployed.
    pub services: Vec<Service>,
    /// What is measured: those that are used, and those that this file declares.
    pub metrics: Vec<Metric>,
    /// Messages.
    pub messages: Vec<Message>,
    /// Everything else, in the order written.
    pub nodes: Vec<Node>,
}

/// The head of a deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct Deployment {
    /// Its title.
    pub title: Text,
    /// The version that is deployed.
    pub version: Option<Text>,
    /// When it starts: `T`.
    pub starts: Option<Timed<Instant>>,
    /// How long it lasts.
    pub lasts: Option<Timed<Range>>,
    /// The roles that answer for it.
    pub owners: Vec<String>,
    /// Its state: `draft`, `ready` or other words.
    pub status: Option<Timed<String>>,
    /// The strategy in words.
    pub strategy: Option<Text>,
    /// The environment it goes to.
    pub environment: Option<Timed<String>>,
    /// The project it belongs to.
    pub project: Option<Text>,
    /// When the document was written.
    pub date: Option<Instant>,
    /// The window in which it is done: its begin and its end.
    pub window: Option<(Timed<When>, Timed<When>)>,
    /// What happens if something fails and nothing nearer says what.
    pub on_failure: Vec<Action>,
    /// Words for the reader, as Markdown.
    pub notes: Vec<Text>,
    /// Where it is written.
    pub span: Span,
    /// Where its title stands.
    pub name_span: Span,
}

/// A value from outside.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// For people.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// `text`, `yes-no`, `percent`, `choice` …
    #[serde(rename = "type")]
    pub kind: String,
    /// The words of a choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// The value where none is given, as the language writes it, without quotes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The environment variable in which commands find it.
    pub variable: String,
    /// Where its name stands.
    #[serde(skip)]
    pub span: Span,
}

/// A value that must not be seen.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Secret {
    /// Its name.
    pub name: String,
    /// For people.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// The environment variable in which commands find it.
    pub variable: String,
    /// Where its name stands.
    #[serde(skip)]
    pub span: Span,
}

/// A person, or several who share a duty.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// For people.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// Who has the role.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Text>,
    /// How to reach them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// Words for the reader, as Markdown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Text>,
    /// Where its name stands.
    #[serde(skip)]
    pub span: Span,
}

/// A way to reach somebody.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Contact {
    /// `phone`, `email`, `slack` …; empty where nothing is said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// The number or address.
    pub address: Text,
}

/// A place where people read.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// `slack`, `email`, `status-page` …
    #[serde(rename = "type")]
    pub kind: String,
    /// Its address there: `#operations`.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub address: Text,
    /// Where its name stands.
    #[serde(skip)]
    pub span: Span,
}

/// What is deployed.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// For people.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// The namespace of its workload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its workload, as `kubectl` writes it: `deployment/api`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// Its image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Text>,
    /// How many replicas it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<Quantity>,
    /// How many an autoscaler may choose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<Range>,
    /// The environment it lives in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The port it listens on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// How its traffic is split.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traffic: Option<Traffic>,
    /// Words for the reader, as Markdown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Text>,
    /// Where its name stands.
    #[serde(skip)]
    pub span: Span,
    /// Where the setting stands that says how traffic is split; its name where nothing is said.
    #[serde(skip)]
    pub traffic_span: Span,
}

/// How traffic is split between two versions.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Traffic {
    /// What splits it.
    pub router: Router,
    /// The names that follow: routes, ingresses, virtual services.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// What splits the traffic of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Router {
    /// Nothing: the number of replicas does.
    None,
    /// An HTTPRoute of the Gateway API.
    GatewayApi,
    /// A VirtualService of Istio.
    Istio,
    /// An Ingress of ingress-nginx.
    Nginx,
    /// An Ingress of the AWS Load Balancer Controller.
    Alb,
    /// Linkerd.
    Linkerd,
    /// A Service of Kubernetes, which knows no shares.
    Kubernetes,
}

impl Router {
    /// All of them, as the language lists them.
    pub const ALL: &[Router] = &[
        Router::None,
        Router::GatewayApi,
        Router::Istio,
        Router::Nginx,
        Router::Alb,
        Router::Linkerd,
        Router::Kubernetes,
    ];

    /// As the language writes it.
    pub fn name(self) -> &'static str {
        match self {
            Router::None => "none",
            Router::GatewayApi => "gateway-api",
            Router::Istio => "istio",
            Router::Nginx => "nginx",
            Router::Alb => "alb",
            Router::Linkerd => "linkerd",
            Router::Kubernetes => "kubernetes",
        }
    }

    /// Whether it splits traffic by shares.
    pub fn has_shares(self) -> bool {
        !matches!(self, Router::None | Router::Kubernetes)
    }
}

/// What is measured.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Metric {
    /// Its name; for a metric with arguments, the name with the arguments.
    pub name: String,
    /// For people.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// What it measures.
    pub dimension: Dimension,
    /// The unit in which its query returns it; the base unit of the dimension where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Which way is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub better: Option<Better>,
    /// What no data means.
    pub no_data: NoData,
    /// The PromQL query; `$service`, `$namespace` and the other parameters are filled in,
    /// `$window` is left to whoever asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The window of the query's rates, where the metric fixes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Quantity>,
    /// How often it is sampled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Quantity>,
    /// The service it was made for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Labels that choose among the query's series, whoever asks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Matcher>,
    /// Words for the reader, as Markdown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Text>,
    /// Where its name stands.
    #[serde(skip)]
    pub span: Span,
    /// Where its query stands; its name where it has none.
    #[serde(skip)]
    pub query_span: Span,
}

/// What a query looks back on where neither the condition nor the metric says it: `$window`.
pub const WINDOW: &str = "5m";

/// [`WINDOW`] in seconds.
pub const WINDOW_SECONDS: i64 = 300;

impl Service {
    /// What splits its traffic, where the spec says it.
    pub fn router(&self) -> Option<Router> {
        self.traffic.as_ref().map(|traffic| traffic.router)
    }
}

impl Metric {
    /// What its query looks back on where a condition does not say.
    pub fn looks_back(&self) -> String {
        match &self.window {
            Some(window) => window.to_string(),
            None => WINDOW.to_owned(),
        }
    }

    /// Its query as Prometheus takes it, where a condition does not say what it looks back on.
    pub fn asked(&self) -> Option<String> {
        let query = self.query.as_deref()?;
        Some(query.replace("$window", &self.looks_back()))
    }
}

/// Which way a metric is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// Less is better.
    Lower,
    /// More is better.
    Higher,
}

/// What no data means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoData {
    /// A person decides.
    #[default]
    Pause,
    /// The condition holds.
    Pass,
    /// The condition fails.
    Fail,
}

/// A message that is sent to people.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Message {
    /// Its name.
    pub name: String,
    /// For people.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// Its subject.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub subject: Text,
    /// What it says, as Markdown.
    pub body: Text,
    /// What is filled in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Where its name stands.
    #[serde(skip)]
    pub span: Span,
}

/// A blank in a message.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// For people.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// `text`, `duration`, `time` …
    #[serde(rename = "type")]
    pub kind: String,
    /// What stands there if nothing is given, as the language writes it, without quotes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}
