//! The engine by itself: it goes by what it is told, asks once for what it needs, and does the same again where
//! it is told the same again.

use std::collections::BTreeMap;

use deployc::compile;
use deployc::engine::{Engine, Event, Happening, Outcome, Request, Standing, State, Verdict};
use deployc::plan::Plan;
use deployc::source::NoFiles;
use proptest::prelude::*;

fn plan(text: &str) -> Plan {
    let text = format!(
        "edition 2026\ndeployment \"D\" {{\n  version \"1\"\n  on failure rollback back\n}}\n\
         metric errors \"E\" : percent in ratio {{ better lower }}\n\
         role lead \"Lead\" {{ contact phone \"1\" }}\n{text}\n\
         rollback back \"Back\" {{\n  run undo \"Undo\" `./undo`\n  check fine \"Fine\" errors < 1%\n}}\n"
    );
    let compilation = compile::check("d.deploy", text, &NoFiles);
    assert!(compilation.is_sound(), "{:#?}", compilation.diagnostics);
    compile::plan(&compilation).expect("the spec is sound")
}

/// What happened, and what is asked, in words.
fn words(engine: &Engine<'_>, requests: &[Request<'_>]) -> Vec<String> {
    let id = |place: usize| engine.node(place).id.clone();
    requests
        .iter()
        .map(|request| match request {
            Request::Note { place, what } => {
                let what = format!("{what:?}");
                let what = what
                    .split([' ', '{'])
                    .next()
                    .unwrap_or_default()
                    .to_lowercase();
                format!("{what} {}", place.map(id).unwrap_or_default())
            }
            Request::Perform { place } => format!("perform {}", id(*place)),
            Request::Judge { condition, .. } => format!("judge {condition}"),
            Request::Hear { place } => format!("hear {}", id(*place)),
            Request::Recheck { place } => format!("recheck {}", id(*place)),
            Request::Choose { place, .. } => format!("choose {}", id(*place)),
        })
        .collect()
}

fn well(engine: &Engine<'_>, plan: &Plan, id: &str) -> Event<'static> {
    let place = (0..plan.walk().count())
        .find(|place| engine.node(*place).id == id)
        .expect("there is such a node");
    Event::Stands {
        place,
        standing: Standing::Well,
    }
}

#[test]
fn a_step_is_begun_performed_and_ended_and_a_hold_is_judged_until_its_end() {
    let plan = plan(
        "phase one \"One\" {\n  run deploy \"Deploy\" `./deploy` undo `./undo`\n  hold look 5m while errors < 1%\n}",
    );
    let mut engine = Engine::new(&plan);
    let begun = engine.advance(0, Vec::new());
    assert_eq!(words(&engine, &begun), ["began one", "perform one"]);
    let step = engine.advance(0, vec![well(&engine, &plan, "one")]);
    assert_eq!(
        words(&engine, &step),
        ["began one/deploy", "perform one/deploy"]
    );
    assert!(
        engine.advance(0, Vec::new()).is_empty(),
        "the command goes on"
    );
    assert_eq!(engine.due(), None, "nobody knows how long");
    let ended = engine.advance(70, vec![well(&engine, &plan, "one/deploy")]);
    assert_eq!(
        words(&engine, &ended),
        ["ended one/deploy", "began one/look", "perform one/look"]
    );
    let asked = engine.advance(70, vec![well(&engine, &plan, "one/look")]);
    assert_eq!(words(&engine, &asked), ["judge errors < 1%"]);
    let [
        Request::Judge {
            condition,
            required,
        },
    ] = asked[..]
    else {
        panic!("{asked:?}");
    };
    let judged = |verdict| Event::Judged {
        condition,
        required,
        verdict,
        shown: "`errors` is 7%".to_owned(),
    };
    assert!(engine.advance(70, vec![judged(Verdict::Pass)]).is_empty());
    assert_eq!(engine.due(), Some(70 + 300));
    // At another moment it is asked again.
    let asked = engine.advance(100, Vec::new());
    assert_eq!(words(&engine, &asked), ["judge errors < 1%"]);
    let mut failed = engine.advance(100, vec![judged(Verdict::Fail)]);
    loop {
        let more = engine.advance(100, Vec::new());
        if more.is_empty() {
            break;
        }
        failed.extend(more);
    }
    assert_eq!(
        words(&engine, &failed),
        [
            "failed one/look",
            "acted one/look",
            "undone one/deploy",
            "began rollback/back",
            "perform rollback/back",
            "began rollback/back/undo",
            "perform rollback/back/undo",
        ]
    );
    assert_eq!(engine.outcome(), None);
}

#[test]
fn an_outcome_is_the_end() {
    let plan = plan("phase one \"One\" {\n  approve go by lead\n}");
    let mut engine = Engine::new(&plan);
    engine.advance(0, Vec::new());
    let requests = engine.give_up();
    assert_eq!(words(&engine, &requests), ["over "]);
    assert_eq!(engine.outcome(), Some(Outcome::Waiting));
    assert!(engine.advance(9, Vec::new()).is_empty());
}

/// A driver that answers by numbers.
struct Driver {
    numbers: Vec<u32>,
    next: usize,
}

impl Driver {
    fn number(&mut self, below: u32) -> u32 {
        self.next += 1;
        self.numbers[self.next % self.numbers.len()] % below
    }

    fn answer<'p>(&mut self, engine: &Engine<'p>, request: &Request<'p>) -> Option<Event<'p>> {
        Some(match request {
            Request::Note { .. } => return None,
            Request::Perform { place } => {
                let standing = match self.number(12) {
                    0 => Standing::Failed("by number".to_owned()),
                    1 => return None,
                    _ => Standing::Well,
                };
                let place = *place;
                Event::Stands { place, standing }
            }
            Request::Judge {
                condition,
                required,
            } => Event::Judged {
                condition,
                required: *required,
                verdict: match self.number(10) {
                    0 => Verdict::NoData,
                    1 => Verdict::Fail,
                    _ if *required => Verdict::Pass,
                    _ => Verdict::Fail,
                },
                shown: String::new(),
            },
            Request::Hear { place } => Event::Heard {
                place: *place,
                is_true: self.number(20) == 0,
            },
            Request::Recheck { place } => Event::Cleared {
                place: *place,
                cleared: self.number(2) == 0,
            },
            Request::Choose { place, offered } => Event::Chosen {
                place: *place,
                option: match offered.len() {
                    0 => None,
                    many => {
                        let all = engine.children(*place);
                        let at = self.number(u32::try_from(many).expect("few")) as usize;
                        all.iter().copied().find(|option| *option == offered[at])
                    }
                },
            },
        })
    }
}

/// Everything that the engine was told, at its moment, and what it asked for.
type Told<'p> = Vec<(i64, Vec<Event<'p>>, String)>;

