//! Rows of tables. A template writes each cell as `{{#cell}}…{{/cell}}`, so that no bar inside ends it.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, Renderable,
    StringOutput,
};

/// The helper `cell`: the bar before a cell, and what stands in it.
pub struct Cell;

impl HelperDef for Cell {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let mut inside = StringOutput::new();
        if let Some(template) = helper.template() {
            template.render(registry, context, render, &mut inside)?;
        }
        out.write("| ")?;
        out.write(&cell(&inside.into_string()?))?;
        out.write(" ")?;
        Ok(())
    }
}

/// What stands on a line, as what stands in a cell. A reader of tables takes the backslash before a bar
/// away, and only then reads what is left: so a bar in code needs one too, and in words it has its own.
pub fn cell(marked: &str) -> String {
    let mut out = String::with_capacity(marked.len());
    let mut rest = marked;
    while let Some(at) = rest.find(['`', '\\', '|', '\n']) {
        let (before, behind) = rest.split_at(at);
        out.push_str(before);
        let length = match behind.as_bytes()[0] {
            b'|' => {
                out.push('\\');
                1
            }
            b'\\' => 1 + behind[1..].chars().next().map_or(0, char::len_utf8),
            b'\n' => {
                out.push(' ');
                rest = &behind[1..];
                continue;
            }
            _ => {
                let ticks = behind.len() - behind.trim_start_matches('`').len();
                let code = code_span(behind, ticks);
                out.push_str(&behind[..code].replace('|', "\\|"));
                rest = &behind[code..];
                continue;
            }
        };
        out.push_str(&behind[..length]);
        rest = &behind[length..];
    }
    out.push_str(rest);
    out
}

/// How long the code span is that begins with so many backticks; these alone where none closes it.
fn code_span(text: &str, ticks: usize) -> usize {
    let mut at = ticks;
    while let Some(next) = text[at..].find('`') {
        let run = &text[at + next..];
        let length = run.len() - run.trim_start_matches('`').len();
        at += next + length;
        if length == ticks {
            return at;
        }
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_bar_ends_a_cell() {
        for (line, wanted) in [
            ("plain", "plain"),
            (r"a \| b", r"a \| b"),
            (r"a | b", r"a \| b"),
            (r"a \\\| b", r"a \\\| b"),
            (r"a \\| b", r"a \\\| b"),
            ("`a|b` | `c`", r"`a\|b` \| `c`"),
            (r"`a\|b`", r"`a\\|b`"),
            ("`` ` | `` `|`", r"`` ` \| `` `\|`"),
            (r"\`a | b\`", r"\`a \| b\`"),
            ("`a | b", r"`a \| b"),
            ("a\nb", "a b"),
            ("ü\\", "ü\\"),
        ] {
            assert_eq!(cell(line), wanted, "{line}");
        }
    }
    #[test]
    fn nothing_stands_between_bars_but_in_a_cell() {
        for (name, template) in super::super::TEMPLATES.embedded() {
            for line in template.lines() {
                let mut outside = String::new();
                let mut rest = line;
                while let Some((before, cell)) = rest.split_once("{{#cell}}") {
                    outside.push_str(before);
                    rest = cell.split_once("{{/cell}}").expect("the cell ends").1;
                }
                outside.push_str(rest);
                let bars = outside.contains('|');
                assert!(!bars || !outside.contains("{{"), "{name}: {line}");
            }
        }
    }
}
