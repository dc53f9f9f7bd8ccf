//! The program as others meet it: the binary on a command line, the language server over a connection, and the
//! commands that the README shows.

mod cli;
mod lsp;
mod readme;
