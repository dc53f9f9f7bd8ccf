//! Reads services: their replicas and how traffic reaches them.

use super::lower::file_scope;
use super::lower::own_name;
use super::settings::Setting;

use super::lower::{Lower, Scope, one_of};
use super::names::Declared;
use super::spec::{Router, Service, Traffic};
use super::values::TYPE;
use crate::blank::Blanks;
use crate::diagnostic::Diagnostic;
use crate::quantity::Dimension;
use crate::syntax::Kind;

impl<'a> Lower<'a> {
    /// The service's name in the plan; makes it if it was not made yet.
    pub fn use_service(&mut self, declared: Declared<'a>) -> String {
        let name = own_name(declared);
        if self.is_made::<Service>(declared, &name) {
            return name;
        }
        let scope = file_scope(declared.file);
        let node = declared.node;
        let title = self.title(&scope, node);
        let settings = self.settings(
            node,
            "service",
            &[
                "namespace",
                "workload",
                "image",
                "replicas",
                "traffic",
                "port",
                "environment",
            ],
            &[],
        );
        let mut service = Service {
            name: name.clone(),
            title,
            namespace: None,
            workload: None,
            image: None,
            replicas: None,
            limits: None,
            environment: None,
            port: None,
            traffic: None,
            notes: self.notes(&scope, node),
            span: declared.name_span(),
            traffic_span: declared.name_span(),
        };
        for setting in settings {
            match setting.word {
                "namespace" => {
                    service.namespace = self.setting_name(&scope, setting, "a namespace")
                }
                "workload" => {
                    service.workload =
                        self.setting_name(&scope, setting, "a workload such as `deployment/api`");
                }
                "image" => service.image = self.setting_text(&scope, setting),
                "environment" => {
                    service.environment =
                        self.setting_name(&scope, setting, "a name such as `production`");
                }
                "port" => {
                    let port = match setting.values().as_slice() {
                        [token] if token.kind() == Kind::quantity => self
                            .count(setting.node)
                            .and_then(|port| u16::try_from(port).ok()),
                        _ => None,
                    };
                    if port.is_none() {
                        self.setting_wants(setting, "a port, 1 to 65535");
                    }
                    service.port = port;
                }
                "replicas" => self.replicas(setting, &mut service),
                _ => {
                    service.traffic_span = setting.word_span;
                    service.traffic = self.traffic(&scope, setting);
                }
            }
        }
        self.add_service(service);
        name
    }

    fn replicas(&mut self, setting: Setting<'_>, service: &mut Service) {
        let pods = Dimension::Count { noun: None };
        let values = setting.values();
        let many = |kind| values.iter().filter(|value| value.kind() == kind).count() > 1;
        if many(Kind::quantity) || many(Kind::limits) {
            self.setting_wants(setting, "a number, and perhaps its limits: `6 (3..10)`");
            return;
        }
        for value in values {
            match value.kind() {
                Kind::quantity => service.replicas = self.quantity_of(value, &pods),
                Kind::limits => {
                    service.limits = value
                        .child(Kind::range)
                        .and_then(|range| self.range_of(range, Some(&pods)));
                }
                _ => self.setting_wants(setting, "a number, and perhaps its limits: `6 (3..10)`"),
            }
        }
    }

    fn traffic(&mut self, scope: &Scope, setting: Setting<'_>) -> Option<Traffic> {
        let all: Vec<&str> = Router::ALL.iter().map(|router| router.name()).collect();
        let values = setting.values();
        let written = values
            .first()
            .copied()
            .filter(|first| first.kind() == Kind::path);
        let Some(written) = written else {
            self.setting_wants(setting, &one_of("", &all).0);
            return None;
        };
        let mut routers = Router::ALL.iter().copied();
        let Some(router) = routers.find(|router| router.name() == written.text()) else {
            let (all, near) = one_of(written.text(), &all);
            let mut finding = Diagnostic::new(
                &TYPE,
                written.span(),
                format!("`traffic` takes {all}, not `{}`", written.text()),
            );
            if let Some(near) = near {
                finding = finding.offer(format!("write `{near}`"), written.span(), near);
            }
            self.report(finding);
            return None;
        };
        let names = values[1..]
            .iter()
            .map(|value| match value.kind() {
                Kind::string => self.text(scope, *value).to_string(),
                _ => value.text().trim_blanks().to_owned(),
            })
            .collect();
        Some(Traffic { router, names })
    }
}
