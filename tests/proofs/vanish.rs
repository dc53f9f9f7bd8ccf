//! Nothing that is written can vanish: each word of a statement comes out in what the file means, or there is a finding
//! at its line. Each statement of the project is changed in every way that a hand may slip: a part left out, a part put
//! in, quotes for backticks, a block where none belongs, another block around.

use std::collections::{BTreeMap, BTreeSet};

use crate::faults::alone::{Alone, statements};
use crate::faults::{Edit, apply, is_block, tokens};
use deployc::compile;
use deployc::parallel;
use deployc::source::{NoFiles, SourceId};
use deployc::syntax::{File, Kind, Node, parse};

/// What is put in where it must not be lost.
const TOKEN: &str = "zq7313";

/// Declarations that others refer to, and what they are called.
fn context(text: &str, without: usize) -> String {
    let (file, _) = parse(SourceId(0), text);
    let mut out = String::new();
    for item in file.items() {
        let kept = matches!(
            item.kind(),
            Kind::edition
                | Kind::use_
                | Kind::deployment
                | Kind::param
                | Kind::secret
                | Kind::role
                | Kind::channel
                | Kind::service
                | Kind::metric
                | Kind::message
                | Kind::rollback
                | Kind::procedure
                | Kind::checklist
        );
        let place = item.span().range();
        if kept && !(place.start >= without && item_of(&file, place.start) == without) {
            out.push_str(&text[place]);
            out.push('\n');
        }
    }
    out
}

/// Where the piece begins in which an offset lies.
fn item_of(file: &File, at: usize) -> usize {
    file.pieces
        .iter()
        .map(|piece| piece.offset() as usize)
        .take_while(|start| *start <= at)
        .last()
        .unwrap_or(0)
}

/// A statement with what stands around it.
struct Case {
    before: String,
    alone: Alone,
}

/// One statement of each shape: its own tree, and what it stands in.
fn cases() -> Vec<Case> {
    let files: BTreeMap<String, String> = crate::faults::well_written().into_iter().collect();
    let mut seen = BTreeSet::new();
    let mut cases = Vec::new();
    for alone in statements() {
        let (file, _) = parse(SourceId(0), &alone.text);
        let own = statement(&file, &alone);
        let kinds: Vec<Kind> = own.descend().map(|node| node.kind()).collect();
        let around = alone.around.last().copied();
        let word = alone.text[alone.start..]
            .split(' ')
            .next()
            .unwrap_or_default();
        let word = if kinds.contains(&Kind::setting) {
            word
        } else {
            ""
        };
        if matches!(alone.kind, Kind::edition | Kind::use_)
            || !seen.insert(format!("{around:?} {kinds:?} {word}"))
        {
            continue;
        }
        let before = context(&files[&alone.path], alone.item);
        cases.push(Case { before, alone });
    }
    cases
}

fn statement<'f>(file: &'f File, alone: &Alone) -> Node<'f> {
    let mut around = file.around(alone.start as u32).into_iter();
    around
        .find(|node| node.kind() == alone.kind && node.span().start as usize == alone.start)
        .expect("the statement is there")
}

/// The file with the statement, and where that begins.
fn whole(before: &str, alone: &Alone, own: &str) -> (String, usize) {
    let (head, tail) = (&alone.text[..alone.start], &alone.text[alone.end..]);
    let item = format!("{head}{own}{tail}");
    let mut text = format!("{before}{item}");
    let start = before.len() + head.len();
    let (file, _) = parse(SourceId(0), &text);
    let kinds: BTreeSet<Kind> = file.items().map(|item| item.kind()).collect();
    if !kinds.contains(&Kind::deployment) {
        text.push_str("deployment \"D\" {\nversion \"v1\"\n}\n");
    }
    if !kinds.contains(&Kind::service) {
        text.push_str("service zz \"Z\" {\nworkload deployment/zz\n}\n");
    }
    // What nothing uses is read, and thrown away.
    let service = file
        .items()
        .find(|item| item.kind() == Kind::service)
        .and_then(|item| item.child(Kind::name))
        .map_or("zz", |name| name.text())
        .to_owned();
    let (own, _) = parse(SourceId(0), &item);
    if let Some(used) = own.items().next().and_then(|item| used(item, &service)) {
        text.push_str(&used);
    }
    (text, start)
}

