//! What splits the traffic of a service, and which services can have a Rollout.

use crate::plan::{Node, Service, Work};

/// How the traffic of a service is split.
pub enum Split {
    Router,
    Replicas,
    Unknown,
}

pub fn split(service: &Service) -> Split {
    match service
        .traffic
        .as_ref()
        .map(|traffic| traffic.router.as_str())
    {
        None | Some("none" | "replicas" | "kubernetes") => Split::Replicas,
        Some("gateway-api" | "istio" | "nginx" | "alb" | "traefik" | "apisix") => Split::Router,
        Some(_) => Split::Unknown,
    }
}

/// Why a service can't have a Rollout.
pub fn problem(service: &Service) -> Option<String> {
    match service.workload.as_deref() {
        None => Some(format!(
            "nothing says what runs `{0}`: give it a workload, `workload deployment/{0}`",
            service.name
        )),
        Some(workload) if workload.starts_with("deployment/") => None,
        Some(workload) if workload.starts_with("rollout") => Some(format!(
            "the Rollout is made here, and takes its pods from a Deployment: give `{0}` the workload that \
             has them, `workload deployment/{0}`",
            service.name
        )),
        Some(workload) => Some(format!(
            "a Rollout takes the place of a Deployment, and `{}` is a `{workload}`",
            service.name
        )),
    }
}

pub fn moved(node: &Node) -> Option<&str> {
    match &node.work {
        Work::Shift { service, .. } | Work::Switch { service, .. } => Some(service),
        _ => None,
    }
}

pub fn switched_in(top: &Node) -> Option<&str> {
    let first = top.walk().find(|node| moved(node).is_some())?;
    moved(first).filter(|_| matches!(first.work, Work::Switch { .. }))
}
