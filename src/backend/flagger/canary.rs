//! The objects: whom to tell, what to measure, then the Canaries that name them.

use serde_json::{Map, Value, json};

use crate::backend::kubernetes::{dns_label, object};
use crate::backend::one_line;
use crate::plan::{Plan, Work};

use super::people;
use super::way::{Gate, Way, Ways};

/// The version of Flagger's objects.
const API: &str = "flagger.app/v1beta1";

/// Where Prometheus answers.
const PROMETHEUS: &str = "http://prometheus.monitoring.svc:9090";

/// Where gates are asked: Flagger's load tester, under the name of its chart.
const GATES: &str = "http://flagger-loadtester.flagger-system.svc/gate/check";

/// The port of a service where nothing is said.
const PORT: u16 = 80;

/// All objects of a plan, in the order in which they can be applied.
pub fn objects(plan: &Plan, ways: &Ways<'_>) -> Vec<Value> {
    let mut objects = Vec::new();
    for way in ways
        .all
        .iter()
        .filter(|way| way.blue_green || !way.stops.is_empty())
    {
        let namespace = way.service.namespace.as_deref();
        let nodes: Vec<&str> = way.nodes.iter().map(String::as_str).collect();
        for told in people::told(plan) {
            let name = dns_label(&format!("{}-{}", way.service.name, told.channel.name));
            let spec = people::alert_provider(told.channel, told.kind);
            objects.push(object(
                plan,
                API,
                "AlertProvider",
                &name,
                namespace,
                &told.nodes,
                spec,
            ));
        }
        for asked in &way.asked {
            let nodes: Vec<&str> = asked.nodes.iter().map(String::as_str).collect();
            let spec = json!({
                "provider": { "type": "prometheus", "address": PROMETHEUS },
                "query": asked.look.query,
            });
            objects.push(object(
                plan,
                API,
                "MetricTemplate",
                &asked.template,
                namespace,
                &nodes,
                spec,
            ));
        }
        let name = target(way).1;
        objects.push(object(
            plan,
            API,
            "Canary",
            name,
            namespace,
            &nodes,
            canary(plan, way),
        ));
    }
    objects
}

/// The kind and the name of what runs a service.
fn target<'a>(way: &Way<'a>) -> (&'static str, &'a str) {
    let workload = way.service.workload.as_deref().unwrap_or_default();
    let (kind, name) = workload.split_once('/').unwrap_or(("", workload));
    match kind {
        "daemonset" => ("DaemonSet", name),
        _ => ("Deployment", name),
    }
}

fn canary(plan: &Plan, way: &Way<'_>) -> Value {
    let (kind, name) = target(way);
    let mut spec = Map::new();
    spec.insert("provider".to_owned(), json!(way.provider));
    spec.insert(
        "targetRef".to_owned(),
        json!({ "apiVersion": "apps/v1", "kind": kind, "name": name }),
    );
    let names = way
        .service
        .traffic
        .as_ref()
        .map_or(&[][..], |traffic| &traffic.names);
    if way.provider == "nginx" {
        let ingress = names
            .first()
            .map_or_else(|| dns_label(&way.service.name), String::clone);
        spec.insert(
            "ingressRef".to_owned(),
            json!({ "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "name": ingress }),
        );
    }
    let mut service = Map::new();
    if dns_label(&way.service.name) != name {
        service.insert("name".to_owned(), json!(dns_label(&way.service.name)));
    }
    service.insert("port".to_owned(), json!(way.service.port.unwrap_or(PORT)));
    spec.insert("service".to_owned(), Value::Object(service));
    spec.insert("analysis".to_owned(), analysis(plan, way));
    Value::Object(spec)
}

fn analysis(plan: &Plan, way: &Way<'_>) -> Value {
    let namespace = way.service.namespace.as_deref();
    let reference = |name: &str| {
        let mut reference = Map::new();
        reference.insert("name".to_owned(), json!(name));
        if let Some(namespace) = namespace {
            reference.insert("namespace".to_owned(), json!(namespace));
        }
        Value::Object(reference)
    };
    let mut analysis = Map::new();
    analysis.insert("interval".to_owned(), json!(way.look()));
    analysis.insert("threshold".to_owned(), json!(1));
    if way.blue_green {
        let looks = (way.before + way.interval() - 1) / way.interval();
        analysis.insert("iterations".to_owned(), json!(looks.max(1)));
    } else {
        analysis.insert("stepWeights".to_owned(), json!(way.weights()));
    }
    let metrics: Vec<Value> = way
        .asked
        .iter()
        .map(|asked| {
            json!({
                "name": asked.name,
                "templateRef": reference(&asked.template),
                "thresholdRange": asked.look.range,
            })
        })
        .collect();
    if !metrics.is_empty() {
        analysis.insert("metrics".to_owned(), json!(metrics));
    }
    let webhooks: Vec<Value> = way.gates.iter().map(|gate| webhook(way, gate)).collect();
    if !webhooks.is_empty() {
        analysis.insert("webhooks".to_owned(), json!(webhooks));
    }
    let alerts: Vec<Value> = people::told(plan)
        .into_iter()
        .map(|told| {
            let provider = format!("{}-{}", way.service.name, told.channel.name);
            json!({
                "name": dns_label(&told.channel.name),
                "severity": told.severity,
                "providerRef": reference(&dns_label(&provider)),
            })
        })
        .collect();
    if !alerts.is_empty() {
        analysis.insert("alerts".to_owned(), json!(alerts));
    }
    Value::Object(analysis)
}

/// A gate, as Flagger asks for it: before each step, or before the new version is copied over.
fn webhook(way: &Way<'_>, gate: &Gate<'_>) -> Value {
    let roles = match &gate.node.work {
        Work::Approve { roles, .. } => roles.join(", "),
        _ => String::new(),
    };
    let mut metadata = Map::new();
    metadata.insert("node".to_owned(), json!(gate.node.id));
    metadata.insert("approvers".to_owned(), json!(one_line(&roles)));
    let kind = match way.closes_at(gate) {
        None => "confirm-promotion",
        Some(weight) => {
            metadata.insert("weight".to_owned(), json!(weight.to_string()));
            "confirm-traffic-increase"
        }
    };
    json!({
        "name": dns_label(&gate.node.id),
        "type": kind,
        "url": GATES,
        "metadata": metadata,
    })
}