/// What uses a declaration with parameters.
fn used(item: Node<'_>, service: &str) -> Option<String> {
    let name = item.child(Kind::name)?.text();
    let parameters = item.child(Kind::parameters);
    let arguments: Vec<String> = parameters
        .into_iter()
        .flat_map(|list| list.children())
        .filter(|child| child.kind() == Kind::parameter && !child.has(Kind::default))
        .map(|parameter| {
            let name = parameter.child(Kind::name).map_or("", |name| name.text());
            let type_name = parameter
                .descend()
                .find(|node| node.kind() == Kind::type_name)
                .map_or("", |name| name.text());
            let value = match type_name {
                "service" => service,
                "percentile" => "p95",
                "duration" => "5m",
                "percent" | "ratio" => "1%",
                "text" => "\"x\"",
                _ => "3",
            };
            format!("{name} = {value}")
        })
        .collect();
    let call = match arguments.is_empty() {
        true => name.to_owned(),
        false => format!("{name}({})", arguments.join(", ")),
    };
    let statement = match item.kind() {
        Kind::checklist => format!("include {call}"),
        Kind::procedure if parameters.is_some() => format!("do {call}"),
        Kind::metric if parameters.is_some() => return Some(format!("metric zz = {call}\n")),
        _ => return None,
    };
    Some(format!("phase zz \"Z\" {{\n{statement}\n}}\n"))
}

fn lines(text: &str, from: usize, to: usize) -> std::ops::RangeInclusive<usize> {
    let line = |at: usize| text[..at].matches('\n').count();
    line(from)..=line(to)
}

/// Whether what stands in the statement at `place` comes out, or a finding stands at one of its lines.
fn is_kept(text: &str, place: std::ops::Range<usize>) -> bool {
    let checked = compile::check("spec.deploy", text.to_owned(), &NoFiles);
    let own = lines(text, place.start, place.end);
    let said = checked.diagnostics.iter().any(|finding| {
        let labels = std::iter::once(&finding.primary).chain(&finding.secondary);
        let mut spans = labels
            .map(|label| label.span)
            .filter(|span| span.source == SourceId(0));
        spans.any(|span| {
            let at = lines(text, span.start as usize, span.start as usize);
            own.contains(at.start())
        })
    });
    let comes_out = |written: &str| written.contains(TOKEN) || written.contains("7313");
    said || match compile::plan(&checked) {
        Some(plan) => comes_out(&deployc::backend::plan_json::text(&plan)),
        None => comes_out(&format!("{:?}", checked.spec)),
    }
}

/// What is written in the place of a leaf; nothing for one whose words are closed.
fn planted(leaf: Node<'_>) -> Option<String> {
    Some(match leaf.kind() {
        Kind::string | Kind::title => format!("\"{TOKEN}\""),
        Kind::prose => format!("\"\"\"{TOKEN}\"\"\""),
        Kind::command | Kind::query => format!("`{TOKEN}`"),
        Kind::script => format!("```sh\n{TOKEN}\n```"),
        Kind::regex => format!("/{TOKEN}/"),
        Kind::json => format!("$.{TOKEN}"),
        Kind::name
        | Kind::path
        | Kind::label_value
        | Kind::channel_kind
        | Kind::via_kind
        | Kind::colour => TOKEN.to_owned(),
        Kind::quantity => {
            let text = leaf.text();
            let digits = text
                .find(|letter: char| !letter.is_ascii_digit())
                .unwrap_or(text.len());
            format!("7313{}", &text[digits..])
        }
        _ => return None,
    })
}

