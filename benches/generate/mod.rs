//! Specs of any size, always the same for the same size: services, metrics, phases with checks,
//! commands, thresholds, holds and gates, severities and rollbacks that refer to each other by name.

use std::fmt::Write;

/// A spec of about `items` items: some eight lines and 160 bytes for each.
pub fn spec(items: usize) -> String {
    let blocks = (items / 10).max(1);
    let mut out = String::with_capacity(items * 170);
    out.push_str(
        "edition 2026\n\n# Made by a generator; every name is used.\n\ndeployment \"Everything\" {\n  version \"v1.0.0\"\n  starts 2026-10-26 07:00 UTC\n  owner lead\n  on failure rollback back-0\n}\n\nrole lead \"Lead\" {\n  contact phone \"+49 30 5550100\"\n}\nchannel ops slack \"#ops\"\n\n",
    );
    for block in 0..blocks {
        let _ = write!(
            out,
            r#"service svc-{block} "Service {block}" {{
  namespace prod
  workload deployment/svc-{block}
  replicas 4 (2..8)
  traffic istio "svc-{block}"
}}

metric errors-{block} "Error rate of service {block}" : percent in ratio {{
  better lower
  window 5m
  prometheus `sum(rate(http_requests_total{{service="svc-{block}", status=~"5.."}}[$window])) / sum(rate(http_requests_total{{service="svc-{block}"}}[$window]))`
}}

metric latency-p95-{block} "Latency of service {block}" : duration in seconds {{
  better lower
}}

# ---------------------------------------------------------------- service {block}

phase prepare-{block} "Prepare service {block}" by lead takes 10m {{
  check reviewed "The change of service {block} is reviewed"
  check tested "All tests pass" {{
    run tests "Run them" `make -C services/{block} test` reads-only within 10m
  }}
  group access "Access" {{
    check secrets "Secrets are in place"
    check names "Names resolve"
  }}
  record build "Build" as text
  notify ops "Service {block} begins" # told once
}}

gate go-{block} "Go or no-go for service {block}" {{
  require errors-{block} < 1%
  require latency-p95-{block} < 400ms
  approve by lead
  else {{
    check "The cause is known"
    stop
  }}
}}

phase canary-{block} "Canary of service {block}" {{
  run deploy "Deploy it" ```bash
    kubectl apply -k overlays/production/svc-{block} -n prod
    kubectl rollout status deployment/svc-{block} -n prod --timeout=5m
    ```
    undo `kubectl rollout undo deployment/svc-{block} -n prod`
  shift svc-{block} to 10%
  hold watch "Watch it" 15m while errors-{block} < 1%, latency-p95-{block} < 400ms {{
    check "The logs are clean"
  }}
  shift svc-{block} to 50%
  hold 15m while errors-{block} < 1%
  shift svc-{block} to 100%
  check answers "It answers" {{
    run health `curl -f https://svc-{block}.shop.internal/health` reads-only expect "ok"
  }}
}}

"#
        );
        if block % 10 == 0 {
            let _ = write!(
                out,
                r#"severity critical-{block} "Roll back" {{
  when errors-{block} > 5%
  when latency-p95-{block} > 2s for 5m
  then rollback back-{block}, page lead
}}

rollback back-{block} "Back to the version before" within 5m {{
  run undo `kubectl rollout undo deployment/svc-{block} -n prod`
  check "Service {block} serves again"
}}

"#
            );
        }
    }
    out
}
