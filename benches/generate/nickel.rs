//! The same items as records of Nickel with contracts, to compare with `nickel typecheck`.

use std::fmt::Write;

/// A file of about `items` items: what `generate::spec` says, as it is written in Nickel.
pub fn nickel(items: usize) -> String {
    let blocks = (items / 10).max(1);
    let mut out = String::with_capacity(items * 260);
    out.push_str(HEAD);
    for block in 0..blocks {
        let _ = write!(
            out,
            r##"  svc-{block} | Service = {{
    title = "Service {block}",
    namespace = "prod",
    workload = "deployment/svc-{block}",
    replicas = 4,
    traffic = "svc-{block}",
  }},

  errors-{block} | Metric = {{
    title = "Error rate of service {block}",
    unit = 'percent,
    better = 'lower,
    window = "5m",
    query = m%"sum(rate(http_requests_total{{service="svc-{block}", status=~"5.."}}[$window])) / sum(rate(http_requests_total{{service="svc-{block}"}}[$window]))"%,
  }},

  latency-p95-{block} | Metric = {{
    title = "Latency of service {block}",
    unit = 'duration,
    better = 'lower,
  }},

  # ---------------------------------------------------------------- service {block}

  prepare-{block} | Phase = {{
    title = "Prepare service {block}",
    by = lead,
    takes = "10m",
    steps = [
      {{ title = "The change of service {block} is reviewed" }},
      {{
        title = "All tests pass",
        steps = [
          {{ title = "Run them", run = "make -C services/{block} test", reads_only = true, within = "10m" }},
        ],
      }},
      {{
        title = "Access",
        steps = [
          {{ title = "Secrets are in place" }},
          {{ title = "Names resolve" }},
        ],
      }},
      {{ title = "Build", record = "text" }},
      {{ notify = "Service {block} begins" }}, # told once
    ],
  }},

  go-{block} | Gate = {{
    title = "Go or no-go for service {block}",
    require = [
      {{ metric = errors-{block}, below = 0.01 }},
      {{ metric = latency-p95-{block}, below = 0.4 }},
    ],
    approve = lead,
    otherwise = [
      {{ title = "The cause is known" }},
    ],
  }},

  canary-{block} | Phase = {{
    title = "Canary of service {block}",
    steps = [
      {{
        title = "Deploy it",
        run = m%"
          kubectl apply -k overlays/production/svc-{block} -n prod
          kubectl rollout status deployment/svc-{block} -n prod --timeout=5m
        "%,
        undo = "kubectl rollout undo deployment/svc-{block} -n prod",
      }},
      {{ shift = {{ service = svc-{block}, to = 0.1 }} }},
      {{
        title = "Watch it",
        hold = "15m",
        while = [{{ metric = errors-{block}, below = 0.01 }}, {{ metric = latency-p95-{block}, below = 0.4 }}],
        steps = [{{ title = "The logs are clean" }}],
      }},
      {{ shift = {{ service = svc-{block}, to = 0.5 }} }},
      {{ hold = "15m", while = [{{ metric = errors-{block}, below = 0.01 }}] }},
      {{ shift = {{ service = svc-{block}, to = 1 }} }},
      {{
        title = "It answers",
        run = "curl -f https://svc-{block}.shop.internal/health",
        reads_only = true,
        expect = "ok",
      }},
    ],
  }},

"##
        );
        if block % 10 == 0 {
            let _ = write!(
                out,
                r##"  critical-{block} | Severity = {{
    title = "Roll back",
    when = [
      {{ metric = errors-{block}, above = 0.05 }},
      {{ metric = latency-p95-{block}, above = 2, sustained = "5m" }},
    ],
    rollback = back-{block},
    page = lead,
  }},

  back-{block} | Rollback = {{
    title = "Back to the version before",
    within = "5m",
    steps = [
      {{ run = "kubectl rollout undo deployment/svc-{block} -n prod" }},
      {{ title = "Service {block} serves again" }},
    ],
  }},

"##
            );
        }
    }
    out.push_str("}\n");
    out
}

const HEAD: &str = r##"# Made by a generator; every name is used.
let Role = { title | String, phone | String } in
let Service = { title | String, namespace | String, workload | String, replicas | Number, traffic | String } in
let Metric = { title | String, unit | [| 'percent, 'duration |], better | [| 'lower, 'higher |], window | String | optional, query | String | optional } in
let Condition = { metric | Metric, below | Number | optional, above | Number | optional, sustained | String | optional } in
let Step = { title | String | optional, run | String | optional, undo | String | optional, shift | { service | Service, to | Number } | optional, hold | String | optional, while | Array Condition | optional, steps | Array Dyn | optional, notify | String | optional, record | String | optional, expect | String | optional, within | String | optional, reads_only | Bool | optional } in
let Phase = { title | String, by | Role | optional, takes | String | optional, steps | Array Step } in
let Gate = { title | String, require | Array Condition, approve | Role, otherwise | Array Step } in
let Rollback = { title | String, within | String, steps | Array Step } in
let Severity = { title | String, when | Array Condition, rollback | Rollback, page | Role } in
{
  deployment = { title = "Everything", version = "v1.0.0", starts = "2026-10-26T07:00:00Z", owner = lead, on_failure = back-0 },
  lead | Role = { title = "Lead", phone = "+49 30 5550100" },
"##;
