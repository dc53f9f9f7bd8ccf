//! How a runbook is marked up in Markdown.

use super::inline::{code, fence, text, words};
use crate::backend::runbook::{Markup, is_page};
use crate::plan::Text;

/// Markdown as a markup.
pub struct Marks;

impl Markup for Marks {
    fn words(&self, words: &str) -> String {
        self::words(words)
    }

    fn text(&self, text: &Text) -> String {
        self::text(text)
    }

    fn code(&self, code: &str) -> String {
        self::code(code)
    }

    fn address(&self, text: &str) -> String {
        match is_page(text) {
            true => format!("<{text}>"),
            false => self.code(text),
        }
    }

    fn sign(&self, sign: &str) -> String {
        sign.to_owned()
    }

    fn strong(&self, marked: &str) -> String {
        match marked.is_empty() {
            true => String::new(),
            false => format!("**{marked}**"),
        }
    }

    fn link(&self, marked: &str, anchor: &str) -> String {
        match marked.is_empty() {
            true => format!("[{}](#{anchor})", code(anchor)),
            false => format!("[{marked}](#{anchor})"),
        }
    }

    fn block(&self, text: &str, language: &str) -> String {
        fence(text, language)
    }

    fn prose(&self, text: &Text) -> String {
        super::prose::prose(text).text
    }
}
