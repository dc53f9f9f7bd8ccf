//! A picture, by our own layout, in SVG that needs nothing from outside.

use std::fmt::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::chart::{Chart, Shape};
use super::layout::{BOX_WIDTH, DETAIL, HEAD, INDENT, Layout, Line, Placed, ROW, TITLE, layout};
use crate::plan::EdgeKind;
use crate::source::is_hidden;

/// Each rule names the picture: it may stand inside a page that has classes of its own.
const STYLE: &str = ".deployc-graph text{font-family:system-ui,'Segoe UI','DejaVu Sans',sans-serif;fill:#1f2933}\
.deployc-graph .title{font-size:18px;font-weight:600}\
.deployc-graph .head{font-size:13px;font-weight:600}\
.deployc-graph .detail{font-size:11px;fill:#52606d}\
.deployc-graph .row{font-size:12px}\
.deployc-graph .mark{font-size:12px;fill:#52606d}\
.deployc-graph .legend{font-size:11px;fill:#52606d}\
.deployc-graph path{fill:none;stroke-width:1.4}\
.deployc-graph .box{stroke-width:1.2}\
.deployc-graph .critical{stroke:#c0392b;stroke-width:2.4}";

/// The width of a character of one column at a font size of one pixel, in thousandths of a pixel.
const COLUMN: i32 = 560;

pub(super) fn write(chart: &Chart) -> String {
    let layout = layout(chart);
    let least = 2 * TITLE + width_of(&chart.title, 18);
    let width = layout.width.max(least);
    let height = layout.height + 24;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"deployc-graph\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{}</title>\n<style>{STYLE}</style>\n",
        escape(&chart.title)
    );
    markers(&mut out);
    let _ = writeln!(
        out,
        "<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <text class=\"title\" x=\"24\" y=\"40\">{}</text>",
        escape(&chart.title)
    );
    for line in &layout.lines {
        draw_line(&mut out, line);
    }
    for placed in &layout.boxes {
        draw_box(&mut out, placed);
    }
    legend(&mut out, chart, &layout);
    out.push_str("</svg>\n");
    out
}

fn colour(kind: EdgeKind) -> (&'static str, &'static str) {
    match kind {
        EdgeKind::Sequence => ("then", "#52606d"),
        EdgeKind::After => ("after", "#2b6cb0"),
        EdgeKind::Guards => ("guards", "#b7791f"),
        EdgeKind::Undoes => ("undoes", "#c0392b"),
    }
}

const KINDS: [EdgeKind; 4] = [
    EdgeKind::Sequence,
    EdgeKind::After,
    EdgeKind::Guards,
    EdgeKind::Undoes,
];

fn markers(out: &mut String) {
    out.push_str("<defs>\n");
    for kind in KINDS {
        let (name, colour) = colour(kind);
        let _ = writeln!(
            out,
            "<marker id=\"deployc-{name}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"9\" \
             markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" style=\"fill:{colour}\"/></marker>"
        );
    }
    out.push_str("</defs>\n");
}

fn draw_line(out: &mut String, line: &Line) {
    let (name, colour) = colour(line.kind);
    let dashed = match line.kind {
        EdgeKind::Sequence | EdgeKind::After => "",
        EdgeKind::Guards | EdgeKind::Undoes => " stroke-dasharray=\"5 3\"",
    };
    let class = if line.critical {
        " class=\"critical\""
    } else {
        ""
    };
    let _ = writeln!(
        out,
        "<path d=\"{}\" stroke=\"{colour}\"{dashed}{class} marker-end=\"url(#deployc-{name})\"/>",
        line.path
    );
}

/// The fill and the border of a box, and the mark before a row.
fn look(shape: Shape) -> (&'static str, &'static str, &'static str) {
    match shape {
        Shape::Stretch => ("#f0f4f8", "#829ab1", "▣"),
        Shape::Decision => ("#e6f6ff", "#2b6cb0", "◆"),
        Shape::Check => ("#ffffff", "#829ab1", "☐"),
        Shape::Command => ("#f7f7f7", "#52606d", "▸"),
        Shape::Traffic => ("#e3f9e5", "#2f855a", "⇄"),
        Shape::Wait => ("#f0f4f8", "#829ab1", "◷"),
        Shape::Notice => ("#ffffff", "#829ab1", "✉"),
        Shape::Rule => ("#fffbea", "#b7791f", "!"),
        Shape::WayBack => ("#fff5f5", "#c0392b", "↶"),
    }
}

