//! Where the boxes of a picture stand. The work runs down the middle in layers; rules stand to the
//! left of it, rollbacks to the right. All lengths are in pixels.

use std::collections::{BTreeMap, BTreeSet};

use super::chart::{Chart, Item, Shape};
use crate::plan::EdgeKind;

pub(super) const BOX_WIDTH: i32 = 360;
pub(super) const HEAD: i32 = 28;
pub(super) const DETAIL: i32 = 16;
pub(super) const ROW: i32 = 18;
pub(super) const INDENT: i32 = 14;
const FOOT: i32 = 8;
const MARGIN: i32 = 24;
pub(super) const TITLE: i32 = 44;
/// Between layers, and between boxes of one layer.
const GAP: i32 = 40;
/// The room that a line takes which passes through a layer.
const PASSING: i32 = 28;
/// Between the lines that run beside the work.
const LANE: i32 = 12;

/// An item with its place.
pub(super) struct Placed<'a> {
    pub item: &'a Item,
    /// What stands inside it, with its depth (one: directly inside).
    pub rows: Vec<(usize, &'a Item)>,
    pub x: i32,
    pub y: i32,
    pub height: i32,
}

/// A line with an arrow at its end.
pub(super) struct Line {
    /// The path, as SVG writes it.
    pub path: String,
    pub kind: EdgeKind,
    /// Whether it lies on the critical path.
    pub critical: bool,
}

/// A picture.
pub(super) struct Layout<'a> {
    pub boxes: Vec<Placed<'a>>,
    pub lines: Vec<Line>,
    pub width: i32,
    pub height: i32,
}

/// What a layer holds: a box, or a line on its way to a later layer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Box(usize),
    Passing(usize),
}

/// A tie between two outermost items, by their numbers.
#[derive(Clone, Copy)]
struct Flow {
    from: usize,
    to: usize,
    kind: EdgeKind,
    critical: bool,
}

/// Gives every item its place.
pub(super) fn layout(chart: &Chart) -> Layout<'_> {
    let mut boxes: Vec<Placed<'_>> = chart.items.iter().map(size).collect();
    let owners = owners(chart);
    let ties = outer_ties(chart, &owners);
    let column = |index: usize| chart.items[index].shape;
    let is_work = |index: usize| !matches!(column(index), Shape::Rule | Shape::WayBack);
    let (mut main, mut left, mut right) = (Vec::new(), Vec::new(), Vec::new());
    for index in 0..boxes.len() {
        match column(index) {
            Shape::Rule => left.push(index),
            Shape::WayBack => right.push(index),
            Shape::Stretch
            | Shape::Decision
            | Shape::Check
            | Shape::Command
            | Shape::Traffic
            | Shape::Wait
            | Shape::Notice => main.push(index),
        }
    }
    let flow: Vec<Flow> = ties
        .iter()
        .copied()
        .filter(|tie| {
            matches!(tie.kind, EdgeKind::Sequence | EdgeKind::After)
                && is_work(tie.from)
                && is_work(tie.to)
        })
        .collect();

    let side = |column: &[usize]| {
        if column.is_empty() {
            0
        } else {
            BOX_WIDTH + GAP + LANE * column.len() as i32
        }
    };
    let start = MARGIN + side(&left);
    let (mut lines, width, below) = main_column(&mut boxes, &main, &flow, start);
    let top = MARGIN + TITLE;
    let mut height = below;
    for (column, x) in [
        (&left, MARGIN),
        (&right, start + width + side(&right) - BOX_WIDTH),
    ] {
        let mut y = top;
        for &index in column {
            boxes[index].x = x;
            boxes[index].y = y;
            y += boxes[index].height + GAP / 2;
        }
        height = height.max(y);
    }
    for (column, is_left) in [(&left, true), (&right, false)] {
        for (lane, &index) in column.iter().enumerate() {
            for tie in &ties {
                if tie.from == index && is_work(tie.to) {
                    let beside = Beside {
                        lane: lane as i32,
                        is_left,
                        edge: if is_left { start } else { start + width },
                    };
                    let path = beside.path(&boxes, &main, tie.from, tie.to);
                    lines.push(Line {
                        path,
                        kind: tie.kind,
                        critical: tie.critical,
                    });
                }
            }
        }
    }
    Layout {
        width: start + width + side(&right) + MARGIN,
        height: height + MARGIN,
        boxes,
        lines,
    }
}

