//! Clean specs, varied: names, figures, times, and which parts there are.

/// Numbers that look random and are the same each time (SplitMix64).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64, number: usize) -> Self {
        Chance(
            seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
                ^ (number as u64).wrapping_mul(0xd1b5_4a32_d192_ed03),
        )
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[(self.next() % all.len() as u64) as usize]
    }

    /// A number below another one.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    pub fn toss(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }
}

/// A spec as lines, some of which have a name by which a fault finds them. `§` marks the line of a
/// fault, and is no part of the text.
pub struct Draft {
    pub lines: Vec<(&'static str, String)>,
    values: Vec<(&'static str, String)>,
}

impl Draft {
    fn line(&mut self, text: &str) {
        self.slot("", text);
    }

    fn slot(&mut self, name: &'static str, text: &str) {
        let text = self.filled(text);
        self.lines.push((name, text));
    }

    /// A text with the values of this draft in it: `{svc}`.
    pub fn filled(&self, text: &str) -> String {
        self.values
            .iter()
            .fold(text.to_owned(), |text, (name, value)| {
                text.replace(name, value)
            })
    }

    /// The text, and the line of the fault, counted from one.
    pub fn text(&self) -> (String, Option<usize>) {
        let mut text = String::new();
        for (_, line) in &self.lines {
            text.push_str(line);
            text.push('\n');
        }
        let marked = text
            .find('§')
            .map(|at| text[..at].matches('\n').count() + 1);
        (text.replace('§', ""), marked)
    }
}

const SERVICES: &[&str] = &[
    "checkout",
    "search",
    "ledger",
    "mailer",
    "catalog",
    "profile-api",
    "billing",
];
const BOXES: &[&str] = &[
    "All tests pass",
    "The change was reviewed by two people",
    "The image is signed and pushed",
    "Release notes are written",
    "The rollback was rehearsed last week",
    "The feature flag is off",
    "Certificates are valid for 30 days",
    "Support knows what will change",
    "The data protection officer has agreed",
];
const LOOKS: &[&str] = &[
    "A user can log in",
    "A user can place an order",
    "Pages have no broken images",
    "The logs show no new error",
    "Mails are delivered",
    "The audit log has an entry",
];

/// A clean spec.
pub fn draft(chance: &mut Chance) -> Draft {
    let service = *chance.of(SERVICES);
    let pass = *chance.of(&["0.1", "0.5", "1", "2"]);
    let bad = *chance.of(&["3", "5", "10"]);
    let fast = *chance.of(&["150", "200", "300", "400"]);
    let slow = *chance.of(&["800", "1000", "1500"]);
    let hold = *chance.of(&["10", "15", "20", "30"]);
    let (first, second) = *chance.of(&[("10", "50"), ("5", "25"), ("25", "50"), ("20", "60")]);
    let day = *chance.of(&["2026-10-27", "2026-11-03", "2027-02-10", "2026-12-01"]);
    let hour = *chance.of(&["07", "09", "10", "13"]);
    let values = vec![
        ("{svc}", service.to_owned()),
        (
            "{ns}",
            chance.of(&["shop", "production", "core"]).to_string(),
        ),
        ("{pass}", pass.to_owned()),
        ("{bad}", bad.to_owned()),
        ("{fast}", fast.to_owned()),
        ("{slow}", slow.to_owned()),
        ("{hold}", hold.to_owned()),
        ("{first}", first.to_owned()),
        ("{second}", second.to_owned()),
        ("{day}", day.to_owned()),
        ("{hour}", hour.to_owned()),
        ("{replicas}", chance.of(&["4", "8", "12", "20"]).to_string()),
        (
            "{version}",
            format!("{}.{}.0", chance.of(&[1, 2, 3]), chance.of(&[0, 1, 4, 7])),
        ),
        ("{box1}", BOXES[0].to_owned()),
    ];
    let mut draft = Draft {
        lines: Vec::new(),
        values,
    };
    let d = &mut draft;
    d.line("edition 2026");
    d.line("");
    d.slot("head", "deployment \"The {svc} service {version}\" {");
    d.slot("version", "  version \"v{version}\"");
    d.slot("starts", "  starts {day} {hour}:00 UTC");
    if chance.toss() {
        d.slot("lasts", "  lasts 2h..4h");
    }
    d.slot("owner", "  owner lead");
    if chance.toss() {
        d.slot("failure", "  on failure rollback quick");
    }
    d.slot("head-end", "}");
    d.line("");
    d.slot(
        "lead",
        "role lead \"Release lead\" { contact slack \"@{svc}-lead\" }",
    );
    d.slot(
        "oncall",
        "role oncall \"On-call engineer\" { contact pagerduty \"{svc}\" }",
    );
    d.slot("channel", "channel ops slack \"#{svc}\"");
    d.slot("declared", "");
    d.slot("service", "service {svc} \"{svc}\" {");
    d.slot("namespace", "  namespace {ns}");
    d.line("  workload deployment/{svc}");
    d.slot("replicas", "  replicas {replicas}");
    d.slot("traffic", "  traffic gateway-api");
    d.line("}");
    d.line("");
    d.slot(
        "errors",
        "metric error-rate \"Error rate\" : percent in ratio {",
    );
    d.slot("better", "  better lower");
    d.slot("window", "  window 5m");
    d.slot("interval", "  interval 30s");
    d.slot(
        "query",
        "  prometheus `sum(rate(http_requests_total{service=\"{svc}\", status=~\"5..\"}[$window])) / sum(rate(http_requests_total{service=\"{svc}\"}[$window]))`",
    );
    d.line("}");
    d.line("");
    d.line("metric latency-p95 \"P95 latency\" : duration in seconds {");
    d.line("  better lower");
    d.line("  window 5m");
    d.slot(
        "latency-query",
        "  prometheus `histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{service=\"{svc}\"}[$window])))`",
    );
    d.line("}");
    d.line("");
    if chance.toss() {
        d.line("phase preparation \"Preparation\" from T-2d to T-1d by lead {");
        let mut boxes: Vec<&str> = BOXES.to_vec();
        for _ in 0..1 + chance.next() % 5 {
            let at = (chance.next() % boxes.len() as u64) as usize;
            d.line(&format!("  check \"{}\"", boxes.remove(at)));
        }
        d.line("}");
        d.line("");
    }
    d.slot(
        "announcement",
        "phase announcement \"Announcement\" at T-4h by oncall {",
    );
    d.slot(
        "notice",
        "  notify ops \"The {svc} service is deployed at {hour}:00 UTC.\"",
    );
    d.line("}");
    d.line("");
    d.slot("before-gate", "");
    d.slot("gate", "gate go \"Go or no-go\" at T-1h {");
    d.slot("gate-errors", "  require error-rate < {pass}%");
    if chance.toss() {
        d.line("  require latency-p95 < {fast}ms");
    }
    d.slot("approve", "  approve by lead");
    d.slot("gate-else", "  else stop");
    d.line("}");
    d.line("");
    d.slot("rollout", "phase rollout \"Rollout\" at T by oncall {");
    d.slot(
        "apply",
        "  run apply \"Start the new version\" `kubectl apply -f k8s/{svc}-canary.yaml -n {ns}`",
    );
    d.slot(
        "undo",
        "    undo `kubectl delete --ignore-not-found -f k8s/{svc}-canary.yaml -n {ns}`",
    );
    d.slot("work", "");
    d.slot("shift-1", "  shift {svc} to {first}%");
    d.slot(
        "hold-1",
        "  hold {hold}m while error-rate < {pass}%, latency-p95 < {fast}ms",
    );
    d.slot("shift-2", "  shift {svc} to {second}%");
    d.slot(
        "hold-2",
        "  hold {hold}m while error-rate < {pass}%, latency-p95 < {fast}ms",
    );
    d.slot("shift-3", "  shift {svc} to 100%");
    d.slot(
        "hold-3",
        "  hold {hold}m while error-rate < {pass}%, latency-p95 < {fast}ms",
    );
    d.line("}");
    d.line("");
    d.slot(
        "validation",
        "phase validation \"Validation\" takes 20m by oncall {",
    );
    d.slot("check", "");
    let mut looks: Vec<&str> = LOOKS.to_vec();
    for _ in 0..1 + chance.next() % 4 {
        let at = (chance.next() % looks.len() as u64) as usize;
        d.line(&format!("  check \"{}\"", looks.remove(at)));
    }
    d.slot("final", "  check errors \"Errors\" error-rate < {pass}%");
    d.line("}");
    d.line("");
    if chance.toss() {
        d.line("monitor first-day \"The first day\" from T+4h to T+24h by oncall {");
        d.line("  every 1h {");
        d.line("    watch error-rate, latency-p95");
        d.line("  }");
        d.line("}");
        d.line("");
    }
    d.slot("severities", "");
    d.line("severity grave \"Go back\" {");
    d.slot("grave", "  when errors error-rate >= {bad}%");
    d.slot("grave-slow", "  when latency latency-p95 >= {slow}ms");
    d.slot("grave-then", "  then rollback quick, page oncall");
    d.line("}");
    d.line("");
    d.line("severity mild \"Look at it\" {");
    d.slot("mild", "  when errors error-rate in {pass}%..<{bad}%");
    d.slot(
        "mild-slow",
        "  when latency latency-p95 in {fast}ms..<{slow}ms",
    );
    d.slot("mild-then", "  then pause");
    d.line("}");
    d.line("");
    d.slot(
        "rollback",
        "rollback quick \"Quick rollback\" within 5m valid until T+24h by oncall {",
    );
    d.slot("back", "");
    d.slot("status", "  run status \"Wait for its pods\" `kubectl rollout status deployment/{svc} -n {ns} --timeout=4m` reads-only");
    d.slot("verified", "  check \"The version before serves again\"");
    d.line("}");
    d.line("");
    d.slot("end", "");
    if chance.toss() {
        d.slot("success", "success {");
        d.slot("success-errors", "  require error-rate < {pass}% over 24h");
        d.line("  require \"Nobody has reported a problem with it\"");
        d.line("}");
    } else {
        d.slot("success", "success {");
        d.slot("success-errors", "  require error-rate < {pass}% over 24h");
        d.line("}");
    }
    draft
}
