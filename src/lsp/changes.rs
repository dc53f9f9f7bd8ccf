//! Changes of a text as clients send them. They are read leniently, and applied in a step that can't
//! fail: a change that is lost takes every later one with it.
//!
//! A position past the end of a line is the line's end, as the protocol has it. For a position that no
//! text of the editor can have meant (past the last line, inside of a character, a range that ends
//! before it begins), the nearest one is taken, and the text is in doubt from then on.

use lsp_types::{Position, Range, Uri};
use serde_json::Value;

use super::lines::{Encoding, Lines};

/// The most bytes that a text may grow to by changes: more than is ever read.
const MOST_BYTES: usize = 4 * crate::source::MOST_BYTES;

/// Why the text of the editor is not known for certain any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// A change could not be read.
    Unreadable,
    /// A change does not fit the text.
    Misplaced,
    /// The text would be larger than the server holds.
    TooLarge,
}

impl Doubt {
    /// What happened, for people.
    pub fn in_words(self) -> &'static str {
        match self {
            Doubt::Unreadable => "a change from the editor could not be read",
            Doubt::Misplaced => "a change from the editor lies outside of the text",
            Doubt::TooLarge => "the text is too large",
        }
    }
}

/// One change: what is replaced (everything where nothing is said), and by what.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    range: Option<Range>,
    text: String,
}

/// What a `didChange` says.
#[derive(Debug)]
pub(super) struct Changes {
    /// The text that is meant.
    pub uri: Uri,
    /// The version that it has afterwards, where a number is given.
    pub version: Option<i32>,
    /// The changes in their order; nothing in the place of one that can't be read.
    pub changes: Vec<Option<Change>>,
}

/// Reads the parameters of a `didChange`; nothing where they do not say which text is meant.
pub(super) fn read(params: &Value) -> Option<Changes> {
    let document = params.get("textDocument")?;
    let changes = match params.get("contentChanges").and_then(Value::as_array) {
        Some(changes) => changes.iter().map(change).collect(),
        None => vec![None],
    };
    Some(Changes {
        uri: document.get("uri")?.as_str()?.parse().ok()?,
        version: version(document.get("version")),
        changes,
    })
}

/// A version; nothing where the client gives none or no integer.
pub(super) fn version(given: Option<&Value>) -> Option<i32> {
    i32::try_from(given?.as_i64()?).ok()
}

fn change(given: &Value) -> Option<Change> {
    let range = match given.get("range") {
        None | Some(Value::Null) => None,
        Some(range) => Some(Range::new(
            position(range.get("start")?)?,
            position(range.get("end")?)?,
        )),
    };
    Some(Change {
        range,
        text: given.get("text")?.as_str()?.to_owned(),
    })
}

fn position(given: &Value) -> Option<Position> {
    Some(Position::new(
        number(given.get("line")?)?,
        number(given.get("character")?)?,
    ))
}

/// A whole number; one that is too large for the protocol is past every end.
fn number(given: &Value) -> Option<u32> {
    if let Some(whole) = given.as_u64() {
        return Some(u32::try_from(whole).unwrap_or(u32::MAX));
    }
    let float = given.as_f64()?;
    (float >= 0.0 && float.fract() == 0.0).then_some(float as u32)
}

/// Applies changes in their order. A full text ends every doubt that was there before it.
pub(super) fn apply(
    mut text: String,
    mut doubt: Option<Doubt>,
    changes: Vec<Option<Change>>,
    encoding: Encoding,
) -> (String, Option<Doubt>) {
    for change in changes {
        let Some(change) = change else {
            doubt = doubt.or(Some(Doubt::Unreadable));
            continue;
        };
        let Some(range) = change.range else {
            (text, doubt) = (change.text, None);
            continue;
        };
        if text.len() + change.text.len() > MOST_BYTES {
            doubt = doubt.or(Some(Doubt::TooLarge));
            continue;
        }
        let lines = Lines::new(&text);
        let (start, fits) = lines.place(&text, range.start, encoding);
        let (end, also_fits) = lines.place(&text, range.end, encoding);
        if !(fits && also_fits && start <= end) {
            doubt = doubt.or(Some(Doubt::Misplaced));
        }
        text.replace_range(
            start.min(end) as usize..end.max(start) as usize,
            &change.text,
        );
    }
    (text, doubt)
}

