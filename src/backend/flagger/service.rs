//! Which services can have a Canary, and what splits their traffic.

use crate::plan::{Router, Service};

/// What splits the traffic, by Flagger's name; the text says why there is none.
pub fn provider(service: &Service, steps: bool) -> Result<&'static str, String> {
    match service.router().unwrap_or(Router::None) {
        Router::GatewayApi => Ok("gatewayapi:v1"),
        Router::Istio => Ok("istio"),
        Router::Nginx => Ok("nginx"),
        Router::Linkerd => Ok("linkerd"),
        Router::None | Router::Kubernetes if !steps => Ok("kubernetes"),
        Router::None | Router::Kubernetes => Err(format!(
            "without a router Flagger can't split traffic: give `{}` one, `traffic gateway-api`",
            service.name
        )),
        other @ Router::Alb => Err(format!(
            "Flagger has no router `{}`: use gateway-api, istio, nginx or linkerd",
            other.name()
        )),
    }
}

/// Why a service can't have a Canary.
pub fn problem(service: &Service) -> Option<String> {
    let kind = |workload: &str| workload.split('/').next().unwrap_or_default().to_owned();
    match service.workload.as_deref() {
        None => Some(format!(
            "nothing says what runs `{0}`: give it a workload, `workload deployment/{0}`",
            service.name
        )),
        Some(workload) if matches!(kind(workload).as_str(), "deployment" | "daemonset") => None,
        Some(workload) => Some(format!(
            "Flagger knows Deployments and DaemonSets, and `{}` is a `{workload}`",
            service.name
        )),
    }
}
