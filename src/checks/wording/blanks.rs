//! Blanks that nobody filled in.

use super::OPEN_BLANK;
use crate::checks::Context;
use crate::checks::glance::Kind;
use crate::checks::titles::begins_blank;
use crate::diagnostic::Diagnostic;
use crate::model::{Text, Work};
use crate::source::Span;

/// The first blank in a text: `[name]`, `TBD`, `____`, `???`.
pub(in crate::checks) fn blank(text: &str) -> Option<&str> {
    // Most texts have none of the signs with which one begins.
    if !text.bytes().any(begins_blank) {
        return None;
    }
    for (at, _) in text.match_indices('[') {
        let behind = &text[at + 1..];
        let Some(end) = behind.find(']') else {
            continue;
        };
        let inner = &behind[..end];
        let link = behind[end + 1..].starts_with(['(', '[']);
        let word = (2..=40).contains(&inner.len())
            && inner.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && inner.chars().all(|letter| {
                letter.is_ascii_alphanumeric() || matches!(letter, ' ' | '-' | '_' | '/' | '\'')
            });
        if word && !link {
            return text.get(at..at + end + 2);
        }
    }
    if let Some(at) = text.find("____") {
        return text.get(at..at + 4);
    }
    if let Some(at) = text.find("???") {
        return text.get(at..at + 3);
    }
    text.split(|letter: char| !letter.is_alphanumeric())
        .find(|word| matches!(*word, "TBD" | "TODO" | "FIXME" | "TBC"))
}

pub(super) fn blanks(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let spec = context.spec;
    let mut at = |span: Span, whose: (&str, &str), texts: &[&Text]| {
        let mut open = texts
            .iter()
            .filter_map(|text| blank(&text.words()).map(str::to_owned));
        let Some(first) = open.next() else {
            return;
        };
        let more = match open.count() {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        found.push(
            Diagnostic::new(
                &OPEN_BLANK,
                span,
                format!(
                    "the blank `{first}` of {}`{}` is not filled in{more}",
                    whose.0, whose.1
                ),
            )
            .help("fill it in, or make it a `param` or a `field`"),
        );
    };
    for role in &spec.roles {
        let contacts = role.contacts.iter().map(|contact| &contact.address);
        let texts: Vec<&Text> = role.people.iter().chain(contacts).collect();
        at(role.span, ("the role ", &role.name), &texts);
    }
    for channel in &spec.channels {
        let whose = ("the channel ", channel.name.as_str());
        at(channel.span, whose, &[&channel.address]);
    }
    for message in &spec.messages {
        let whose = ("the message ", message.name.as_str());
        at(message.span, whose, &[&message.subject, &message.body]);
    }
    for place in context.order.places() {
        let written = matches!(context.kind(place), Kind::Link | Kind::File | Kind::Notify);
        if !written && !context.titles.has_signs(place) {
            continue;
        }
        let node = context.order.nodes[place];
        let more = match &node.work {
            Work::Link { address } => address,
            Work::File { path } => path,
            Work::Notify { notice, .. } => &notice.text,
            _ => &Text::default(),
        };
        at(node.name_span, ("", &node.id), &[&node.title, more]);
    }
    if let Some(head) = &spec.deployment {
        let texts: Vec<&Text> = head.version.iter().chain([&head.title]).collect();
        let whose = ("the deployment ", &*head.title.words());
        at(head.name_span, whose, &texts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_told_from_links() {
        assert_eq!(blank("call [name] at once"), Some("[name]"));
        assert_eq!(blank("see [the page](https://x)"), None);
        assert_eq!(blank("- [x] done"), None);
        assert_eq!(blank("phone: TBD"), Some("TBD"));
        assert_eq!(blank("signed ______"), Some("____"));
        assert_eq!(blank("todo list"), None);
    }
}