fn size(item: &Item) -> Placed<'_> {
    let rows: Vec<(usize, &Item)> = item.walk().into_iter().skip(1).collect();
    let mut height = HEAD + ROW * rows.len() as i32;
    if !item.detail.is_empty() {
        height += DETAIL;
    }
    if !rows.is_empty() {
        height += FOOT;
    }
    Placed {
        item,
        rows,
        x: 0,
        y: 0,
        height,
    }
}

/// For every id the outermost item that holds it.
fn owners(chart: &Chart) -> BTreeMap<&str, usize> {
    let mut owners = BTreeMap::new();
    for (index, item) in chart.items.iter().enumerate() {
        for (_, inside) in item.walk() {
            owners.entry(inside.id.as_str()).or_insert(index);
        }
    }
    owners
}

/// The ties between different outermost items, each once, in the order written.
fn outer_ties(chart: &Chart, owners: &BTreeMap<&str, usize>) -> Vec<Flow> {
    let mut seen = BTreeSet::new();
    chart
        .ties
        .iter()
        .filter_map(|tie| {
            let from = *owners.get(tie.from.as_str())?;
            let to = *owners.get(tie.to.as_str())?;
            (from != to && seen.insert((from, to))).then_some(Flow {
                from,
                to,
                kind: tie.kind,
                critical: tie.critical,
            })
        })
        .collect()
}

/// Places the work. Returns its lines, its width and where it ends below.
fn main_column(
    boxes: &mut [Placed<'_>],
    main: &[usize],
    flow: &[Flow],
    start: i32,
) -> (Vec<Line>, i32, i32) {
    let layers = layers(main, flow);
    let mut rows: Vec<Vec<Slot>> = Vec::new();
    for &index in main {
        let layer = layers[&index];
        if rows.len() <= layer {
            rows.resize(layer + 1, Vec::new());
        }
        rows[layer].push(Slot::Box(index));
    }
    for (number, tie) in flow.iter().enumerate() {
        let next = layers[&tie.from] + 1;
        for row in &mut rows[next..layers[&tie.to].max(next)] {
            row.push(Slot::Passing(number));
        }
    }
    untangle(&mut rows, flow);

    let width_of = |slot: &Slot| match slot {
        Slot::Box(_) => BOX_WIDTH,
        Slot::Passing(_) => PASSING,
    };
    let widths: Vec<i32> = rows
        .iter()
        .map(|row| row.iter().map(width_of).sum::<i32>() + GAP * (row.len() as i32 - 1).max(0))
        .collect();
    let width = widths.iter().copied().max().unwrap_or(0);
    let mut passes: Vec<Vec<(i32, i32, i32)>> = vec![Vec::new(); flow.len()];
    let mut y = MARGIN + TITLE;
    for (row, row_width) in rows.iter().zip(&widths) {
        let height = row
            .iter()
            .map(|slot| match slot {
                Slot::Box(index) => boxes[*index].height,
                Slot::Passing(_) => 0,
            })
            .max()
            .unwrap_or(0);
        let mut x = start + (width - row_width) / 2;
        for slot in row {
            match slot {
                Slot::Box(index) => {
                    boxes[*index].x = x;
                    boxes[*index].y = y;
                }
                Slot::Passing(number) => passes[*number].push((x + PASSING / 2, y, y + height)),
            }
            x += width_of(slot) + GAP;
        }
        y += height + GAP;
    }
    let lines = flow
        .iter()
        .zip(&passes)
        .map(|(tie, passes)| Line {
            path: down(&boxes[tie.from], &boxes[tie.to], passes),
            kind: tie.kind,
            critical: tie.critical,
        })
        .collect();
    (lines, width, y)
}

/// The layer of each box: one below the lowest that it follows. What follows nothing and is
/// followed by nothing stands below all, two in a layer.
fn layers(main: &[usize], flow: &[Flow]) -> BTreeMap<usize, usize> {
    let mut layers: BTreeMap<usize, usize> = BTreeMap::new();
    let mut above: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut tied = BTreeSet::new();
    for tie in flow {
        above.entry(tie.to).or_default().push(tie.from);
        tied.extend([tie.from, tie.to]);
    }
    let alone = |index: usize| main.len() > 1 && !tied.contains(&index);
    // There is no circle among the edges of a plan; the bound is for charts made by hand.
    for _ in 0..main.len() {
        let mut changed = false;
        for &index in main.iter().filter(|index| !alone(**index)) {
            let layer = above
                .get(&index)
                .into_iter()
                .flatten()
                .map(|from| layers.get(from).copied().unwrap_or(0) + 1)
                .max()
                .unwrap_or(0)
                .min(main.len());
            changed |= layers.insert(index, layer) != Some(layer);
        }
        if !changed {
            break;
        }
    }
    let below = layers.values().max().map_or(0, |last| last + 1);
    for (number, &index) in main.iter().filter(|index| alone(**index)).enumerate() {
        layers.insert(index, below + number / 2);
    }
    layers
}

/// Puts the slots of each layer in the order of what they come from.
fn untangle(rows: &mut [Vec<Slot>], flow: &[Flow]) {
    let mut coming: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, tie) in flow.iter().enumerate() {
        coming.entry(tie.to).or_default().push(number);
    }
    for index in 1..rows.len() {
        let (above, below) = rows.split_at_mut(index);
        let above = &above[index - 1];
        let position = |slot: Slot| above.iter().position(|other| *other == slot);
        let source = |number: usize| {
            position(Slot::Passing(number)).or_else(|| position(Slot::Box(flow[number].from)))
        };
        let row = &mut below[0];
        let mut keyed: Vec<(usize, Slot)> = row
            .iter()
            .map(|slot| {
                let sources: Vec<usize> = match slot {
                    Slot::Passing(number) => source(*number).into_iter().collect(),
                    Slot::Box(target) => coming
                        .get(target)
                        .into_iter()
                        .flatten()
                        .filter_map(|number| source(*number))
                        .collect(),
                };
                let key = if sources.is_empty() {
                    usize::MAX
                } else {
                    // in thousandths, so that a mean needs no fraction
                    sources.iter().sum::<usize>() * 1000 / sources.len()
                };
                (key, *slot)
            })
            .collect();
        keyed.sort_by_key(|(key, slot)| (*key, matches!(slot, Slot::Passing(_))));
        *row = keyed.into_iter().map(|(_, slot)| slot).collect();
    }
}

