//! Text that can't break out of the HTML around it: what people wrote is escaped where it is read.

use handlebars::html_escape;
use pulldown_cmark::{Event, Tag, TagEnd, html};

use crate::backend::runbook::{Markup, is_page, prose as read, visible};
use crate::plan::Text;

/// HTML as a markup.
pub struct Marks;

impl Markup for Marks {
    fn words(&self, words: &str) -> String {
        html_escape(&flat(words))
    }

    fn shown(&self, field: &str) -> String {
        format!(
            " (<span class=\"blank\" data-blank=\"{}\">not filled in</span>)",
            html_escape(field)
        )
    }

    fn code(&self, code: &str) -> String {
        let code = flat(code);
        match code.is_empty() {
            true => code,
            false => format!("<code>{}</code>", html_escape(&code)),
        }
    }

    fn address(&self, text: &str) -> String {
        match is_page(text) {
            true => {
                let text = html_escape(text);
                format!("<a href=\"{text}\" rel=\"noreferrer\">{text}</a>")
            }
            false => self.code(text),
        }
    }

    fn sign(&self, sign: &str) -> String {
        html_escape(sign)
    }

    fn strong(&self, marked: &str) -> String {
        format!("<strong>{marked}</strong>")
    }

    fn link(&self, marked: &str, anchor: &str) -> String {
        format!("<a href=\"#{}\">{marked}</a>", html_escape(anchor))
    }

    fn block(&self, text: &str, language: &str) -> String {
        block(&html_escape(&visible(text)), language)
    }

    fn prose(&self, text: &Text) -> String {
        prose(text)
    }
}

/// A block of what is marked up already, with a button that copies it.
pub fn block(marked: &str, language: &str) -> String {
    let language: String = language
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-')
        .collect();
    format!(
        "<div class=\"code\"><pre tabindex=\"0\"><code class=\"language-{language}\">{}</code></pre>\
         <button type=\"button\" class=\"copy scripted\">Copy</button></div>",
        marked.trim_end_matches('\n')
    )
}

/// On one line.
fn flat(text: &str) -> String {
    let text = visible(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// Markdown by its author.
fn prose(text: &Text) -> String {
    let events = read(text).into_iter().map(|event| match event {
        Event::Start(Tag::CodeBlock(_)) => Event::Html("<pre tabindex=\"0\"><code>".into()),
        Event::End(TagEnd::CodeBlock) => Event::Html("</code></pre>\n".into()),
        Event::Start(Tag::Link { dest_url, .. }) => {
            let href = html_escape(&dest_url);
            Event::Html(format!("<a href=\"{href}\" rel=\"noreferrer\">").into())
        }
        Event::End(TagEnd::Link) => Event::Html("</a>".into()),
        other => other,
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    out
}

#[cfg(test)]
mod tests {
    use super::{Marks, Markup, Text};

    fn prose(text: &str) -> String {
        Marks.prose(&Text::plain(text))
    }

    #[test]
    fn html_in_prose_is_shown() {
        for hostile in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "<!-- gone\n\nstill here -->",
            "</section></main>",
        ] {
            let html = prose(hostile);
            assert!(
                !html.contains("<script") && !html.contains("<img"),
                "{html}"
            );
            assert!(
                !html.contains("<!--") && !html.contains("</section"),
                "{html}"
            );
            assert!(html.contains("&lt;"), "{html}");
        }
    }

    #[test]
    fn links_lead_to_pages_and_run_nothing() {
        assert_eq!(
            prose("[a](https://example.org/?a=1&b=\"2\")"),
            "<p><a href=\"https://example.org/?a&#x3D;1&amp;b&#x3D;&quot;2&quot;\" rel=\"noreferrer\">a</a></p>\n"
        );
        assert_eq!(prose("[a](javascript:alert(1))"), "<p>a</p>\n");
        assert_eq!(prose("![a](data:text/html,x)"), "<p>a</p>\n");
        assert_eq!(
            prose("[![a](javascript:x)](https://example.org)"),
            "<p><a href=\"https://example.org\" rel=\"noreferrer\">a</a></p>\n"
        );
    }

    #[test]
    fn code_in_prose_is_escaped_and_can_be_scrolled() {
        assert_eq!(
            prose("```sh\" onclick=\"x\n<b>\n```"),
            "<pre tabindex=\"0\"><code>&lt;b&gt;\n</code></pre>\n"
        );
    }

    #[test]
    fn words_stay_words() {
        assert_eq!(
            Marks.words("a <b> \"c\" 'd'\n e\u{202e}"),
            "a &lt;b&gt; &quot;c&quot; &#x27;d&#x27; e"
        );
        assert_eq!(Marks.code("`<`"), "<code>&#x60;&lt;&#x60;</code>");
    }
}
