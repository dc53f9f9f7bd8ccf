//! The schedule as a picture: a panel for each day, with its own scale.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::{Bar, Day, Timeline, lengths, times};
use crate::backend::graph::xml_text;

/// All lengths are in pixels.
const ROW: i64 = 24;
const HEAD: i64 = 48;
const LEFT: i64 = 24;
const TIMES: i64 = 128;
const BARS: i64 = 560;
const RIGHT: i64 = 150;
/// The width of a character at the size of a row.
const LETTER: i64 = 7;

/// Each rule names the picture: it may stand inside a page that has classes of its own.
const STYLE: &str = ".deployc-timeline text{font-family:system-ui,'Segoe UI','DejaVu Sans',sans-serif;fill:#1f2933;font-size:12px}\
.deployc-timeline .title{font-size:18px;font-weight:600}\
.deployc-timeline .day{font-size:13px;font-weight:600}\
.deployc-timeline .dim{fill:#52606d;font-size:11px}\
.deployc-timeline .top{font-weight:600}\
.deployc-timeline .grid{stroke:#e4e7eb;stroke-width:1}\
.deployc-timeline .critical{fill:#c0392b}\
.deployc-timeline .plain{fill:#829ab1}\
.deployc-timeline .inner{fill-opacity:.55}\
.deployc-timeline .slack{stroke:#829ab1;stroke-width:1.5;stroke-dasharray:2 3}";

pub(super) fn write(timeline: &Timeline) -> String {
    let bars = || timeline.days.iter().flat_map(|day| &day.bars);
    let widest = bars()
        .map(|bar| 14 * bar.depth as i64 + LETTER * bar.title.width().min(48) as i64)
        .max()
        .unwrap_or(0);
    let names = widest.clamp(120, 400) + 16;
    let origin = LEFT + TIMES + names;
    let width = origin + BARS + RIGHT;
    let rows: i64 = timeline
        .days
        .iter()
        .map(|day| HEAD + ROW * day.bars.len() as i64)
        .sum();
    let foot = 84 + 18 * timeline.ways_back.len() as i64;
    let height = 64 + rows + foot;
    let title = xml_text(&timeline.title);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"deployc-timeline\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <text class=\"title\" x=\"{LEFT}\" y=\"34\">{title}</text>\n"
    );
    if let Some(starts) = &timeline.starts {
        let _ = writeln!(
            out,
            "<text class=\"dim\" x=\"{LEFT}\" y=\"52\">T is {}</text>",
            xml_text(&starts.to_string())
        );
    }
    let mut y = 64;
    for day in &timeline.days {
        panel(&mut out, day, origin, y);
        y += HEAD + ROW * day.bars.len() as i64;
    }
    y += 24;
    if let Some(ending) = timeline.ending() {
        let _ = writeln!(
            out,
            "<text class=\"top\" x=\"{LEFT}\" y=\"{y}\">{}</text>",
            xml_text(&ending)
        );
    }
    y += 18;
    let _ = writeln!(
        out,
        "<rect class=\"critical\" x=\"{LEFT}\" y=\"{0}\" width=\"20\" height=\"10\" rx=\"2\"/>\
         <text class=\"dim\" x=\"{1}\" y=\"{y}\">determines the end</text>\
         <rect class=\"plain\" x=\"{2}\" y=\"{0}\" width=\"20\" height=\"10\" rx=\"2\"/>\
         <text class=\"dim\" x=\"{3}\" y=\"{y}\">does not</text>\
         <path class=\"slack\" d=\"M{4} {5}h20\"/>\
         <text class=\"dim\" x=\"{6}\" y=\"{y}\">slack: so much later it may end</text>",
        y - 10,
        LEFT + 26,
        LEFT + 150,
        LEFT + 176,
        LEFT + 240,
        y - 5,
        LEFT + 266,
    );
    for way in &timeline.ways_back {
        y += 18;
        let _ = writeln!(
            out,
            "<text class=\"dim\" x=\"{LEFT}\" y=\"{y}\">rollback: {}</text>",
            xml_text(way)
        );
    }
    out.push_str("</svg>\n");
    out
}

