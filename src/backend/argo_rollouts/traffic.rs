//! What splits the traffic of a service, and which services can have a Rollout.

use crate::backend::Fidelity;
use crate::plan::{Node, Router, Service, Work};

/// How the traffic of a service is split.
pub enum Split {
    Router,
    Replicas,
    /// By a router that Argo Rollouts does not have.
    Unknown(Router),
}

pub fn split(service: &Service) -> Split {
    match service.router() {
        None | Some(Router::None | Router::Kubernetes) => Split::Replicas,
        Some(Router::GatewayApi | Router::Istio | Router::Nginx | Router::Alb) => Split::Router,
        Some(other @ Router::Linkerd) => Split::Unknown(other),
    }
}

/// What becomes of a share of the traffic of a service; `whole` where it is all or nothing.
pub fn share_fidelity(service: &Service, whole: bool) -> Fidelity {
    match split(service) {
        Split::Router => Fidelity::Exact,
        Split::Replicas if whole => Fidelity::Exact,
        Split::Replicas => Fidelity::approximate(
            "without a router the share is that of the pods: see `traffic` of the service",
        ),
        Split::Unknown(router) => Fidelity::refused(format!(
            "Argo Rollouts has no router `{}`: use gateway-api, istio, nginx or alb",
            router.name()
        )),
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
