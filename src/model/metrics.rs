//! Reads metrics: their unit, their query, and what an alias stands for.

use super::lower::file_scope;
use super::lower::own_name;
use super::queries::{argument_written, spans};
use super::settings::Setting;

use super::bindings::Binding;
use super::lower::{Lower, Scope, one_of};
use super::names::{Declared, Noun};
use super::spec::{Better, Metric, NoData};
use super::text::Text;
use super::values::TYPE;
use crate::diagnostic::Diagnostic;
use crate::quantity::{Dimension, Unit};
use crate::source::Span;
use crate::syntax::text::content;
use crate::syntax::{Kind, Node as Syntax};

impl<'a> Lower<'a> {
    /// The plan's name of a metric with these arguments; makes it if it was not made yet.
    pub fn metric(
        &mut self,
        scope: &Scope,
        declared: Declared<'a>,
        arguments: Option<Syntax<'_>>,
        path: Syntax<'_>,
    ) -> Option<String> {
        let bindings = self.bind(scope, declared, arguments, path.span())?;
        if bindings
            .values()
            .any(|bound| matches!(bound, Binding::Text(_)))
        {
            let finding = Diagnostic::new(
                &super::values::TYPE,
                arguments.map_or_else(|| path.span(), super::values::trimmed),
                "a query is fixed when compiling: the value of a parameter can't stand in it",
            )
            .help("write the value itself");
            self.report(finding);
            return None;
        }
        let mut name = self.names.in_plan(declared);
        let values: Vec<String> = bindings.values().map(argument_written).collect();
        if !values.is_empty() {
            name = format!("{name}({})", values.join(", "));
        }
        if self.metric_made(&name).is_some() {
            return Some(name);
        }
        let inner = Scope {
            file: declared.file,
            bindings,
            includes: scope.includes.clone(),
            arguments: spans(declared, arguments),
            ..Scope::default()
        };
        if inner.includes.len() > super::lower::MAX_INCLUDES {
            self.endless(declared, path.span());
            return None;
        }
        let metric = self.make_metric(&inner, declared, name.clone())?;
        self.add_metric(metric);
        Some(name)
    }

    /// A finding: a declaration uses itself.
    pub fn endless(&mut self, declared: Declared<'_>, at: Span) {
        let finding = Diagnostic::new(
            &super::lower::ENDLESS,
            at,
            format!("`{}` uses itself without an end", own_name(declared)),
        )
        .also(declared.name_span(), "declared here");
        self.report(finding);
    }

    pub fn make_metric(
        &mut self,
        scope: &Scope,
        declared: Declared<'a>,
        name: String,
    ) -> Option<Metric> {
        let node = declared.node;
        let title = self.title(scope, node);
        let settings = self.settings(
            node,
            "metric",
            &["better", "no-data", "prometheus", "window", "interval"],
            &[],
        );
        let notes = self.notes(scope, node);
        // An alias begins as what it stands for; its own settings win.
        let mut metric = if let Some(alias) = node.child(Kind::alias) {
            let target = alias.child(Kind::metric_ref)?;
            self.behind_alias(scope, declared, target)?
        } else {
            let measure = node.child(Kind::measure);
            let Some(type_node) = measure.and_then(|measure| measure.child(Kind::type_)) else {
                if !node.has(Kind::MISSING) && !node.has(Kind::ERR_TAIL) {
                    let finding = Diagnostic::new(
                        &super::lower::INCOMPLETE,
                        declared.name_span(),
                        format!(
                            "the metric `{}` does not say what it measures",
                            own_name(declared)
                        ),
                    )
                    .help("say it behind a colon: `: percent in ratio`, `: duration in seconds`");
                    self.report(finding);
                }
                return None;
            };
            let word = type_node.child(Kind::type_name)?;
            let of = type_node.child(Kind::noun).map(|noun| noun.text());
            let Some(dimension) = Dimension::of_type(word.text(), of) else {
                self.type_of_metric(word);
                return None;
            };
            Metric {
                name: name.clone(),
                title: Text::default(),
                dimension,
                unit: None,
                better: None,
                no_data: NoData::default(),
                query: None,
                window: None,
                interval: None,
                service: None,
                labels: Vec::new(),
                notes: Vec::new(),
                span: declared.name_span(),
                query_span: declared.name_span(),
            }
        };
        metric.name = name;
        metric.span = declared.name_span();
        if !title.is_empty() {
            metric.title = title;
        }
        metric.notes.extend(notes);
        if let Some(unit) = node
            .child(Kind::measure)
            .and_then(|measure| measure.child(Kind::unit))
        {
            self.unit_of(&mut metric, unit);
        }
        for setting in settings {
            match setting.word {
                "better" => {
                    metric.better = self
                        .setting_word(setting, &["lower", "higher"])
                        .map(|word| {
                            if word == "lower" {
                                Better::Lower
                            } else {
                                Better::Higher
                            }
                        });
                }
                "no-data" => {
                    if let Some(word) = self.setting_word(setting, &["pause", "pass", "fail"]) {
                        metric.no_data = match word.as_str() {
                            "pass" => NoData::Pass,
                            "fail" => NoData::Fail,
                            _ => NoData::Pause,
                        };
                    }
                }
                "window" => metric.window = self.setting_duration(setting),
                "interval" => metric.interval = self.setting_duration(setting),
                _ => self.query(scope, declared, setting, &mut metric),
            }
        }
        if let Some(service) = scope.bindings.service() {
            metric.service = Some(service.to_owned());
        }
        Some(metric)
    }