fn panel(out: &mut String, day: &Day, origin: i64, top: i64) {
    let _ = writeln!(
        out,
        "<text class=\"day\" x=\"{LEFT}\" y=\"{0}\">{1}</text>\n\
         <text class=\"dim\" x=\"{2}\" y=\"{0}\" text-anchor=\"end\">takes</text>\
         <text class=\"dim\" x=\"{3}\" y=\"{0}\" text-anchor=\"end\">slack</text>",
        top + 30,
        xml_text(&day.name),
        origin + BARS + 64,
        origin + BARS + 130,
    );
    let bottom = top + HEAD + ROW * day.bars.len() as i64;
    // Begins and ends are the grid: what is written at the left can be followed to its bar.
    let mut lines: Vec<i64> = day
        .bars
        .iter()
        .filter(|bar| bar.depth == 0)
        .flat_map(|bar| [bar.starts_seconds, bar.ends_seconds])
        .filter(|at| *at <= day.to_seconds)
        .map(|at| x(day, origin, at))
        .collect();
    lines.sort_unstable();
    lines.dedup();
    for at in lines {
        let _ = writeln!(
            out,
            "<path class=\"grid\" d=\"M{at} {}V{bottom}\"/>",
            top + HEAD - 8
        );
    }
    for (index, bar) in day.bars.iter().enumerate() {
        row(out, bar, day, origin, top + HEAD + ROW * index as i64);
    }
}

/// Where a moment lies.
fn x(day: &Day, origin: i64, seconds: i64) -> i64 {
    let span = (day.to_seconds - day.from_seconds).max(1);
    let at = (seconds - day.from_seconds).clamp(0, span);
    origin + at.saturating_mul(BARS) / span
}

fn row(out: &mut String, bar: &Bar, day: &Day, origin: i64, top: i64) {
    let base = top + 14;
    let (begin, end) = times(bar);
    let (takes, slack) = lengths(bar);
    let when = match takes.is_empty() {
        true => begin,
        false => format!("{begin} – {end}"),
    };
    let class = if bar.depth == 0 { "top" } else { "" };
    let named = LEFT + TIMES + 14 * bar.depth as i64;
    let mut title: String = bar.title.chars().take(52).collect();
    if title.len() < bar.title.len() {
        title.push('…');
    }
    let _ = writeln!(
        out,
        "<g><title>{}</title><text class=\"dim\" x=\"{LEFT}\" y=\"{base}\">{}</text>\
         <text class=\"{class}\" x=\"{named}\" y=\"{base}\">{}</text>",
        xml_text(&bar.id),
        xml_text(&when),
        xml_text(&title)
    );
    let (from, to) = (
        x(day, origin, bar.starts_seconds),
        x(day, origin, bar.ends_seconds),
    );
    let colour = if bar.critical { "critical" } else { "plain" };
    let inner = if bar.depth > 0 { " inner" } else { "" };
    let middle = top + 10;
    if let Some(free) = bar.slack_seconds.filter(|free| *free > 0) {
        let until = x(day, origin, bar.ends_seconds.saturating_add(free));
        if until > to {
            let _ = write!(out, "<path class=\"slack\" d=\"M{to} {middle}H{until}\"/>");
        }
    }
    if bar.ends_seconds == bar.starts_seconds {
        let _ = write!(
            out,
            "<path class=\"{colour}\" d=\"M{from} {0}l6 6l-6 6l-6 -6z\"/>",
            top + 4
        );
    } else {
        let thick = if bar.depth == 0 { 14 } else { 8 };
        let _ = write!(
            out,
            "<rect class=\"{colour}{inner}\" x=\"{from}\" y=\"{}\" width=\"{}\" height=\"{thick}\" rx=\"3\"/>",
            middle - thick / 2,
            (to - from).max(2)
        );
        if bar.ends_seconds > day.to_seconds {
            let _ = write!(
                out,
                "<path class=\"{colour}\" d=\"M{to} {0}l8 {1}l-8 {1}z\"/>",
                middle - thick / 2,
                thick / 2
            );
        }
    }
    let _ = writeln!(
        out,
        "<text class=\"dim\" x=\"{}\" y=\"{base}\" text-anchor=\"end\">{takes}</text>\
         <text class=\"dim\" x=\"{}\" y=\"{base}\" text-anchor=\"end\">{slack}</text></g>",
        origin + BARS + 64,
        origin + BARS + 130,
    );
}
