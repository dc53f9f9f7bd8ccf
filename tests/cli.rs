//! The binary as a user meets it: what it prints, where, and how it ends.

#[path = "cli/bad_files.rs"]
mod bad_files;
#[path = "cli/bench.rs"]
mod bench;
#[path = "cli/build.rs"]
mod build;
#[path = "cli/check.rs"]
mod check;
#[path = "cli/explain.rs"]
mod explain;
#[path = "cli/fix.rs"]
mod fix;
#[path = "cli/fmt.rs"]
mod fmt;
#[path = "cli/graph.rs"]
mod graph;
#[path = "cli/hooks.rs"]
mod hooks;
#[path = "cli/imports.rs"]
mod imports;
#[path = "cli/manifests.rs"]
mod manifests;
#[path = "cli/mdbook.rs"]
mod mdbook;
#[path = "cli/new.rs"]
mod new;
#[path = "cli/panics.rs"]
mod panics;
#[path = "cli/server.rs"]
mod server;
#[path = "cli/settings.rs"]
mod settings;
#[path = "cli/shell.rs"]
mod shell;
#[path = "cli/targets.rs"]
mod targets;
#[path = "cli/test.rs"]
mod test;
#[path = "cli/timeline.rs"]
mod timeline;
#[path = "cli/watch.rs"]
mod watch;
#[path = "cli/why.rs"]
mod why;
#[path = "cli/writing.rs"]
mod writing;