    /// The metric that an alias stands for. It is in the plan under the alias alone.
    fn behind_alias(
        &mut self,
        scope: &Scope,
        alias: Declared<'a>,
        target: Syntax<'a>,
    ) -> Option<Metric> {
        let path = target.child(Kind::path)?;
        let declared = self.find(scope, Noun::Metric, path)?;
        let key = (declared.file, own_name(declared));
        let mut inner = file_scope(declared.file);
        inner.includes = scope.includes.clone();
        if inner.includes.contains(&key) || inner.includes.len() >= super::lower::MAX_INCLUDES {
            self.endless(declared, path.span());
            return None;
        }
        inner.includes.push(key);
        let arguments = target.child(Kind::arguments);
        inner.bindings = self.bind(scope, declared, arguments, path.span())?;
        inner.arguments = spans(declared, arguments);
        let mut metric = self.make_metric(&inner, declared, own_name(alias))?;
        let labels = self.labels(scope, target);
        metric.labels.extend(labels);
        Some(metric)
    }

    fn type_of_metric(&mut self, word: Syntax<'_>) {
        let (all, near) = one_of(word.text(), Dimension::TYPE_NAMES);
        let mut finding = Diagnostic::new(
            &TYPE,
            word.span(),
            format!("a metric can't measure `{}`", word.text()),
        )
        .help(all);
        let meant = match word.text() {
            "latency" | "time" | "seconds" | "age" | "lag" => Some("duration"),
            "int" | "integer" | "float" | "gauge" | "counter" => Some("number"),
            "bytes" | "memory" => Some("size"),
            "throughput" | "rps" | "qps" => Some("rate"),
            "errors" | "availability" => Some("percent"),
            _ => None,
        };
        if let Some(near) = meant.map(str::to_owned).or(near) {
            finding = finding.offer(format!("write `{near}`"), word.span(), near);
        }
        self.report(finding);
    }

    fn unit_of(&mut self, metric: &mut Metric, unit: Syntax<'_>) {
        match Unit::parse(unit.text()) {
            Ok(read) if crate::quantity::compatible(&read.dimension, &metric.dimension) => {
                metric.unit = Some(unit.text().to_owned());
            }
            Ok(read) => {
                let finding = Diagnostic::new(
                    &super::values::DIMENSION,
                    unit.span(),
                    format!(
                        "a {} is not measured in `{}`",
                        metric.dimension.name(),
                        unit.text()
                    ),
                )
                .label(format!("a unit of {}", read.dimension.name()));
                self.report(finding);
            }
            Err(mistake) => self.mistake(&super::values::QUANTITY, unit.span(), mistake),
        }
    }

    fn query(
        &mut self,
        scope: &Scope,
        declared: Declared<'a>,
        setting: Setting<'_>,
        metric: &mut Metric,
    ) {
        let values = setting.values();
        let [token] = values.as_slice() else {
            self.setting_wants(setting, "a query in backticks");
            return;
        };
        let raw = token.text();
        let body = match token.kind() {
            Kind::query => content(raw),
            Kind::script => super::commands::script(raw).1,
            _ => {
                self.setting_wants(setting, "a query in backticks");
                return;
            }
        };
        metric.query_span = token.span();
        self.note_holes(scope, *token);
        metric.query = Some(self.fill_query(scope, declared, &body, metric));
    }
}