/// A line from the bottom of a box to the top of another, through the places kept free for it.
fn down(from: &Placed<'_>, to: &Placed<'_>, passes: &[(i32, i32, i32)]) -> String {
    let mut x = from.x + BOX_WIDTH / 2;
    let mut y = from.y + from.height;
    let mut path = format!("M{x} {y}");
    let mut reach = |path: &mut String, to_x: i32, to_y: i32| {
        if to_x == x {
            path.push_str(&format!(" V{to_y}"));
        } else {
            let middle = y + (to_y - y) / 2;
            path.push_str(&format!(" C{x} {middle} {to_x} {middle} {to_x} {to_y}"));
        }
        (x, y) = (to_x, to_y);
    };
    for (to_x, top, bottom) in passes {
        reach(&mut path, *to_x, *top);
        reach(&mut path, *to_x, *bottom);
    }
    reach(&mut path, to.x + BOX_WIDTH / 2, to.y);
    path
}

/// A line that runs beside the work, in its own lane, and turns off to a box.
struct Beside {
    lane: i32,
    is_left: bool,
    /// Where the work begins (or ends, on the right).
    edge: i32,
}

impl Beside {
    fn path(&self, boxes: &[Placed<'_>], main: &[usize], from: usize, to: usize) -> String {
        let (rule, target) = (&boxes[from], &boxes[to]);
        let away = GAP / 2 + LANE * self.lane;
        let (start, lane, side) = if self.is_left {
            (rule.x + BOX_WIDTH, self.edge - away, target.x)
        } else {
            (rule.x, self.edge + away, target.x + BOX_WIDTH)
        };
        let begin = rule.y + HEAD / 2;
        let outermost = main.iter().all(|&other| {
            let other = &boxes[other];
            let same_layer =
                other.y < target.y + target.height && target.y < other.y + other.height;
            !same_layer
                || if self.is_left {
                    other.x >= target.x
                } else {
                    other.x <= target.x
                }
        });
        if outermost {
            // inside the head of the box, each lane at its own height
            let at = target.y + 6 + (self.lane * 5) % (HEAD - 8);
            format!("M{start} {begin} H{lane} V{at} H{side}")
        } else {
            let over = target.y - 8 - (self.lane * 4) % (GAP / 2);
            let turn = if self.is_left {
                target.x + 12 + self.lane * 8
            } else {
                target.x + BOX_WIDTH - 12 - self.lane * 8
            };
            format!("M{start} {begin} H{lane} V{over} H{turn} V{}", target.y)
        }
    }
}