fn driven(plan: &Plan, numbers: Vec<u32>) -> Told<'_> {
    let mut driver = Driver { numbers, next: 0 };
    let mut engine = Engine::new(plan);
    let mut now = engine.first_moment();
    let mut told: Told<'_> = Vec::new();
    let mut lasts: BTreeMap<usize, bool> = BTreeMap::new();
    for _ in 0..40 {
        let mut events = Vec::new();
        loop {
            let requests = engine.advance(now, events.clone());
            told.push((now, std::mem::take(&mut events), format!("{requests:?}")));
            for request in &requests {
                if let Request::Note {
                    place: Some(place),
                    what,
                } = request
                {
                    match what {
                        Happening::Began => {
                            lasts.insert(*place, true);
                        }
                        // What recurs begins again without a word.
                        Happening::Ended if engine.node(*place).work.kind() != "every" => {
                            assert_eq!(lasts.insert(*place, false), Some(true), "it had begun");
                            assert_ne!(engine.state(*place), State::Idle);
                        }
                        _ => {}
                    }
                }
                events.extend(driver.answer(&engine, request));
            }
            if requests.is_empty() {
                break;
            }
        }
        if engine.outcome().is_some() {
            break;
        }
        let next = engine.due().into_iter().chain(engine.recurs()).min();
        now = next.unwrap_or(now + i64::from(driver.number(600)) + 1);
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]
    #[test]
    fn what_is_told_again_leads_to_the_same(numbers in prop::collection::vec(0u32..1_000, 1..200)) {
        for path in ["examples/checkout.deploy", "examples/ollama-blue-green.deploy"] {
            let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(root.join(path)).expect("the example is there");
            let compilation = compile::check(path, text, &NoFiles);
            let plan = compile::plan(&compilation).expect("it is sound");
            let told = driven(&plan, numbers.clone());
            let mut engine = Engine::new(&plan);
            for (at, events, asked) in told {
                prop_assert_eq!(format!("{:?}", engine.advance(at, events)), asked);
            }
        }
    }
}
