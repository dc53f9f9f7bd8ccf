//! The few lines of source that a finding points at, cut to a bearable width and made harmless,
//! in the form that codespan-reporting draws.

use std::collections::BTreeSet;
use std::ops::Range;

use codespan_reporting::diagnostic::{Label, LabelStyle};
use codespan_reporting::files::{Error, Files, Location};

use super::visible;
use crate::diagnostic::Diagnostic;
use crate::source::{Source, SourceId, Sources, Span};

/// A line of source of more characters than this is cut.
const WIDEST: usize = 200;
/// How many characters of a cut line are shown.
const SHOWN: usize = 150;
/// How many of them before the first label.
const BEFORE: usize = 50;
/// So many labels of a finding are drawn.
const MOST_LABELS: usize = 40;
/// Of a label over many lines, how many are drawn behind the first; codespan is told the same.
pub(super) const LINES_AFTER_START: u32 = 2;

/// The lines of every file that one finding touches.
pub(super) struct Excerpt<'a> {
    files: Vec<ExcerptFile<'a>>,
}

struct ExcerptFile<'a> {
    source: &'a Source,
    name: String,
    text: String,
    lines: Vec<Line>,
    /// The numbers of the lines that are drawn, in order, and their places among the lines.
    drawn: Vec<(u32, usize)>,
}

/// A line of an excerpt.
struct Line {
    /// Where it starts in the excerpt's text.
    start: usize,
    /// Its number in the source, one-based; zero in a filler that is never drawn.
    number: u32,
    /// For each character drawn: its byte in the source and its byte in the excerpt's text.
    map: Vec<(usize, usize)>,
}

/// A label inside one file: bytes of the source.
struct Mark<'a> {
    style: LabelStyle,
    span: Range<usize>,
    text: &'a str,
}