/// What comes out where something uses it alone: parameters, and names under which nothing is told.
fn is_for_the_compiler_alone(file: &File, leaf: Node<'_>) -> bool {
    let around = file.around(leaf.span().start);
    let kinds: Vec<Kind> = around.iter().map(|node| node.kind()).collect();
    let parent = around.iter().rev().find(|node| **node != leaf);
    kinds.contains(&Kind::parameters)
        || leaf.kind() == Kind::name
            && parent.is_some_and(|parent| match parent.kind() {
                Kind::argument | Kind::escalation => true,
                Kind::metric => parent.has(Kind::parameters),
                _ => false,
            })
}

/// Every leaf of a statement that may be planted, as an edit of the statement's text.
fn plants(case: &Case) -> Vec<Edit> {
    let (file, _) = parse(SourceId(0), &case.alone.text);
    let own = statement(&file, &case.alone);
    own.descend()
        .filter(|node| node.is_leaf() && !is_for_the_compiler_alone(&file, *node))
        .filter_map(|leaf| {
            let place = leaf.trimmed().range();
            let start = case.alone.start;
            Some(Edit {
                start: place.start - start,
                end: place.end - start,
                text: planted(leaf)?,
            })
        })
        .collect()
}

/// Ways in which a hand may slip, as edits of the statement's text.
fn slips(case: &Case) -> Vec<Edit> {
    let own = &case.alone.text[case.alone.start..case.alone.end];
    let (file, _) = parse(SourceId(0), &case.alone.text);
    let node = statement(&file, &case.alone);
    let start = case.alone.start;
    let mut slips = Vec::new();
    let mut slip = |from: usize, to: usize, text: &str| {
        slips.push(Edit {
            start: from,
            end: to,
            text: text.to_owned(),
        });
    };
    let tokens = tokens(&file, &case.alone.text);
    let tokens: Vec<_> = tokens
        .iter()
        .filter(|token| token.start >= start && token.end <= case.alone.end && !token.comment)
        .map(|token| (token.start - start, token.end - start))
        .collect();
    for &(from, to) in &tokens {
        // A line that is indented deeper would go on with the one above it.
        let blanks = own[to..].len() - own[to..].trim_start().len();
        slip(from, if from == 0 { to + blanks } else { to }, "");
        let text = &own[from..to];
        let inner = text.trim_matches(['"', '`']);
        match text.as_bytes()[0] {
            b'"' => slip(from, to, &format!("`{inner}`")),
            b'`' => slip(from, to, &format!("\"{inner}\"")),
            _ => slip(from, to, &format!("\"{text}\"")),
        }
        slip(to, own.len(), "");
    }
    for child in node.children().filter(|child| !is_block(child.kind())) {
        let place = child.trimmed().range();
        if place.end > place.start {
            slip(place.start - start, place.end - start, "");
        }
    }
    match own.find("{}") {
        Some(at) => slip(at, at + 2, ""),
        None => slip(own.len(), own.len(), " {}"),
    }
    slips
}

/// What may be put in anywhere.
fn extras(case: &Case) -> Vec<Edit> {
    let (file, _) = parse(SourceId(0), &case.alone.text);
    let start = case.alone.start;
    let ends: BTreeSet<usize> = tokens(&file, &case.alone.text)
        .iter()
        .filter(|token| token.start >= start && token.end <= case.alone.end && !token.comment)
        .map(|token| token.end - start)
        .collect();
    let words = [
        format!(" \"{TOKEN}\" "),
        format!(" {TOKEN} "),
        format!(" `{TOKEN}` "),
        " 7313m ".to_owned(),
        format!(", {TOKEN} "),
        format!(" by {TOKEN} "),
        format!(" status {TOKEN} "),
        format!(" if {TOKEN} "),
        format!(" else \"{TOKEN}\" "),
        format!(" else {{ check \"{TOKEN}\" }} "),
        format!(" {{ check \"{TOKEN}\" }} "),
        format!(" {{ version \"{TOKEN}\" }} "),
        " due T+7313m ".to_owned(),
        " takes 7313m ".to_owned(),
        " within 7313m ".to_owned(),
        format!(" ({TOKEN}) "),
        format!("\n  expect \"{TOKEN}\" "),
    ];
    // The name of an escalation is told to nobody.
    let word = "escalation".len();
    let named = case.alone.kind == Kind::escalation;
    ends.into_iter()
        .filter(|end| !(named && *end == word))
        .flat_map(|end| {
            words.iter().map(move |word| Edit {
                start: end,
                end,
                text: word.clone(),
            })
        })
        .collect()
}