fn draw_box(out: &mut String, placed: &Placed<'_>) {
    let item = placed.item;
    let (x, y) = (placed.x, placed.y);
    let (fill, border, _) = look(item.shape);
    let class = if item.critical { "box critical" } else { "box" };
    let _ = writeln!(out, "<g><title>{}</title>", escape(&item.id));
    let _ = writeln!(
        out,
        "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{BOX_WIDTH}\" height=\"{}\" rx=\"6\" \
         fill=\"{fill}\" stroke=\"{border}\"/>",
        placed.height
    );
    text(out, "head", x + 12, y + 19, &item.label, BOX_WIDTH - 24, 13);
    let mut line = y + HEAD;
    if !item.detail.is_empty() {
        text(
            out,
            "detail",
            x + 12,
            line + 8,
            &item.detail,
            BOX_WIDTH - 24,
            11,
        );
        line += DETAIL;
    }
    for (depth, row) in &placed.rows {
        let (_, _, mark) = look(row.shape);
        let indent = x + 12 + INDENT * (*depth as i32 - 1).min(6);
        let _ = writeln!(
            out,
            "<text class=\"mark\" x=\"{indent}\" y=\"{}\">{mark}</text>",
            line + 13
        );
        let mut words = row.label.clone();
        if !row.detail.is_empty() {
            words.push_str(" · ");
            words.push_str(&row.detail);
        }
        let room = x + BOX_WIDTH - 12 - (indent + 18);
        let class = if row.critical {
            "row critical-row"
        } else {
            "row"
        };
        let _ = write!(out, "<g><title>{}</title>", escape(&row.id));
        text(out, class, indent + 18, line + 13, &words, room, 12);
        out.push_str("</g>\n");
        line += ROW;
    }
    out.push_str("</g>\n");
}

fn text(out: &mut String, class: &str, x: i32, y: i32, words: &str, room: i32, size: i32) {
    let _ = writeln!(
        out,
        "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>",
        escape(&fitted(words, room, size))
    );
}

/// What the lines mean, for those that are drawn.
fn legend(out: &mut String, chart: &Chart, layout: &Layout<'_>) {
    let mut x = 24;
    let y = layout.height + 6;
    for kind in KINDS {
        if !layout.lines.iter().any(|line| line.kind == kind) {
            continue;
        }
        let (name, _) = colour(kind);
        draw_line(
            out,
            &Line {
                path: format!("M{x} {y} H{}", x + 36),
                kind,
                critical: false,
            },
        );
        let _ = writeln!(
            out,
            "<text class=\"legend\" x=\"{}\" y=\"{}\">{name}</text>",
            x + 44,
            y + 4
        );
        x += 110;
    }
    if chart.items.iter().any(|item| item.critical) {
        let _ = writeln!(
            out,
            "<path class=\"critical\" d=\"M{x} {y} H{}\"/>\n\
             <text class=\"legend\" x=\"{}\" y=\"{}\">critical path</text>",
            x + 36,
            x + 44,
            y + 4
        );
    }
}

/// About how wide a text is in a sans-serif font of a size, in pixels; rather too wide.
fn width_of(words: &str, size: i32) -> i32 {
    words.width() as i32 * size * COLUMN / 1000
}

/// The text, cut so that it fits.
fn fitted(words: &str, room: i32, size: i32) -> String {
    let words: String = words
        .chars()
        .map(|character| {
            if character.is_control() || character.is_whitespace() {
                ' '
            } else {
                character
            }
        })
        .collect();
    let words = words.trim();
    if width_of(words, size) <= room {
        return words.to_owned();
    }
    let columns = (room * 1000 / (size * COLUMN)).max(2) - 1;
    let mut used = 0;
    let mut cut: String = words
        .chars()
        .take_while(|character| {
            used += character.width().unwrap_or(0) as i32;
            used <= columns
        })
        .collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// Text for XML 1.0, which has no place for control characters.
pub fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for character in words.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other if is_hidden(other) => out.push(' '),
            other => out.push(other),
        }
    }
    out
}