/// Cuts out what `diagnostic` points at, and says where its labels lie in that.
pub(super) fn excerpt<'a>(
    sources: &'a Sources,
    diagnostic: &Diagnostic,
    ellipsis: &str,
) -> (Excerpt<'a>, Vec<Label<usize>>) {
    let mut marked: Vec<(SourceId, Vec<Mark<'_>>)> = Vec::new();
    let labels = std::iter::once((LabelStyle::Primary, &diagnostic.primary)).chain(
        diagnostic
            .secondary
            .iter()
            .take(MOST_LABELS)
            .map(|label| (LabelStyle::Secondary, label)),
    );
    for (style, label) in labels {
        let id = label.span.source;
        let mark = Mark {
            style,
            span: clamped(sources.get(id), label.span),
            text: &label.text,
        };
        match marked.iter_mut().find(|(other, _)| *other == id) {
            Some((_, marks)) => marks.push(mark),
            None => marked.push((id, vec![mark])),
        }
    }
    let mut files = Vec::new();
    let mut labels = Vec::new();
    for (id, marks) in marked {
        let file = cut_out(sources.get(id), &marks, ellipsis);
        for mark in marks {
            let range = file.virtual_range(&mark.span);
            labels.push(
                Label::new(mark.style, files.len(), range)
                    .with_message(visible::short_lines(&visible::visible_line(mark.text))),
            );
        }
        files.push(file);
    }
    (Excerpt { files }, labels)
}

/// The span inside its file, on character boundaries, without line breaks at its end.
fn clamped(source: &Source, span: Span) -> Range<usize> {
    let text = source.text();
    let boundary = |mut offset: usize| {
        offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    };
    let start = boundary(span.start as usize);
    let end = boundary(span.end as usize).max(start);
    let inside = text[start..end].trim_end_matches(['\n', '\r']);
    start..start + inside.len()
}

fn cut_out<'a>(source: &'a Source, marks: &[Mark<'_>], ellipsis: &str) -> ExcerptFile<'a> {
    let line_of = |offset: usize| source.position(offset as u32).line;
    let mut wanted = BTreeSet::new();
    for mark in marks {
        let (first, last) = (line_of(mark.span.start), line_of(mark.span.end));
        wanted.extend(first..=last.min(first + LINES_AFTER_START));
        wanted.extend(last.saturating_sub(1).max(first)..=last);
    }
    // codespan draws a single line between two drawn ones
    let gaps: Vec<u32> = wanted
        .iter()
        .zip(wanted.iter().skip(1))
        .filter(|(line, next)| *line + 2 == **next)
        .map(|(line, _)| line + 1)
        .collect();
    wanted.extend(gaps);

    let mut file = ExcerptFile {
        source,
        name: visible::visible_line(source.path()).into_owned(),
        text: String::new(),
        lines: Vec::new(),
        drawn: Vec::new(),
    };
    let mut previous = None;
    for number in wanted {
        if previous.is_some_and(|previous| previous + 1 != number) {
            file.filler();
            file.filler();
        }
        previous = Some(number);
        file.push_line(number, marks, ellipsis);
    }
    file
}

impl ExcerptFile<'_> {
    fn filler(&mut self) {
        self.lines.push(Line {
            start: self.text.len(),
            number: 0,
            map: Vec::new(),
        });
        self.text.push('\n');
    }

    fn push_line(&mut self, number: u32, marks: &[Mark<'_>], ellipsis: &str) {
        let range = self.source.line(number).unwrap_or_default();
        let whole = &self.source.text()[range.clone()];
        let shown = window(whole, range.start, marks);
        let mut line = Line {
            start: self.text.len(),
            number,
            map: Vec::new(),
        };
        if shown.start > 0 {
            self.text.push_str(ellipsis);
        }
        for (index, character) in whole[shown.clone()].char_indices() {
            let at = shown.start + index;
            line.map.push((range.start + at, self.text.len()));
            let acts = visible::command(&whole[at..]);
            if acts || (crate::source::is_hidden(character) && character != '\t') {
                visible::escape(&mut self.text, character);
            } else {
                self.text.push(character);
            }
        }
        line.map.push((range.start + shown.end, self.text.len()));
        if shown.end < whole.len() {
            self.text.push_str(ellipsis);
        }
        self.text.push('\n');
        self.drawn.push((number, self.lines.len()));
        self.lines.push(line);
    }

    /// Where a stretch of the source lies in the text of the excerpt.
    fn virtual_range(&self, span: &Range<usize>) -> Range<usize> {
        let start = self.virtual_offset(span.start);
        start..self.virtual_offset(span.end).max(start)
    }

    fn virtual_offset(&self, offset: usize) -> usize {
        let number = self.source.position(offset as u32).line;
        let Some(line) = self.line_of(number) else {
            return 0;
        };
        match line
            .map
            .binary_search_by_key(&offset, |(source, _)| *source)
        {
            Ok(index) => line.map[index].1,
            Err(0) => line.start,
            Err(index) => line.map[index - 1].1,
        }
    }

    /// The line with this number, if it is drawn.
    fn line_of(&self, number: u32) -> Option<&Line> {
        let place = self
            .drawn
            .binary_search_by_key(&number, |(number, _)| *number)
            .ok()?;
        self.lines.get(self.drawn[place].1)
    }

    fn source_offset(&self, line: &Line, offset: usize) -> usize {
        let index = line.map.partition_point(|(_, drawn)| *drawn <= offset);
        line.map
            .get(index.saturating_sub(1))
            .map_or(0, |(source, _)| *source)
    }

    fn line(&self, index: usize) -> Result<&Line, Error> {
        self.lines.get(index).ok_or(Error::LineTooLarge {
            given: index,
            max: self.lines.len(),
        })
    }
}

/// The part of a line that is drawn: all of it, or where its labels are.
fn window(line: &str, offset: usize, marks: &[Mark<'_>]) -> Range<usize> {
    if line.chars().nth(WIDEST).is_none() {
        return 0..line.len();
    }
    let first = marks
        .iter()
        .map(|mark| mark.span.start)
        .find(|start| (offset..=offset + line.len()).contains(start))
        .map_or(0, |start| start - offset);
    let start = line[..first]
        .char_indices()
        .rev()
        .nth(BEFORE - 1)
        .map_or(0, |(index, _)| index);
    let end = line[start..]
        .char_indices()
        .nth(SHOWN)
        .map_or(line.len(), |(index, _)| start + index);
    start..end
}

impl<'a> Files<'a> for Excerpt<'_> {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.name)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.text)
    }

    fn line_index(&'a self, id: usize, offset: usize) -> Result<usize, Error> {
        let lines = &self.file(id)?.lines;
        let after = lines.partition_point(|line| line.start <= offset);
        Ok(after.saturating_sub(1))
    }

    fn line_number(&'a self, id: usize, index: usize) -> Result<usize, Error> {
        Ok((self.file(id)?.line(index)?.number as usize).max(1))
    }

    fn line_range(&'a self, id: usize, index: usize) -> Result<Range<usize>, Error> {
        let file = self.file(id)?;
        let end = file
            .lines
            .get(index + 1)
            .map_or(file.text.len(), |next| next.start);
        Ok(file.line(index)?.start..end)
    }

    fn location(&'a self, id: usize, offset: usize) -> Result<Location, Error> {
        let file = self.file(id)?;
        let line = file.line(self.line_index(id, offset)?)?;
        let position = file
            .source
            .position(file.source_offset(line, offset) as u32);
        Ok(Location {
            line_number: position.line as usize,
            column_number: position.column as usize,
        })
    }
}

impl<'a> Excerpt<'a> {
    fn file(&self, id: usize) -> Result<&ExcerptFile<'a>, Error> {
        self.files.get(id).ok_or(Error::FileMissing)
    }
}
