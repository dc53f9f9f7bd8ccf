//! In: nothing. Out: the text of the standard library's modules. Knows nothing of the language.

/// The modules by name, sorted: `http` is what `use std/http` brings in.
pub const MODULES: &[(&str, &str)] = &[
    ("cache", include_str!("../stdlib/cache.deploy")),
    ("checklists", include_str!("../stdlib/checklists.deploy")),
    ("database", include_str!("../stdlib/database.deploy")),
    ("helm", include_str!("../stdlib/helm.deploy")),
    ("http", include_str!("../stdlib/http.deploy")),
    (
        "ingress-nginx",
        include_str!("../stdlib/ingress-nginx.deploy"),
    ),
    ("istio", include_str!("../stdlib/istio.deploy")),
    ("kubernetes", include_str!("../stdlib/kubernetes.deploy")),
    ("linkerd", include_str!("../stdlib/linkerd.deploy")),
    (
        "opentelemetry",
        include_str!("../stdlib/opentelemetry.deploy"),
    ),
    ("queue", include_str!("../stdlib/queue.deploy")),
    ("rollout", include_str!("../stdlib/rollout.deploy")),
    ("traefik", include_str!("../stdlib/traefik.deploy")),
];

/// The text of a module; nothing where there is none of this name.
pub fn module(name: &str) -> Option<&'static str> {
    MODULES
        .binary_search_by_key(&name, |(name, _)| name)
        .ok()
        .map(|index| MODULES[index].1)
}
