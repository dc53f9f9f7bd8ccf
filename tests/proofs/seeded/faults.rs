//! Kinds of faults: for each the rule that must find it, and what it does to a clean spec.

use super::clean::Draft;

/// What is done to one line of a draft, by its name.
pub enum Edit {
    /// Another text stands there.
    Is(&'static str, &'static str),
    /// It is gone.
    Gone(&'static str),
    /// Lines follow it.
    Then(&'static str, &'static str),
}

use Edit::{Gone, Is, Then};

/// One kind of fault. `§` marks its line.
pub struct Fault {
    pub rule: &'static str,
    pub edits: &'static [Edit],
}

/// Puts a fault into a draft. A line that the draft does not have is left alone.
pub fn apply(fault: &Fault, draft: &mut Draft) {
    for edit in fault.edits {
        let (name, text) = match edit {
            Is(name, text) | Then(name, text) => (*name, draft.filled(text)),
            Gone(name) => (*name, String::new()),
        };
        for (slot, line) in &mut draft.lines {
            if *slot != name {
                continue;
            }
            match edit {
                Is(_, _) => *line = text.clone(),
                Gone(_) => line.clear(),
                Then(_, _) => {
                    line.push('\n');
                    line.push_str(&text);
                }
            }
        }
    }
}

const fn fault(rule: &'static str, edits: &'static [Edit]) -> Fault {
    Fault { rule, edits }
}

/// Every kind.
pub const FAULTS: &[Fault] = &[
    // bands and figures
    fault(
        "band-overlap",
        &[Is("mild", "  when errors error-rate >= {pass}%§")],
    ),
    fault(
        "band-gap",
        &[
            Gone("failure"),
            Gone("gate-else"),
            Is("mild", "  when errors error-rate in 2.5%..<{bad}%§"),
        ],
    ),
    fault(
        "band-boundary",
        &[
            Gone("failure"),
            Gone("gate-else"),
            Gone("mild-slow"),
            Is("grave-slow", "  when latency latency-p95 > {fast}ms§"),
        ],
    ),
    fault(
        "looser-later",
        &[Is("hold-3", "  hold {hold}m while error-rate < 2.5%§")],
    ),
    fault(
        "passes-what-rolls-back",
        &[Is("final", "  check errors \"Errors\" error-rate < 20%§")],
    ),
    fault(
        "bound-mismatch",
        &[Is(
            "final",
            "  check errors \"Errors\" error-rate <= {pass}%§",
        )],
    ),
    fault(
        "polarity",
        &[Then(
            "check",
            "  check \"Errors are few\" error-rate > {pass}%§",
        )],
    ),
    fault(
        "decides-nothing",
        &[Then(
            "check",
            "  check \"There is no error\" error-rate < 0%§",
        )],
    ),
    fault(
        "unchecked-success",
        &[Is(
            "success-errors",
            "  require error-rate < 0.01% over 24h§",
        )],
    ),
    fault(
        "two-figures",
        &[Then(
            "final",
            "  check more \"Errors, again\" error-rate < 0.05%§",
        )],
    ),
    fault(
        "title-says-otherwise",
        &[Is(
            "final",
            "  check errors \"Errors (target: < 7%)\" error-rate < {pass}%§",
        )],
    ),
    fault(
        "none-and-some",
        &[
            Then(
                "declared",
                "metric failed \"Failed requests\" : count of requests { better lower }",
            ),
            Then(
                "success-errors",
                "  require \"No failed request\" failed == 0§",
            ),
        ],
    ),
    fault(
        "empty-baseline",
        &[
            Then(
                "declared",
                "baseline usual \"What is usual\" of {svc} {\n  error-rate < {pass}%\n}",
            ),
            Then("check", "  check \"Latency\" latency-p95 within usual§"),
        ],
    ),
    fault(
        "unchecked-baseline",
        &[Then(
            "declared",
            "baseline usual \"What is usual\" of {svc} {\n  error-rate < 0.01%§\n}",
        )],
    ),
    fault(
        "quiet-alert",
        &[
            Then(
                "declared",
                "metric restarts \"Restarts\" : count of restarts { better lower }\nmetric restart-rate \"Restarts an hour\" : rate of restarts { better lower }",
            ),
            Then(
                "end",
                "alert restarts when restart-rate > 1/h then page oncall§",
            ),
            Then("success-errors", "  require restarts == 0 over 24h"),
        ],
    ),
    fault(
        "no-percentile",
        &[
            Then(
                "declared",
                "metric latency \"Latency\" : duration in seconds { better lower }",
            ),
            Then("check", "  check \"It is fast\" latency < 100ms§"),
        ],
    ),
    fault(
        "mixed-units",
        &[
            Then(
                "declared",
                "metric cpu \"CPU usage\" : percent in ratio { better lower }",
            ),
            Then(
                "check",
                "  check \"Processors\" cpu < 70%\n  record cpu \"CPU usage\" in millicores§",
            ),
        ],
    ),
    // times
    fault(
        "overlap",
        &[Is(
            "validation",
            "phase validation \"Validation\" at T+10m by oncall {§",
        )],
    ),
    fault(
        "does-not-fit",
        &[
            Is(
                "validation",
                "phase validation \"Validation\" takes 5m by oncall {§",
            ),
            Then("check", "  hold 20m"),
        ],
    ),
    fault(
        "due-too-early",
        &[Is(
            "announcement",
            "phase announcement \"Announcement\" at T-4h due T-5h by oncall {§",
        )],
    ),
    fault(
        "not-as-named",
        &[Is(
            "announcement",
            "phase announcement \"24 hours before\" at T-14h by oncall {§",
        )],
    ),
    fault("no-zone", &[Is("starts", "  starts {day} {hour}:00§")]),
    fault(
        "no-start",
        &[
            Gone("starts"),
            Is("head", "deployment \"The {svc} service {version}\" {§"),
        ],
    ),
    fault(
        "hold-too-short",
        &[
            Is("window", "  window 1h"),
            Is("hold-1", "  hold {hold}m while error-rate < {pass}%§"),
        ],
    ),
    fault(
        "rollback-expires",
        &[
            Is(
                "rollback",
                "rollback quick \"Quick rollback\" within 5m valid until T+1h by oncall {§",
            ),
            Then(
                "end",
                "monitor night \"The night\" from T+4h to T+12h {\n  every 1h {\n    watch error-rate\n  }\n}",
            ),
        ],
    ),
    fault(
        "frozen",
        &[
            Then(
                "declared",
                "freeze day \"The day\" from {day} to 2027-12-31",
            ),
            Is("rollout", "phase rollout \"Rollout\" at T by oncall {§"),
        ],
    ),
    fault(
        "few-samples",
        &[
            Is("interval", "  interval 3m"),
            Is("grave", "  when errors error-rate >= {bad}% for 5m§"),
        ],
    ),
    fault(
        "told-too-late",
        &[Then(
            "declared",
            "phase early \"Early\" at T-5h by oncall {\n  run early \"Change the schema\" `./migrate.sh up`§\n    undo `./migrate.sh down`\n}",
        )],
    ),
    fault(
        "which-day",
        &[Then(
            "end",
            "phase days \"Days after\" from 2027-12-01 to 2027-12-03 {\n  phase noon \"At noon\" at 12:00 {§\n    check \"Somebody has looked at the bill\"\n  }\n}",
        )],
    ),
    fault(
        "cycle",
        &[Then(
            "end",
            "phase one \"One\" after two {§\n  check \"One is done\"\n}\nphase two \"Two\" after one {\n  check \"Two is done\"\n}",
        )],
    ),
    // ways back
    fault(
        "rollback-without-trigger",
        &[Then(
            "end",
            "rollback spare \"Spare\" within 5m {§\n  check \"The spare version serves\"\n}",
        )],
    ),
    fault(
        "empty-rollback",
        &[
            Is(
                "rollback",
                "rollback quick \"Quick rollback\" within 5m valid until T+24h by oncall {§",
            ),
            Gone("status"),
            Gone("verified"),
        ],
    ),
    fault(
        "unverified-rollback",
        &[
            Is(
                "rollback",
                "rollback quick \"Quick rollback\" within 5m valid until T+24h by oncall {§",
            ),
            Is(
                "status",
                "  run undo \"Go back\" `kubectl rollout undo deployment/{svc} -n {ns}`",
            ),
            Gone("verified"),
        ],
    ),
    fault(
        "irreversible-without-approval",
        &[
            Is("approve", "  require \"The team has agreed\" by lead"),
            Then(
                "work",
                "  run drop \"Drop the old table\" `./drop-table.sh` irreversible \"the data is gone\"§",
            ),
        ],
    ),
    fault(
        "slower-than-rto",
        &[Then("declared", "objective rto \"Back within\" < 2m§")],
    ),
    fault(
        "backup-too-rare",
        &[Then(
            "declared",
            "objective rpo \"At most this is lost\" < 1h\nbackup database \"Snapshots\" every 6h keep 30d§",
        )],
    ),
    fault(
        "rto-unproven",
        &[
            Then("declared", "objective rto \"Back within\" < 4h§"),
            Then(
                "end",
                "procedure restore \"Restore the database\" {\n  check \"The dump is loaded\"\n}",
            ),
        ],
    ),
    fault(
        "rollback-partial",
        &[
            Gone("undo"),
            Then(
                "back",
                "  run back \"Go back\" `kubectl rollout undo deployment/{svc} -n {ns}`",
            ),
            Is(
                "rollback",
                "rollback quick \"Quick rollback\" within 5m valid until T+24h by oncall {§",
            ),
        ],
    ),
    fault(
        "partly-verified",
        &[Then(
            "back",
            "  run one \"Go back\" `kubectl rollout undo deployment/{svc} -n {ns}`\n  run two \"The worker too\" `kubectl rollout undo deployment/{svc}-worker -n {ns}`§",
        )],
    ),
    fault(
        "other-target",
        &[
            Then(
                "work",
                "  run image \"New image\" `kubectl set image deployment/{svc} app={svc}:v2 -n {ns}`\n    undo `kubectl rollout undo deployment/{svc} -n {ns}`",
            ),
            Then(
                "back",
                "  run back \"Go back\" `kubectl rollout undo deployment/frontend-old -n {ns}`§",
            ),
        ],
    ),
    fault(
        "nothing-to-return-to",
        &[
            Then(
                "work",
                "  run install \"Install\" `helm install {svc} ./chart -n {ns}`\n    undo `helm uninstall {svc} -n {ns}`",
            ),
            Then(
                "back",
                "  run back \"Go back\" `helm rollback {svc} -n {ns}`§",
            ),
        ],
    ),
    fault(
        "backup-never-used",
        &[Then(
            "work",
            "  run dump \"Dump\" `pg_dump --format=custom --file=before.dump {svc}` idempotent§",
        )],
    ),
    fault(
        "lossy-restore",
        &[Then(
            "back",
            "  run restore \"Restore\" `pg_restore --clean --dbname={svc} before.dump`§",
        )],
    ),
    fault(
        "stale-backup",
        &[Then(
            "work",
            "  run backup \"Back up\" `./backup.sh production` idempotent§\n  run rehearse \"Rehearse\" `./migrate.sh staging`\n    undo `./migrate.sh staging --down`\n  run migrate \"Migrate\" `./migrate.sh production`\n    undo `./migrate.sh production --down`",
        )],
    ),
    fault(
        "fixed-revision",
        &[Then(
            "back",
            "  run back \"Go back\" `kubectl rollout undo deployment/{svc} -n {ns} --to-revision=3`§",
        )],
    ),
    // traffic
    fault(
        "share-not-growing",
        &[Is("shift-2", "  shift {svc} to {first}%§")],
    ),
    fault("not-all-traffic", &[Is("shift-3", "  shift {svc} to 90%§")]),
    fault(
        "share-by-replicas",
        &[
            Is("replicas", "  replicas 4"),
            Is("traffic", "  traffic none"),
            Is("shift-1", "  shift {svc} to 3%§"),
        ],
    ),
    fault(
        "scaled-by-hand",
        &[
            Is("replicas", "  replicas {replicas} (3..30)"),
            Then("work", "  scale {svc} to 5 pods§"),
        ],
    ),
    fault(
        "no-router",
        &[Gone("traffic"), Is("shift-1", "  shift {svc} to {first}%§")],
    ),
    fault("no-bake", &[Is("hold-3", "  switch {svc} to green§")]),
    // people
    fault(
        "nobody-decides",
        &[
            Gone("owner"),
            Is("gate-errors", "  require \"The figures are good enough\""),
            Gone("approve"),
            Is("gate", "gate go \"Go or no-go\" at T-1h {§"),
        ],
    ),
    fault(
        "same-person",
        &[Is("approve", "  approve by lead, oncall not by lead§")],
    ),
    fault(
        "no-action",
        &[Then("end", "alert silent when error-rate > {bad}%§")],
    ),
    fault(
        "no-trigger",
        &[Then(
            "end",
            "severity idle \"Idle\" {§\n  then page oncall\n}",
        )],
    ),
    fault(
        "unreachable",
        &[
            Is("oncall", "role oncall \"On-call engineer\""),
            Is("grave-then", "  then rollback quick, page oncall§"),
        ],
    ),
    fault(
        "slow-channel",
        &[
            Is("channel", "channel ops email \"{svc}@shop.internal\""),
            Then(
                "end",
                "escalation {\n  critical \"Down\" to oncall after 1m via phone\n}\nalert late when error-rate > {bad}% then notify ops§",
            ),
        ],
    ),
    // commands
    fault(
        "shell-syntax",
        &[Then(
            "work",
            "  run echo \"Say it\" `echo 'not closed` idempotent§",
        )],
    ),
    fault(
        "endless-command",
        &[Then(
            "work",
            "  run logs \"The log is clean\" `kubectl logs -f deployment/{svc} -n {ns}` reads-only§",
        )],
    ),
    fault(
        "interactive-command",
        &[Then(
            "work",
            "  run sh \"The disk has room\" `kubectl exec -it deployment/{svc} -n {ns} -- df -h /` reads-only§",
        )],
    ),
    fault(
        "names-nothing",
        &[Then(
            "work",
            "  run restart \"Restart\" `kubectl rollout restart -n {ns}` idempotent§",
        )],
    ),
    fault(
        "not-repeatable",
        &[Then(
            "work",
            "  run make \"Make a config map\" `kubectl create configmap flags --from-file=flags.yaml -n {ns}`§\n    undo `kubectl delete configmap flags -n {ns}`",
        )],
    ),
    fault(
        "placeholder",
        &[Then(
            "work",
            "  run pod \"The pod is old\" `kubectl describe pod <pod> -n {ns}` reads-only§",
        )],
    ),
    fault(
        "undeclared-variable",
        &[Then(
            "work",
            "  run push \"Push\" `./push.sh \"$RELEASE_BUCKET\"` idempotent§",
        )],
    ),
    fault(
        "alternatives-in-sequence",
        &[Then(
            "work",
            "  run a \"Option A: by hand\" `./by-hand.sh` idempotent\n  run b \"Option B: by script\" `./by-script.sh` idempotent§",
        )],
    ),
    fault(
        "wrong-environment",
        &[Then(
            "work",
            "  run overlay \"Apply\" `kubectl apply -k overlays/staging -n {ns}`§\n    undo `kubectl delete --ignore-not-found -k overlays/staging -n {ns}`",
        )],
    ),
    fault(
        "never-fails",
        &[Then(
            "check",
            "  run ask \"It answers\" `curl https://{svc}.internal/health` reads-only§",
        )],
    ),
    fault(
        "secret-in-sight",
        &[
            Then("declared", "secret api-key"),
            Then(
                "work",
                "  run login \"Log in\" `./login --key \"$API_KEY\"` idempotent§",
            ),
        ],
    ),
    fault(
        "short-wait",
        &[Then(
            "work",
            "  run wait \"Wait\" `kubectl wait --for=condition=ready pod -l app={svc} -n {ns}` reads-only§",
        )],
    ),
    fault(
        "outage",
        &[Then(
            "back",
            "  run kill \"Stop the bad pods\" `kubectl delete pods -l app={svc} -n {ns}`§",
        )],
    ),
    fault(
        "example-host",
        &[Then(
            "check",
            "  run ask \"It answers\" `curl -f https://{svc}.example.com/` reads-only§",
        )],
    ),
    fault(
        "no-namespace",
        &[Then(
            "work",
            "  run restart \"Restart\" `kubectl rollout restart deployment/{svc}` idempotent§",
        )],
    ),
    fault(
        "not-compressed",
        &[Then(
            "work",
            "  run dump \"Dump\" `pg_dump {svc} > before.sql.gz` idempotent§",
        )],
    ),
    fault(
        "http-and-https",
        &[Then(
            "check",
            "  run ask \"It answers\" `curl -f http://{svc}.internal/` reads-only§\n  run again \"It answers by https\" `curl -f https://{svc}.internal/` reads-only",
        )],
    ),
    fault(
        "staging-differs",
        &[Then(
            "before-gate",
            "phase staging \"Staging\" at T-3h by oncall {\n  run staging \"Deploy to staging\" `helm upgrade --install {svc} ./chart -n staging`§\n    undo `helm rollback {svc} -n staging`\n}",
        )],
    ),
    fault(
        "only-health",
        &[Then(
            "check",
            "  run order \"Test an order\" `curl -f https://{svc}.internal/health` reads-only§",
        )],
    ),
    fault(
        "unjudged",
        &[Then(
            "work",
            "  run pods \"The pods\" `kubectl get pods -n {ns}` reads-only§",
        )],
    ),
    // words and readiness
    fault(
        "vague",
        &[Then("check", "  check \"Resource usage is acceptable\"§")],
    ),
    fault(
        "open-blank",
        &[Is(
            "lead",
            "role lead \"Release lead\" { person \"[Name]\" }§",
        )],
    ),
    fault(
        "undefined-condition",
        &[Then(
            "check",
            "  check \"The cache is warmed\" if \"applicable\"§",
        )],
    ),
    fault(
        "said-twice",
        &[Then(
            "check",
            "  check \"The invoices are printed\"\n  check \"Invoices printed, the\"\n  check \"Paper invoices are printed twice\"\n  check \"Printed twice are paper invoices\"§",
        )],
    ),
    fault(
        "order-in-words",
        &[Then(
            "check",
            "  check \"Roll back to the version before\"§",
        )],
    ),
    fault(
        "not-ready",
        &[
            Then("owner", "  status ready§"),
            Then(
                "end",
                "reference {\n  file \"Runbook\" \"docs/runbook.md\" status \"to be created\"\n}",
            ),
        ],
    ),
    fault(
        "status-contradicts",
        &[Is(
            "validation",
            "phase validation \"Validation\" takes 20m by oncall status done {§",
        )],
    ),
    fault(
        "done-too-early",
        &[Is(
            "final",
            "  check errors \"Errors\" error-rate < {pass}% done§",
        )],
    ),
    fault(
        "success-too-early",
        &[
            Then("check", "  check \"Deployment considered successful\"§"),
            Then(
                "end",
                "phase verdict \"Verdict\" at T+24h by lead {\n  check \"Ready to declare success\"\n}",
            ),
        ],
    ),
    fault(
        "reference-missing",
        &[Then(
            "end",
            "reference {\n  file \"Runbook\" \"docs/runbook.md\" status \"to be created\"§\n}",
        )],
    ),
    // platforms and queries
    fault(
        "never-by-itself",
        &[Then(
            "back",
            "  note \"If readiness fails, Kubernetes rolls back by itself.\"§",
        )],
    ),
    fault(
        "manifest-in-note",
        &[Then(
            "work",
            "  note \"\"\"§\n    ```yaml\n    kind: Service\n    spec:\n      type: NodePort\n    ```\n    \"\"\"",
        )],
    ),
    fault(
        "local-image",
        &[Then(
            "work",
            "  run image \"The image is there\" `docker images | grep {svc}` reads-only§",
        )],
    ),
    fault(
        "blocks-everybody",
        &[Then(
            "work",
            "  run save \"Save\" `redis-cli -h cache SAVE` idempotent§",
        )],
    ),
    fault(
        "forced-delete",
        &[Then(
            "work",
            "  run kill \"Kill one\" `kubectl delete pod {svc}-0 -n {ns} --force` idempotent§",
        )],
    ),
    fault(
        "query-syntax",
        &[Is(
            "query",
            "  prometheus `sum(rate(http_requests_total[$window])`§",
        )],
    ),
    fault(
        "query-unit",
        &[Is(
            "query",
            "  prometheus `sum(rate(http_requests_total{status=~\"5..\"}[$window]))`§",
        )],
    ),
    fault(
        "short-window",
        &[
            Is("window", ""),
            Is(
                "query",
                "  prometheus `sum(rate(a_total[30s])) / sum(rate(b_total[30s]))`§",
            ),
        ],
    ),
    fault(
        "quantile-range",
        &[Is(
            "latency-query",
            "  prometheus `histogram_quantile(95, sum by (le) (rate(x_seconds_bucket[$window])))`§",
        )],
    ),
    fault(
        "wrong-function",
        &[Is(
            "latency-query",
            "  prometheus `histogram_quantile(0.95, sum(rate(x_seconds_bucket[$window])))`§",
        )],
    ),
    fault(
        "many-series",
        &[Is(
            "query",
            "  prometheus `rate(a_total[$window]) / rate(b_total[$window])`§",
        )],
    ),
    fault(
        "fixed-window",
        &[
            Is(
                "query",
                "  prometheus `sum(rate(a_total[5m])) / sum(rate(b_total[5m]))`",
            ),
            Is("success-errors", "  require error-rate < {pass}% over 24h§"),
        ],
    ),
    fault(
        "nobody-told",
        &[Then(
            "end",
            "alert silent when error-rate > {bad}% then \"Investigate\"§",
        )],
    ),
    fault(
        "other-strategy",
        &[
            Then(
                "declared",
                "message begin \"We begin\" {§\n  body \"A blue-green deployment begins.\"\n}",
            ),
            Then("notice", "  notify ops with begin"),
        ],
    ),
    fault(
        "prepared-too-late",
        &[Then("check", "  check \"Alerting is set up\"§")],
    ),
    fault(
        "url-glob",
        &[Then(
            "check",
            "  run ask \"There are no errors\" `curl -f 'http://prometheus:9090/api/v1/query?query=up{job=\"x\"}'` reads-only§",
        )],
    ),
    fault(
        "outside-window",
        &[Then(
            "end",
            "phase after \"After\" from T+6h to T+8h {\n  phase first \"First look\" at T+5h {§\n    check \"The dashboards are open\"\n  }\n}",
        )],
    ),
    fault(
        "less-than-named",
        &[Then(
            "end",
            "phase verified \"Verified\" at T+3h {\n  check \"6-hour validation done\"§\n}",
        )],
    ),
    fault(
        "no-way-back",
        &[
            Is(
                "rollback",
                "rollback quick \"Quick rollback\" within 5m valid until T+5m by oncall {",
            ),
            Is("shift-2", "  shift {svc} to {second}%§"),
        ],
    ),
    fault(
        "misspelt",
        &[Then(
            "work",
            "  run first \"Look\" `kubectl get nodes --context cluster-europe` reads-only\n  run second \"Look again\" `kubectl top nodes --context cluster-europe` reads-only\n  run third \"And again\" `kubectl get nodes --context cluster-eurpoe` reads-only§",
        )],
    ),
    fault(
        "not-captured",
        &[Then(
            "work",
            "  choose way \"Which way\" {\n    option one \"One\" {\n      run make \"Make\" `make-one {svc}` idempotent capture made\n    }\n    option two \"Two\" {\n      run other \"Other\" `make-two {svc}` idempotent\n    }\n  }\n  run use \"Use\" `use-it \"$MADE\"` idempotent§",
        )],
    ),
    fault(
        "not-captured",
        &[Then(
            "work",
            "  run use \"Go back\" `use-it \"$PREVIOUS\"` idempotent§\n  record previous \"The revision that serves\" as text",
        )],
    ),
    fault(
        "values-dropped",
        &[Then(
            "work",
            "  run all \"Install\" `helm upgrade --install {svc} ./chart -n {ns} -f values.yaml --set=image.tag=7`\n    undo `helm rollback {svc} -n {ns}`\n  run more \"More of it\" `helm upgrade {svc} ./chart -n {ns} --set canary.weight=50`§\n    undo `helm rollback {svc} -n {ns}`",
        )],
    ),
    fault(
        "other-kind",
        &[Then(
            "declared",
            "service store \"Store\" {\n  namespace {ns}\n  workload statefulset/store\n}\nmetric stores \"Stores that are there\" : count of stores {§\n  better higher\n  prometheus `sum(kube_deployment_status_replicas_ready{namespace=\"{ns}\", deployment=\"store\"})`\n}",
        )],
    ),
    fault(
        "not-awaited",
        &[Then(
            "work",
            "  run job \"Migrate\" `kubectl create job migrate --image=x -n {ns}` idempotent\n  run log \"The log is clean\" `kubectl logs job/migrate -n {ns}` reads-only§",
        )],
    ),
    fault(
        "rehearsed-afterwards",
        &[Then(
            "work",
            "  run one \"Migrate\" `./migrate.sh production`\n    undo `./migrate.sh production --down`\n  run two \"Rehearse\" `./migrate.sh staging`§\n    undo `./migrate.sh staging --down`",
        )],
    ),
    fault(
        "never-deployed",
        &[
            Then(
                "declared",
                "service helper \"Helper\" {§\n  namespace {ns}\n  workload deployment/helper\n}",
            ),
            Then("check", "  check \"The helper has room\" helper-cpu < 80%"),
            Then(
                "severities",
                "metric helper-cpu \"CPU of the helper\" : percent in ratio { better lower }\nbaseline helper \"Helper\" of helper { helper-cpu < 80% }",
            ),
        ],
    ),
    fault(
        "idle",
        &[
            Is("lasts", "  lasts 6h..8h"),
            Is(
                "shift-3",
                "}\n\nphase late \"Late\" at T+4h by oncall {§\n  shift {svc} to 100%",
            ),
        ],
    ),
    fault(
        "before-start",
        &[Is("rollout", "phase rollout \"Rollout\" by oncall {§")],
    ),
    // names and dimensions
    fault(
        "unknown-name",
        &[Is("shift-2", "  shift {svc}x to {second}%§")],
    ),
    fault(
        "duplicate-name",
        &[Then("declared", "channel ops slack \"#other\"§")],
    ),
    fault(
        "unused",
        &[Then("declared", "metric spare \"Spare\" : count of pods§")],
    ),
    fault(
        "dimension",
        &[Is("final", "  check errors \"Errors\" error-rate < 5m§")],
    ),
    fault(
        "unknown-word",
        &[Is("final", "  chekc \"Errors are few\"§")],
    ),
];
