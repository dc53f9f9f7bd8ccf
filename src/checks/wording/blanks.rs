//! Blanks that nobody filled in.

use super::OPEN_BLANK;
use crate::checks::Context;
use crate::diagnostic::Diagnostic;
use crate::model::Work;
use crate::source::Span;

/// The first blank in a text: `[name]`, `TBD`, `____`, `???`.
pub(in crate::checks) fn blank(text: &str) -> Option<&str> {
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
    let mut at = |span: Span, whose: (&str, &str), texts: Vec<String>| {
        let open: Vec<&str> = texts.iter().filter_map(|text| blank(text)).collect();
        let Some(first) = open.first() else {
            return;
        };
        let more = match open.len() {
            1 => String::new(),
            many => format!(", and {} more", many - 1),
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
        let contacts = role
            .contacts
            .iter()
            .map(|contact| contact.address.to_string());
        let people = role.people.iter().map(ToString::to_string);
        at(
            role.span,
            ("the role ", &role.name),
            people.chain(contacts).collect(),
        );
    }
    for channel in &spec.channels {
        let texts = vec![channel.address.to_string()];
        at(channel.span, ("the channel ", &channel.name), texts);
    }
    for message in &spec.messages {
        let texts = vec![message.subject.to_string(), message.body.to_string()];
        at(message.span, ("the message ", &message.name), texts);
    }
    for node in &context.order.nodes {
        let mut texts = vec![node.title.to_string()];
        match &node.work {
            Work::Link { address } => texts.push(address.to_string()),
            Work::File { path } => texts.push(path.to_string()),
            Work::Notify { notice, .. } => texts.push(notice.text.to_string()),
            _ => {}
        }
        at(node.name_span, ("", &node.id), texts);
    }
    if let Some(head) = &spec.deployment {
        let version = head.version.iter().map(ToString::to_string);
        let title = head.title.to_string();
        let texts = version.chain([title.clone()]).collect();
        at(head.name_span, ("the deployment ", &title), texts);
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
