//! The language server, feature by feature, over a connection in memory.

mod client;
mod conversation;
mod corpus;
mod edits;
mod features;
mod findings;
mod frames;
mod names;
mod panics;
mod synchronised;

/// A spec with a bit of everything.
pub const SPEC: &str = r##"edition 2026

use std/http
use ./common

deployment "Checkout 2.4" {
  version "2.4.0"
  starts 2026-03-10 09:00 Europe/Berlin
  owner lead
  on failure rollback quick
}

param migrate "Does the database change?" : yes-no = no
role lead "Release manager" { contact slack "@lead" }
channel ops slack "#operations"

service checkout "Checkout" {
  namespace shop
  workload deployment/checkout
  replicas 6
  traffic none
}

# How many requests fail.
metric error-rate "Error rate" : percent in ratio {
  better lower
  window 5m
  prometheus `sum(rate(http_requests_total{status=~"5..", namespace="$namespace"}[$window]))`
}
metric slow = http.latency(checkout, p99)

checklist reachable "Reachable" (service : service, times : count = 3) {
  check answers "It answers" {
    run health `curl -fsS "https://$SERVICE.example.com/health?ns=$SERVICE_NAMESPACE"` reads-only within 10s
  }
}

phase prepare "Preparation" at T-1h takes 20m by lead {
  check reviewed "The change of {migrate} is reviewed"
  check tested "All tests pass"
  include reachable(checkout)
}

phase rollout "Rollout" at 09:00 after prepare {
  run deploy "Start it" `kubectl apply -n $CHECKOUT_NAMESPACE -f canary.yaml`
    undo `kubectl delete -f canary.yaml`
  shift checkout to 25%
  hold watch-it 15m while error-rate < 0.5%, slow < 200ms {
    check logs "Logs are clean"
  }
  include common.smoke
  shift checkout to 100%
  notify ops "Live, see https://grafana.example.com/d/1."
}

phase clean "Clean up" takes 10m {
  check gone "The old pods are gone"
}

severity critical "Roll back at once" {
  when error-rate > 5%
  then rollback quick, page lead
}

rollback quick "Quick rollback" within 5m {
  check errors "Errors are gone" error-rate < 0.5%
}

success {
  require error-rate < 0.1% over 24h
}

test "a bad canary rolls back" {
  given error-rate = 7% from rollout
  expect rollback quick within 1m
}
"##;

/// What the spec brings in.
pub const COMMON: &str = r#"edition 2026

# Looks from outside.
checklist smoke "Smoke" {
  check home "The home page opens"
  include inner
}

checklist inner "Inner" {
  check deep "It works inside"
}
"#;

/// A client with both files, the spec open.
pub fn opened() -> client::Client {
    let mut client = client::Client::new();
    {
        let mut files = client.files.texts.lock().expect("no panic");
        files.insert("/project/common.deploy".to_owned(), COMMON.to_owned());
        files.insert("/project/checkout.deploy".to_owned(), SPEC.to_owned());
    }
    client.open("checkout.deploy", SPEC);
    client
}
