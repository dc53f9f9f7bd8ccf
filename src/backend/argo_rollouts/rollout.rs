//! The objects: AnalysisTemplates, then the Rollouts that name them.

use serde_json::{Map, Value, json};

use crate::plan::{Deed, Plan, Router, Service};

use super::analysis::hashes;
use super::course::{Course, Courses, Template};
use super::people;
use super::traffic::{Split, split};
use super::{dns_label, object};

/// Where Prometheus answers, unless an argument says otherwise.
const PROMETHEUS: &str = "http://prometheus.monitoring.svc:9090";

/// All objects of a plan, in the order in which they can be applied.
pub fn objects(plan: &Plan, courses: &Courses<'_>) -> Vec<Value> {
    let mut objects = Vec::new();
    for course in &courses.all {
        if !possible(course.service) {
            continue;
        }
        for template in &course.templates {
            objects.push(analysis_template(plan, course.service, template));
        }
        objects.push(rollout(plan, course));
    }
    objects
}

fn possible(service: &Service) -> bool {
    service
        .workload
        .as_deref()
        .is_some_and(|workload| workload.starts_with("deployment/"))
}

fn analysis_template(plan: &Plan, service: &Service, template: &Template) -> Value {
    let mut args = vec![json!({ "name": "prometheus", "value": PROMETHEUS })];
    let text = Value::Array(template.metrics.clone()).to_string();
    for hash in ["latest-hash", "stable-hash"] {
        if text.contains(&format!("{{{{args.{hash}}}}}")) {
            args.push(json!({ "name": hash }));
        }
    }
    let nodes: Vec<&str> = template.nodes.iter().map(String::as_str).collect();
    object(
        plan,
        "AnalysisTemplate",
        &template.name,
        service.namespace.as_deref(),
        &nodes,
        json!({ "args": args, "metrics": template.metrics }),
    )
}

fn rollout(plan: &Plan, course: &Course<'_>) -> Value {
    let service = course.service;
    let mut spec = Map::new();
    if let Some(replicas) = service
        .replicas
        .as_ref()
        .and_then(|replicas| replicas.value.to_whole())
    {
        spec.insert("replicas".to_owned(), json!(replicas as i64));
    }
    let workload = service.workload.as_deref().unwrap_or_default();
    spec.insert(
        "workloadRef".to_owned(),
        json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "name": workload.strip_prefix("deployment/").unwrap_or(workload),
            "scaleDown": "onsuccess",
        }),
    );
    // Pods that never get ready are a failure, too.
    if plan
        .deployment
        .on_failure
        .iter()
        .any(|action| matches!(action.deed, Deed::Rollback { .. } | Deed::Stop))
    {
        spec.insert("progressDeadlineAbort".to_owned(), json!(true));
    }
    let strategy = if course.blue_green {
        json!({ "blueGreen": blue_green(course) })
    } else {
        json!({ "canary": canary(course) })
    };
    spec.insert("strategy".to_owned(), strategy);
    let nodes: Vec<&str> = course.nodes.iter().map(String::as_str).collect();
    let mut rollout = object(
        plan,
        "Rollout",
        &dns_label(&service.name),
        service.namespace.as_deref(),
        &nodes,
        Value::Object(spec),
    );
    if let Some(annotations) = rollout["metadata"]["annotations"].as_object_mut() {
        annotations.extend(people::annotations(plan));
    }
    rollout
}

fn canary(course: &Course<'_>) -> Value {
    let service = course.service;
    let mut canary = Map::new();
    if matches!(split(service), Split::Router) {
        let name = dns_label(&service.name);
        canary.insert("canaryService".to_owned(), json!(format!("{name}-canary")));
        canary.insert("stableService".to_owned(), json!(format!("{name}-stable")));
        canary.insert("trafficRouting".to_owned(), routing(service));
    }
    if !course.background.is_empty() {
        canary.insert("analysis".to_owned(), background(course));
    }
    canary.insert("steps".to_owned(), json!(course.steps));
    Value::Object(canary)
}

fn background(course: &Course<'_>) -> Value {
    let templates: Vec<Value> = course
        .background
        .iter()
        .map(|name| json!({ "templateName": name }))
        .collect();
    let mut analysis = Map::new();
    analysis.insert("templates".to_owned(), json!(templates));
    // From the first weight on: before it nothing of the new version is asked.
    analysis.insert("startingStep".to_owned(), json!(1));
    let asks_hashes = course
        .templates
        .iter()
        .filter(|template| course.background.contains(&template.name))
        .any(|template| {
            Value::Array(template.metrics.clone())
                .to_string()
                .contains("{{args.latest-hash}}")
        });
    if asks_hashes {
        analysis.insert("args".to_owned(), hashes());
    }
    Value::Object(analysis)
}

fn blue_green(course: &Course<'_>) -> Value {
    let name = dns_label(&course.service.name);
    let mut blue_green = Map::new();
    blue_green.insert("activeService".to_owned(), json!(name));
    blue_green.insert(
        "previewService".to_owned(),
        json!(format!("{name}-preview")),
    );
    blue_green.insert("autoPromotionEnabled".to_owned(), json!(!course.waits));
    let templates = |names: &[String]| {
        let all: Vec<Value> = names
            .iter()
            .map(|name| json!({ "templateName": name }))
            .collect();
        json!({ "templates": all })
    };
    if !course.before.is_empty() {
        blue_green.insert("prePromotionAnalysis".to_owned(), templates(&course.before));
    }
    if !course.after.is_empty() {
        blue_green.insert("postPromotionAnalysis".to_owned(), templates(&course.after));
    }
    Value::Object(blue_green)
}

/// What splits the traffic. Names that the spec does not give are the service's own.
pub fn routing(service: &Service) -> Value {
    let traffic = service.traffic.as_ref();
    let own = dns_label(&service.name);
    let name = traffic
        .and_then(|traffic| traffic.names.first())
        .cloned()
        .unwrap_or(own);
    match service.router() {
        Some(Router::Istio) => json!({ "istio": { "virtualService": { "name": name } } }),
        Some(Router::Nginx) => json!({ "nginx": { "stableIngress": name } }),
        Some(Router::Alb) => {
            json!({ "alb": { "ingress": name, "servicePort": service.port.unwrap_or(80) } })
        }
        // Others are refused: see `traffic::split`.
        Some(Router::GatewayApi | Router::Linkerd | Router::None | Router::Kubernetes) | None => {
            let mut route = Map::new();
            route.insert("httpRoute".to_owned(), json!(name));
            if let Some(namespace) = &service.namespace {
                route.insert("namespace".to_owned(), json!(namespace));
            }
            json!({ "plugins": { "argoproj-labs/gatewayAPI": route } })
        }
    }
}
