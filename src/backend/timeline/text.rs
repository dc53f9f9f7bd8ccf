//! The schedule in a terminal: a line for each stretch, its bar beside it.

use std::fmt::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Bar, Day, Paper, Timeline, lengths, times};

/// The least columns of a bar; where there is less room, titles are cut.
const LEAST_BAR: usize = 16;

pub(super) fn write(timeline: &Timeline, paper: Paper) -> String {
    let mut out = String::new();
    let bold = |text: &str| paint(paper, "1", text);
    let mut head = visible(&timeline.title);
    if let Some(starts) = &timeline.starts {
        head.push_str(&format!(": T is {starts}"));
    }
    let _ = writeln!(out, "{}", bold(&head));
    let bars = || timeline.days.iter().flat_map(|day| &day.bars);
    let widest = |text: fn(&Bar) -> String| bars().map(|bar| text(bar).width()).max().unwrap_or(0);
    let from = widest(|bar| times(bar).0);
    let to = widest(|bar| times(bar).1);
    let length = widest(|bar| lengths(bar).0).max("takes".len());
    let slack = widest(|bar| lengths(bar).1).max("slack".len());
    let fixed = from + 1 + to + 2 + 2 + 2 + length + 2 + slack;
    let room = paper.width.max(60).saturating_sub(fixed);
    let title = widest(title_of).min(room.saturating_sub(LEAST_BAR)).max(8);
    let bar = room.saturating_sub(title).clamp(4, 60);
    for day in &timeline.days {
        let times = from + 1 + to;
        let named = cut(&visible(&day.name), times + 2 + title);
        let _ = writeln!(
            out,
            "\n{}{}  {:<bar$}  {:>length$}  {:>slack$}",
            bold(&named),
            " ".repeat((times + 2 + title).saturating_sub(named.width())),
            "",
            "takes",
            "slack",
        );
        for one in &day.bars {
            let (begin, end) = super::times(one);
            let (takes, free) = lengths(one);
            let end = match takes.is_empty() {
                true => String::new(),
                false => end,
            };
            let called = cut(&title_of(one), title);
            let fill = " ".repeat(title.saturating_sub(called.width()));
            let called = match (one.depth, one.critical) {
                (0, true) => bold(&called),
                (_, _) => called,
            };
            let drawn = draw(one, day, bar, paper);
            let line = format!(
                "{begin:>from$} {end:<to$}  {called}{fill}  {drawn}  {takes:>length$}  {free:>slack$}"
            );
            let _ = writeln!(out, "{}", line.trim_end());
        }
    }
    out.push('\n');
    if let Some(ending) = timeline.ending() {
        let _ = writeln!(out, "{}", bold(&ending));
    }
    for way in &timeline.ways_back {
        let _ = writeln!(out, "rollback: {}", visible(way));
    }
    let (full, light, dots) = match paper.ascii {
        true => ("#", "=", "."),
        false => ("█", "▒", "·"),
    };
    let _ = writeln!(
        out,
        "{full} determines the end   {light} does not   {dots} slack: so much later it may end"
    );
    out
}

/// A bar in so many columns.
fn draw(bar: &Bar, day: &Day, columns: usize, paper: Paper) -> String {
    let span = (day.to_seconds - day.from_seconds).max(1);
    let column = |seconds: i64| -> usize {
        let at = (seconds - day.from_seconds).clamp(0, span);
        usize::try_from(at.saturating_mul(columns as i64) / span).unwrap_or(0)
    };
    let (full, light, dot, gate, point, more) = match paper.ascii {
        true => ('#', '=', '.', '*', '|', '>'),
        false => ('█', '▒', '·', '◆', '│', '▸'),
    };
    let mut cells = vec![' '; columns];
    let begin = column(bar.starts_seconds).min(columns.saturating_sub(1));
    let end = column(bar.ends_seconds).max(begin);
    let free = column(bar.ends_seconds + bar.slack_seconds.unwrap_or(0).max(0));
    for cell in &mut cells[end..free.max(end)] {
        *cell = dot;
    }
    let body = if bar.critical { full } else { light };
    if bar.ends_seconds == bar.starts_seconds {
        cells[begin] = if bar.kind == "gate" { gate } else { point };
    } else {
        for cell in &mut cells[begin..end.max(begin + 1)] {
            *cell = body;
        }
        if bar.ends_seconds > day.to_seconds
            && let Some(last) = cells.last_mut()
        {
            *last = more;
        }
    }
    let text: String = cells.into_iter().collect();
    match bar.critical {
        true => paint(paper, "31", &text),
        false => paint(paper, "36", &text),
    }
}

fn title_of(bar: &Bar) -> String {
    format!("{}{}", "  ".repeat(bar.depth), visible(&bar.title))
}

/// What acts on a terminal is left out.
fn visible(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).collect()
}

/// The text in so many columns at the most.
fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut width = 0;
    for letter in text.chars() {
        let more = letter.width().unwrap_or(0);
        if width + more + 2 > columns {
            break;
        }
        width += more;
        out.push(letter);
    }
    out.trim_end().to_owned() + ".."
}

fn paint(paper: Paper, code: &str, text: &str) -> String {
    match paper.color {
        true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        false => text.to_owned(),
    }
}