/// The kinds of hole, each with its first case; the count of cases.
#[derive(Default)]
struct Holes {
    cases: usize,
    found: BTreeMap<String, (usize, String)>,
}

impl Holes {
    fn of(results: Vec<Vec<Option<(String, String)>>>) -> Self {
        let mut holes = Holes::default();
        for result in results.into_iter().flatten() {
            holes.cases += 1;
            if let Some((kind, shown)) = result {
                holes.found.entry(kind).or_insert((0, shown)).0 += 1;
            }
        }
        holes
    }

    fn assert_none(&self) {
        let shown: Vec<String> = self
            .found
            .iter()
            .map(|(kind, (count, shown))| format!("{count:>5} {kind}: {shown}"))
            .collect();
        assert!(
            shown.is_empty(),
            "{} of {} cases:\n{}",
            shown.len(),
            self.cases,
            shown.join("\n")
        );
    }
}

/// Of how many statements one is tried: of all where `EVERY` is set.
fn step() -> usize {
    match std::env::var_os("EVERY") {
        Some(_) => 1,
        None => 48,
    }
}

/// A case with these edits made, the last of which holds the token.
fn tried(case: &Case, edits: &[Edit], what: &str) -> Option<(String, String)> {
    let own = &case.alone.text[case.alone.start..case.alone.end];
    let own = apply(own, edits);
    if !own.contains(TOKEN) && !own.contains("7313") {
        return None;
    }
    let (text, start) = whole(&case.before, &case.alone, &own);
    let place = start..start + own.len();
    (!is_kept(&text, place)).then(|| {
        let around = case.alone.around.last();
        (format!("{:?} in {around:?}, {what}", case.alone.kind), own)
    })
}

/// What once gave neither a node nor a finding.
#[test]
fn what_was_lost_is_said() {
    let in_phase = [
        "runbook \"How to fail over\"",
        "command \"kubectl get pods\"",
        "runbook `true` `false`",
        "record p95 \"P95\" in ms target < \"200ms\"",
        "record pods \"Pods\" as number(3)",
        "wait for `true` every 1m every 2m",
        "check age < 1m for 5m for 10m",
        "do look(5m)",
        "retry 3 pods after 1m",
        "canary shop { 10% for 5m\ncanary shop { 50% for 5m } }",
        "check \"A\" if migrate(5m)",
    ];
    let elsewhere = [
        "severity s \"S\" {\nwhen \"X\"\nthen stop { check \"B\" }\n}",
        "test \"T\" {\ngiven age = 5m { check \"B\" }\n}",
        "test \"T\" {\ngiven age = 5m from T+1m from T+2m\n}",
        "test \"T\" {\nexpect never stop { check \"B\" }\n}",
        "test \"T\" {\nexpect stop within 1m within 2m\n}",
        "metric m \"M\" : duration in seconds {\nwindow \"5m\"\n}",
        "metric m \"M\" : duration in seconds {\nwindow 5m 6m\n}",
        "metric m \"M\" : duration in seconds {\nbetter lower { check \"B\" }\n}",
        "service s \"S\" {\nport 80 90\n}",
        "service s \"S\" {\nreplicas 6 7\n}",
        "service s \"S\" {\nport 80\n} else { check \"B\" }",
        "message m \"M\" {\nbody \"B\"\nnote \"N\"\n}",
        "param p \"P\" : text { check \"B\" }",
        "gate g \"G\" {\napprove by 2 people of lead, dba\n}",
        "backup b \"B\" every 1h every 2h",
        "gate g \"G\" {\nrequire \"X\"\nelse stop { check \"B\" }\n}",
    ];
    let head = "edition 2026\ndeployment \"D\" {\nversion \"v1\"\n}\nrole lead\nrole dba\nservice shop\n\
        param migrate \"M\" : yes-no = no\nprocedure look \"Look\" { check \"x\" }\n\
        metric age \"Age\" : duration in seconds { prometheus `age` }\n";
    let phases = in_phase.map(|text| format!("phase p \"P\" {{\n{text}\n}}"));
    for text in phases.into_iter().chain(elsewhere.map(str::to_owned)) {
        let whole = format!("{head}{text}\n");
        let checked = compile::check("spec.deploy", whole, &NoFiles);
        let errors = checked.diagnostics.iter().filter(|finding| {
            finding.level == deployc::diagnostic::Level::Error
                && finding.primary.span.start as usize >= head.len()
        });
        assert!(errors.count() > 0, "{text}: {:?}", checked.diagnostics);
    }
}

