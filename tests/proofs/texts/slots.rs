//! The places of the language in which words stand, found in a spec with everything in it.

use deployc::compile;
use deployc::diagnostic::Level;
use deployc::plan::Plan;
use deployc::source::{NoFiles, SourceId};
use deployc::syntax::{Kind, parse};

/// What `every-kind.deploy` lacks.
const MORE: &str = r#"
metric satisfied "Customers who are satisfied" : score { better higher }

phase words "Words" by dba status "in words" {
  note "A note of one line."
  every "full moon" { check full "It is full" }
  wait "Waited for" for "somebody says so"
  approve signed "Signed" by dba
  run contains "Contains" `true` expect not "trouble" expect "fine"
  hold long "Long" 5m while "nobody complains"
  group "Only a title" within 1h { check "Only a title as well" }
  check asserted "Asserted" "it is so" or satisfied > 3.0/5.0
  run single "Once" `true` irreversible "it can't be undone"
  record free "Free words" as text
  choose "One or the other" {
    option "The one" { check "That is the one" }
    option "The other" { check "That is the other" }
  }
}

alert spoken "Spoken" when latency-p95 > 900ms then notify operations "Slow", "Look at it"

escalation "Who is called" {
  "Nobody answers" "in time" to oncall after 10m via phone
}
"#;

/// A place in which words stand.
#[derive(Clone, Debug)]
pub struct Slot {
    start: usize,
    end: usize,
    kind: Kind,
    /// Whether these are words that their author marks up.
    pub note: bool,
}

/// A spec with places for words.
pub struct Slots {
    text: String,
    pub slots: Vec<Slot>,
}

impl Slots {
    /// All places that take any words.
    pub fn all() -> Slots {
        let text = std::fs::read_to_string("tests/corpus/every-kind.deploy").expect("the corpus");
        let text = text.replace(
            "  environment production\n",
            "  environment \"production\"\n  project \"Shop\"\n  strategy \"Canary\"\n  status \"draft\"\n  \
             note \"A note of the deployment.\"\n",
        );
        let text = text.replace(
            "  traffic gateway-api\n",
            "  traffic gateway-api\n  image \"shop:2.4.0\"\n",
        );
        let text = format!("{text}{MORE}");
        let mut slots = Slots {
            slots: found(&text),
            text,
        };
        let benign = |index: usize| Some(format!("Q{index}x"));
        let alone: Vec<bool> = (0..slots.slots.len())
            .map(|only| {
                slots
                    .plan(&|index| benign(index).filter(|_| index == only))
                    .is_some()
            })
            .collect();
        let mut alone = alone.into_iter();
        slots.slots.retain(|_| alone.next().unwrap_or_default());
        assert!(slots.slots.len() > 120, "{} places", slots.slots.len());
        slots
    }

    /// The spec with these words in its places.
    pub fn spec(&self, words: &dyn Fn(usize) -> Option<String>) -> String {
        let mut out = String::new();
        let mut at = 0;
        for (index, slot) in self.slots.iter().enumerate() {
            let Some(words) = words(index) else { continue };
            out.push_str(&self.text[at..slot.start]);
            match slot.kind {
                Kind::command => out.push_str(&format!("`true # {}`", commented(&words))),
                _ => out.push_str(&format!("\"{}\"", escaped(&words))),
            }
            at = slot.end;
        }
        out.push_str(&self.text[at..]);
        out
    }

    /// What words come to in a place.
    pub fn said(&self, index: usize, words: &str) -> String {
        match self.slots[index].kind {
            Kind::command => commented(words),
            _ => words.to_owned(),
        }
    }

    pub fn plan(&self, words: &dyn Fn(usize) -> Option<String>) -> Option<Plan> {
        plan(self.spec(words))
    }

    /// The plan of a payload wherever it is taken, and where that is.
    pub fn filled<'p>(&self, payload: &'p str) -> Filled<'p> {
        let notes: Vec<bool> = self.slots.iter().map(|slot| slot.note).collect();
        // At the beginning of the words and at their end, with the number of the place between.
        let words = move |index: usize| match notes[index] {
            true => "Harmless".to_owned(),
            false => format!("{payload} Q{index}x {payload}").trim().to_owned(),
        };
        let mut taken = vec![true; self.slots.len()];
        let plan = self.plan(&|index| Some(words(index))).unwrap_or_else(|| {
            for (only, taken) in taken.iter_mut().enumerate() {
                let alone = self.plan(&|index| (index == only).then(|| words(index)));
                *taken = alone.is_some();
            }
            let some = self.plan(&|index| taken[index].then(|| words(index)));
            some.expect("what is taken alone is taken together")
        });
        let refused: Vec<usize> = (0..taken.len()).filter(|index| !taken[*index]).collect();
        assert!(refused.len() < 4, "{payload:?} is refused in {refused:?}");
        Filled {
            payload,
            plan,
            taken,
            words: Box::new(words),
        }
    }
}

/// A plan with a payload in its texts.
pub struct Filled<'p> {
    pub payload: &'p str,
    pub plan: Plan,
    /// For each place whether the payload stands there.
    pub taken: Vec<bool>,
    /// What stands there.
    pub words: Box<dyn Fn(usize) -> String + 'p>,
}

pub fn plan(text: String) -> Option<Plan> {
    let compilation = compile::check("spec.deploy", text, &NoFiles);
    let wrong = compilation
        .diagnostics
        .iter()
        .any(|one| one.level == Level::Error);
    compile::plan(&compilation).filter(|_| !wrong)
}

fn found(text: &str) -> Vec<Slot> {
    let (file, _) = parse(SourceId(0), text);
    let mut slots: Vec<Slot> = Vec::new();
    for item in file.items() {
        for node in item.descend() {
            let kind = node.kind();
            if !matches!(
                kind,
                Kind::string | Kind::title | Kind::prose | Kind::command
            ) {
                continue;
            }
            let span = node.trimmed();
            let (start, end) = (span.start as usize, span.end as usize);
            let before = text[..start].trim_end();
            slots.push(Slot {
                start,
                end,
                kind,
                note: before.ends_with("note"),
            });
        }
    }
    slots.sort_by_key(|slot| slot.start);
    slots.dedup_by_key(|slot| slot.start);
    slots
}

/// Words as a text of the language writes them.
pub fn escaped(words: &str) -> String {
    let mut out = String::new();
    for letter in words.chars() {
        match letter {
            '"' | '\\' | '{' | '}' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            letter if deployc::source::is_hidden(letter) || letter.is_control() => {
                out.push_str(&format!("\\u{{{:x}}}", u32::from(letter)));
            }
            letter => out.push(letter),
        }
    }
    out
}

/// Words in a comment of a command, which has no backtick, nothing that is not seen, and no blank that
/// programs don't take for one.
fn commented(words: &str) -> String {
    let stands = |letter: &char| {
        let odd_blank = letter.is_whitespace() && !letter.is_ascii();
        *letter != '`' && !odd_blank && !deployc::source::is_hidden(*letter)
    };
    words.chars().filter(stands).collect()
}