#[cfg(test)]
mod tests {
    use super::{Changes, Doubt, apply, read};
    use crate::lsp::lines::Encoding;
    use serde_json::{Value, json};

    fn given(change: Value) -> Changes {
        read(&json!({
            "textDocument": { "uri": "file:///a.deploy", "version": 2 },
            "contentChanges": [change],
        }))
        .expect("it names a text")
    }

    fn after(text: &str, start: [i64; 2], end: [i64; 2]) -> (String, Option<Doubt>) {
        let at = |place: [i64; 2]| json!({ "line": place[0], "character": place[1] });
        let changes = given(json!({
            "range": { "start": at(start), "end": at(end) },
            "text": "X",
        }));
        apply(text.to_owned(), None, changes.changes, Encoding::Utf16)
    }

    #[test]
    fn positions_of_the_protocol_leave_no_doubt() {
        let text = "ab\r\nc😀d\n";
        for (start, end, expected) in [
            ([0, 0], [0, 0], "Xab\r\nc😀d\n"),
            // Past the end of a line is its end.
            ([0, 2], [0, 9_999_999_999], "abX\r\nc😀d\n"),
            ([1, 1], [1, 3], "ab\r\ncXd\n"),
            ([2, 0], [2, 5], "ab\r\nc😀d\nX"),
            // The line behind the last one, as some editors say the end.
            ([0, 0], [3, 0], "X"),
        ] {
            assert_eq!(after(text, start, end), (expected.to_owned(), None));
        }
    }

    #[test]
    fn positions_that_no_text_has_leave_a_doubt() {
        let text = "ab\r\nc😀d\n";
        for (start, end, expected) in [
            ([1, 2], [1, 3], "ab\r\ncXd\n"),
            ([1, 3], [1, 2], "ab\r\ncXd\n"),
            ([0, 2], [0, 1], "aX\r\nc😀d\n"),
            ([7, 0], [9, 0], "ab\r\nc😀d\nX"),
            ([3, 1], [3, 1], "ab\r\nc😀d\nX"),
        ] {
            let doubt = Some(Doubt::Misplaced);
            assert_eq!(after(text, start, end), (expected.to_owned(), doubt));
        }
        let (same, doubt) = after(text, [-1, 0], [0, 0]);
        assert_eq!((same.as_str(), doubt), (text, Some(Doubt::Unreadable)));
    }

    #[test]
    fn what_can_t_be_read_is_a_doubt_until_a_full_text_comes() {
        let text = || "a\n".to_owned();
        for change in [
            json!(null),
            json!({}),
            json!({ "text": 3 }),
            json!({ "range": 3, "text": "" }),
            json!({ "range": { "start": { "line": 0.5, "character": 0 } }, "text": "" }),
        ] {
            let (same, doubt) = apply(text(), None, given(change).changes, Encoding::Utf16);
            assert_eq!((same.as_str(), doubt), ("a\n", Some(Doubt::Unreadable)));
        }
        let none = read(&json!({ "textDocument": { "uri": "file:///a" } })).expect("a text");
        assert_eq!(
            apply(text(), None, none.changes, Encoding::Utf16).1,
            Some(Doubt::Unreadable)
        );
        let whole = given(json!({ "range": null, "text": "b" }));
        assert_eq!(
            apply(
                text(),
                Some(Doubt::Misplaced),
                whole.changes,
                Encoding::Utf16
            ),
            ("b".to_owned(), None)
        );
        assert!(read(&json!({ "textDocument": {} })).is_none());
        assert!(read(&json!([])).is_none());
    }

    #[test]
    fn versions_are_taken_where_they_are_numbers() {
        let version = |value: Value| super::version(Some(&value));
        assert_eq!(version(json!(-3)), Some(-3));
        for odd in [json!(null), json!(1.5), json!("2"), json!(1_u64 << 40)] {
            assert_eq!(version(odd), None);
        }
    }
}