#[test]
fn each_part_of_a_statement_comes_out() {
    let cases = cases();
    assert!(cases.len() > 300, "{}", cases.len());
    let cases: Vec<Case> = cases.into_iter().step_by(step().div_ceil(16)).collect();
    let results = parallel::each(&cases, |case| {
        plants(case)
            .iter()
            .map(|plant| tried(case, std::slice::from_ref(plant), "as it is"))
            .collect::<Vec<_>>()
    });
    Holes::of(results).assert_none();
}

#[test]
fn a_slip_loses_nothing() {
    let cases: Vec<Case> = cases().into_iter().step_by(step()).collect();
    let results = parallel::each(&cases, |case| {
        let plants = plants(case);
        let mut results = Vec::new();
        for slip in slips(case) {
            for plant in &plants {
                // The other quotes around the token itself.
                let within = slip.start <= plant.start && plant.end <= slip.end;
                if within && slip.text.is_empty()
                    || !within && plant.end > slip.start && slip.end > plant.start
                {
                    continue;
                }
                let edits = match within {
                    true => {
                        let quote = &slip.text[..1];
                        vec![Edit {
                            text: format!("{quote}{TOKEN}{quote}"),
                            ..slip.clone()
                        }]
                    }
                    false => vec![slip.clone(), plant.clone()],
                };
                results.push(tried(case, &edits, "with a slip"));
            }
        }
        results
    });
    Holes::of(results).assert_none();
}

#[test]
fn what_is_put_in_is_not_lost() {
    let cases: Vec<Case> = cases().into_iter().step_by(step()).collect();
    let results = parallel::each(&cases, |case| {
        extras(case)
            .iter()
            .map(|extra| {
                let what = format!("with{}", extra.text);
                tried(case, std::slice::from_ref(extra), &what)
            })
            .collect::<Vec<_>>()
    });
    Holes::of(results).assert_none();
}

#[test]
fn a_statement_in_another_block_is_not_lost() {
    let cases = cases();
    let mut heads: BTreeMap<Vec<Kind>, &Case> = BTreeMap::new();
    for case in &cases {
        heads.entry(case.alone.around.clone()).or_insert(case);
    }
    let mut kinds: BTreeMap<(Kind, String), &Case> = BTreeMap::new();
    for case in &cases {
        let word = case.alone.text[case.alone.start..]
            .split([' ', '\n'])
            .next()
            .unwrap_or_default();
        let word = if case.alone.kind == Kind::setting {
            word
        } else {
            ""
        };
        kinds
            .entry((case.alone.kind, word.to_owned()))
            .or_insert(case);
    }
    let heads: Vec<&Case> = heads.into_values().collect();
    let results = parallel::each(&heads, |head| {
        let mut results = Vec::new();
        for case in kinds.values().step_by(step().div_ceil(6)) {
            let own = &case.alone.text[case.alone.start..case.alone.end];
            for plant in plants(case) {
                let own = apply(own, std::slice::from_ref(&plant));
                let (text, start) = whole(&head.before, &head.alone, &own);
                let place = start..start + own.len();
                let shown = (!is_kept(&text, place)).then(|| {
                    (
                        format!("{:?} in {:?}", case.alone.kind, head.alone.around),
                        own,
                    )
                });
                results.push(shown);
            }
        }
        results
    });
    Holes::of(results).assert_none();
}
