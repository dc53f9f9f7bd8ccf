//! What a spec means and what is built from it, one view to a file, in the process of the test: the tree, the
//! findings, the plan, each target, the report, the simulator, and the pages of the manual that are printed from the
//! code.

mod argo_rollouts;
mod argo_workflows;
mod as_written;
mod beginners;
mod captured;
mod commands;
mod corpus;
mod examples;
mod findings;
mod flagger;
mod graph;
mod html;
mod language;
mod markdown;
mod plan;
mod prometheus;
mod report;
mod rights;
mod rules;
mod shell;
mod simulate;
mod specs;
mod stdlib;
mod targets;
mod values;
