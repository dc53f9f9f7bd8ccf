//! The binary as a user meets it: what it prints, where, and how it ends.

mod bad_files;
mod bench;
mod build;
mod check;
mod explain;
mod fix;
mod fmt;
mod graph;
mod hooks;
mod imports;
mod manifests;
mod mdbook;
mod new;
mod panics;
mod server;
mod settings;
mod shell;
mod targets;
mod test;
mod timeline;
mod watch;
mod why;
mod writing;
