//! What is wrong inside one token, said for people, with what could stand there instead.

/// A mistake inside the text of one token. The pass that knows where the token stands makes a
/// diagnostic of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// First byte within the token, zero-based.
    pub start: usize,
    /// One past the last byte within the token; at least `start`.
    pub end: usize,
    /// One lower-case sentence without a full stop.
    pub message: String,
    /// What to do; empty where the message says it all.
    pub help: String,
    /// Ways to mend it: what it does as an order, and the text that replaces the *whole token*.
    pub suggestions: Vec<(String, String)>,
}

impl Mistake {
    pub(crate) fn new(start: usize, end: usize, message: impl Into<String>) -> Mistake {
        Mistake {
            start,
            end: end.max(start),
            message: message.into(),
            help: String::new(),
            suggestions: Vec::new(),
        }
    }

    pub(crate) fn help(mut self, text: impl Into<String>) -> Mistake {
        self.help = text.into();
        self
    }

    /// Offers ``write `replacement` ``, once.
    pub(crate) fn write(mut self, replacement: impl Into<String>) -> Mistake {
        let replacement = replacement.into();
        if self
            .suggestions
            .iter()
            .all(|(_, text)| *text != replacement)
        {
            self.suggestions
                .push((format!("write `{replacement}`"), replacement));
        }
        self
    }

    /// Offers each of `replacements`.
    pub(crate) fn write_all(self, replacements: impl IntoIterator<Item = String>) -> Mistake {
        replacements.into_iter().fold(self, Mistake::write)
    }

    /// The same mistake in a longer token, in which the text that was read begins at `offset`
    /// and stands between `before` and `after`.
    pub(crate) fn within(mut self, offset: usize, before: &str, after: &str) -> Mistake {
        self.start += offset;
        self.end += offset;
        for (title, text) in &mut self.suggestions {
            *text = format!("{before}{text}{after}");
            *title = format!("write `{text}`");
        }
        self
    }
}
