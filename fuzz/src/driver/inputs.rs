//! The input with a number.

use crate::corpus::Corpus;
use crate::faults::Random;
use crate::mutate::{self, Manner};
use crate::oracles::spec_has_plan;

/// Texts that are no specs and are read as well.
const OTHERS: &[&str] = &[
    "[rules]\nband-gap = \"error\"\nvague = \"off\"\n\n[packs]\nplatform = false\n\n[build]\nrunbook-url = \"https://runbooks.example.com/{spec}.html\"\n",
    "rules.vague = \"note\"\n[packs]\n\"figures\" = true # words\n",
    "time,errors,latency,pods\n0,0.1%,120ms,4\nT+5m,7%,2s,3\n2026-12-01T09:10:00Z,,400ms,\n",
    "time,errors,latency[path=cache]\n-60,1,2\n1764579600,0.5,\n\"T+1h\",3%,4s\n# words\n",
    r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"path":"a"},"values":[[1764579600,"0.07"],[1764579660.5,"NaN"],[1764579720,"+Inf"]]}]}}"#,
    r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1764579600,"1e-7"]}]}}"#,
    r#"{"status":"error","errorType":"bad_data","error":"x"}"#,
    "5m\n1h30m\n0.5%\n1..5%\n1% ..< 5%\n400ms\n10k rows\n1.5 GiB\n3 pods\n90d\n1/s\n50 requests/min\n",
    "T+5m\nT-1d\nT\n09:00\n09:00:30 UTC\n2026-12-01\n2026-12-01 09:00 Europe/Berlin\nMon 10:00\nFriday\nAmerica/New_York\n+02:00\n",
];

/// The input of a target with a number, the same on every machine. The first ones are what was found before.
pub fn input(target: &str, corpus: &Corpus, seed: u64, number: u64) -> Vec<u8> {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number);
    random.next();
    let found = usize::try_from(number).ok();
    if let Some(found) = found.and_then(|number| corpus.found.get(number)) {
        return match target {
            "server" => [&random.next().to_le_bytes(), found.as_slice()].concat(),
            _ => found.clone(),
        };
    }
    match target {
        "targets" | "simulate" => mutate::kept(corpus, &mut random, spec_has_plan),
        "server" => {
            let mut bytes = random.next().to_le_bytes().to_vec();
            bytes.extend(mutate::rough(corpus, &mut random));
            bytes
        }
        "readers" => {
            let mut text = match random.below(3) {
                0 => {
                    let pick = |random: &mut Random| {
                        corpus.numbers[random.below(corpus.numbers.len())].as_str()
                    };
                    (0..12)
                        .map(|_| pick(&mut random))
                        .collect::<Vec<_>>()
                        .join("\n")
                }
                _ => random.choose(OTHERS).to_owned(),
            };
            for _ in 0..1 + random.below(4) {
                text = mutate::change(&text, corpus, Manner::Rough, &mut random);
            }
            text.into_bytes()
        }
        _ => mutate::rough(corpus, &mut random),
    }
}
