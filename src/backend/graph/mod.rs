//! In: a plan. Out: pictures of its order: Mermaid, DOT and SVG.
//! Knows nothing of where they are shown.

mod chart;
mod dot;
mod layout;
mod mermaid;
mod svg;
mod view;

pub use chart::{Chart, Item, Shape, Tie};
pub(super) use mermaid::escape as mermaid_label;
pub(super) use svg::escape as xml_text;
pub use view::{View, chart, parts};

/// The languages that a chart can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Mermaid's flowchart, as GitHub and GitLab draw it in Markdown.
    Mermaid,
    /// Graphviz.
    Dot,
    /// A picture.
    Svg,
}

impl Chart {
    /// The chart as text.
    pub fn write(&self, form: Form) -> String {
        match form {
            Form::Mermaid => mermaid::write(self),
            Form::Dot => dot::write(self),
            Form::Svg => svg::write(self),
        }
    }
}
