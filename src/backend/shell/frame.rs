//! What surrounds the plan in the script: its head, its questions, its main part.

use std::collections::{BTreeMap, BTreeSet};

use super::Script;
use super::actions::Ends;
use super::quote::{here, name, quoted};
use crate::backend::{Once, one_line};
use crate::plan::{Command, Language, Node, WaitFor, Work};

impl Script<'_> {
    /// The lines before the functions: what this is, and the values that are filled in later, of
    /// which the functions see some.
    pub fn head(&self, functions: &str) -> String {
        let deployment = &self.plan.deployment;
        let mut out = String::from("#!/usr/bin/env bash\n");
        let version = deployment
            .version
            .as_ref()
            .map(|version| format!(", {version}"))
            .unwrap_or_default();
        out.push_str(&format!(
            "# {}\n#\n",
            one_line(&format!("{}{version}", deployment.title))
        ));
        out.push_str(
            "# Walks the runbook with a person: asks, runs, compares, and offers the rollback where\n\
             # something fails. ",
        );
        out.push_str(&format!(
            "Made by deployc from {}: change that file, not this one.\n",
            one_line(&deployment.origin.file)
        ));
        out.push_str("set -u\n\n");
        if !self.plan.secrets.is_empty() {
            out.push_str("set +x # a trace would show secrets\n");
        }
        let values = self
            .plan
            .parameters
            .iter()
            .map(|parameter| name("value", &parameter.name));
        let mut captured = Once::default();
        for value in self.plan.walk().filter_map(|node| node.work.captures()) {
            captured.add(value);
        }
        let kept = captured.iter().map(|value| name("kept", value));
        let secrets = self.plan.secrets.iter();
        let secrets = secrets.map(|secret| name("secret", &secret.name));
        let mut own = Vec::new();
        for variable in values.chain(kept).chain(secrets) {
            // ShellCheck would ask what a value is for that nothing sees.
            if functions.contains(&format!("\"${variable}\"")) {
                out.push_str(&format!("{variable}=''\n"));
                own.push(variable);
            }
        }
        if !own.is_empty() {
            // Whoever starts the script may have exported one of these.
            out.push_str(&format!("export -n {}\n", own.join(" ")));
        }
        let names: Vec<&str> = self.plan.parameters.iter().map(|one| &*one.name).collect();
        out.push_str(&format!("parameters={}\n", quoted(&names.join(" "))));
        out.push_str(&format!(
            "journal_file=${{JOURNAL:-{}-$(date -u +%Y%m%dT%H%M%SZ).journal}}\n",
            name("", self.stem).trim_start_matches('_')
        ));
        out
    }

    /// The main part; fills `functions` on its way.
    pub fn main(&mut self) -> String {
        let plan = self.plan;
        let mut stretches =
            plan.in_order(|node| matches!(node.work, Work::Phase | Work::Gate | Work::Monitor));
        stretches.sort_by_key(|node| matches!(node.work, Work::Monitor));
        let (behind, forward): (Vec<&Node>, Vec<&Node>) = stretches
            .into_iter()
            .partition(|node| node.follows_rollback());

        let mut steps = Vec::new();
        let mut names: BTreeMap<&str, String> = BTreeMap::new();
        for node in forward.iter().chain(&behind) {
            let function = self.take(&node.id);
            self.stretch(node, &function);
            names.insert(&node.id, function);
        }
        for node in &plan.nodes {
            if let Some(function) = self.called.get(node.id.as_str()).cloned() {
                self.stretch(node, &function);
            }
        }
        let success: Vec<&Node> = plan.of_kind("success").collect();
        if !success.is_empty() {
            let function = self.take("success");
            let mut body = vec!["  heading 'Has it succeeded?' ''".to_owned()];
            for node in &success {
                for child in &node.children {
                    self.step(child, &mut body);
                }
            }
            self.function(&function, "Has it succeeded?", &body);
            names.insert("success", function);
        }
        for node in &forward {
            self.call(node, &names[node.id.as_str()], &mut steps);
        }
        if let Some(function) = names.get("success") {
            steps.push(format!("  step success 'Has it succeeded?' {function}"));
        }

        let mut after = Vec::new();
        for node in &behind {
            self.call(node, &names[node.id.as_str()], &mut after);
        }
        self.function("after_rollback", "What follows a rollback.", &after);
        self.menu();
        let (redirect, text) = here(self.rules().trim_end());
        self.function(
            "rules",
            "The rules to watch for: shown at every question by `?`.",
            &[format!("  cat{redirect}\n{text}")],
        );
        self.interpreters();
        self.list(&forward);
        self.done_before(&forward);
        if !plan.deployment.on_failure.is_empty() {
            let mut body = Vec::new();
            if self.actions("deployment", &plan.deployment.on_failure, &mut body) == Ends::Perhaps {
                body.push("  return 2".to_owned());
            }
            self.function(
                "on_failure",
                "What happens if nothing nearer says it.",
                &body,
            );
        }
        self.entry(&steps)
    }

    fn call(&self, node: &Node, function: &str, steps: &mut Vec<String>) {
        let line = format!(
            "  step {} {} {function}",
            quoted(&node.id),
            self.title(node)
        );
        match &node.condition {
            Some(condition) => {
                steps.push(format!("  if {}; then", self.test(condition)));
                steps.push(format!("  {line}"));
                steps.push("  fi".to_owned());
            }
            None => steps.push(line),
        }
    }

    /// The menu of the rollbacks.
    fn menu(&mut self) {
        let mut titles = Vec::new();
        let mut cases = Vec::new();
        for node in self.rollbacks() {
            let Some(function) = self.called.get(node.id.as_str()) else {
                continue;
            };
            titles.push(quoted(&one_line(&format!(
                "{}{}",
                node.label(),
                node.within
                    .as_ref()
                    .map(|within| format!(" (within {within})"))
                    .unwrap_or_default()
            ))));
            cases.push(format!(
                "    {}) back {function} {} ;;",
                titles.len(),
                self.title(node)
            ));
        }
        titles.push(quoted(
            "Undo the completed steps, in reverse order, and nothing else",
        ));
        cases.push(format!(
            "    {}) back : 'undo the completed steps' ;;",
            titles.len()
        ));
        titles.push(quoted("None: go on"));
        let mut body = vec![format!(
            "  choose rollback 'Which rollback?' {}",
            titles.join(" ")
        )];
        body.push("  case $choice in".to_owned());
        body.extend(cases);
        body.push("    *) ;;".to_owned());
        body.push("  esac".to_owned());
        self.function("roll_back", "Asks which rollback, and runs it.", &body);
    }

    /// Which program runs a script, by its language.
    fn interpreters(&mut self) {
        let mut body = vec!["  case $1 in".to_owned()];
        let mut known = BTreeSet::from(["sh", "bash"]);
        for command in self.plan.walk().flat_map(commands) {
            if let Some(language) = Language::of(&command.language)
                && known.insert(language.word)
            {
                body.push(format!(
                    "    {}) program=({}) ;;",
                    quoted(language.word),
                    language.program.join(" ")
                ));
            }
        }
        let shell = Language::of("sh").map_or(&[][..], |language| language.program);
        body.push(format!("    *) program=({}) ;;", shell.join(" ")));
        body.push("  esac".to_owned());
        self.function(
            "interpreter",
            "interpreter LANGUAGE: what runs a script of it, in `program`.",
            &body,
        );
    }

    /// What `--list` prints.
    fn list(&mut self, forward: &[&Node]) {
        let mut body = vec!["  say 'Parts:'".to_owned()];
        for node in forward {
            body.push(format!(
                "  printf '  %s\\t%s\\n' {} {}",
                quoted(&node.id),
                self.title(node)
            ));
        }
        body.push("  say 'Rollbacks:'".to_owned());
        for node in self.rollbacks() {
            let short = node.id.rsplit('/').next().unwrap_or(&node.id);
            body.push(format!(
                "  printf '  %s\\t%s\\n' {} {}",
                quoted(short),
                self.title(node)
            ));
        }
        self.function("list", "The parts and the rollbacks.", &body);
    }

    /// What an earlier run of the script may have done that can be undone.
    fn done_before(&mut self, forward: &[&Node]) {
        let mut body = Vec::new();
        for node in forward {
            let undos: Vec<&String> = node
                .walk()
                .filter_map(|inner| self.undos.get(&inner.id))
                .collect();
            body.push(format!(
                "  if [ \"$1\" = {} ]; then return; fi",
                quoted(&node.id)
            ));
            body.extend(undos.iter().map(|undo| format!("  remember {undo}")));
        }
        self.function(
            "done_before",
            "done_before PART: what the parts before it may have done, to take it back.",
            &body,
        );
    }

    /// The end of the script: its arguments, its questions, the parts.
    fn entry(&self, steps: &[String]) -> String {
        let title = self.text(&self.plan.deployment.title);
        let mut ids = String::new();
        for node in &self.plan.nodes {
            if matches!(node.work, Work::Phase | Work::Gate | Work::Monitor)
                && !node.follows_rollback()
            {
                ids.push_str(&format!("{} | ", quoted(&node.id)));
            }
        }
        if self.plan.of_kind("success").next().is_some() {
            ids.push_str("success | ");
        }
        let (mut ways, mut known) = (String::new(), String::new());
        for node in self.rollbacks() {
            if let Some(function) = self.called.get(node.id.as_str()) {
                let short = node.id.rsplit('/').next().unwrap_or(&node.id);
                known.push_str(&format!("{} | ", quoted(short)));
                ways.push_str(&format!(
                    "    {}) back {function} {} ;;\n",
                    quoted(short),
                    self.title(node)
                ));
            }
        }
        let arm = |names: &str| match names.strip_suffix(" | ") {
            Some(names) => format!("          {names}) ;;\n"),
            None => String::new(),
        };
        let known = arm(&known);
        let ids = arm(&ids);
        let mut questions = String::new();
        for parameter in &self.plan.parameters {
            let what = if parameter.title.is_empty() {
                parameter.name.clone()
            } else {
                parameter.title.to_string()
            };
            let kind = if parameter.choices.is_empty() {
                parameter.kind.clone()
            } else {
                parameter.choices.join(" | ")
            };
            let words: Vec<String> = parameter.choices.iter().map(|word| quoted(word)).collect();
            questions.push_str(&format!(
                "  parameter {} {} DEPLOYC_PARAM_{} {} {} {} {}{}{}\n",
                name("value", &parameter.name),
                quoted(&parameter.name),
                parameter.variable,
                quoted(&one_line(&what)),
                quoted(&one_line(&kind)),
                quoted(parameter.default.as_deref().unwrap_or_default()),
                match parameter.default.as_deref() {
                    Some("") => "empty",
                    Some(_) | None => "''",
                },
                if words.is_empty() { "" } else { " " },
                words.join(" "),
            ));
        }
        for secret in &self.plan.secrets {
            let what = if secret.title.is_empty() {
                secret.name.clone()
            } else {
                secret.title.to_string()
            };
            questions.push_str(&format!(
                "  secret {} {} DEPLOYC_SECRET_{} {}\n",
                name("secret", &secret.name),
                quoted(&secret.name),
                secret.variable,
                quoted(&one_line(&what)),
            ));
        }
        if questions.is_empty() {
            questions.push_str("  :\n");
        }
        let failure = if self.plan.deployment.on_failure.is_empty() {
            ""
        } else {
            "  otherwise=on_failure\n"
        };
        format!(
            r#"# What the parameters and secrets are.
questions() {{
{questions}}}

main() {{
  local way=''
  while [ "$#" -gt 0 ]; do
    case $1 in
      --help | -h)
        usage
        exit 0
        ;;
      --list)
        list
        exit 0
        ;;
      -P) give "${{2-}}" ;;
      --rollback)
        way=${{2-}}
        case $way in
{known}          *)
            say "There is no rollback called '$way'." >&2
            list >&2
            exit 2
            ;;
        esac
        ;;
      --from)
        from=${{2-}}
        case $from in
{ids}          *)
            say "No part is called '$from'." >&2
            list >&2
            exit 2
            ;;
        esac
        ;;
      *)
        usage >&2
        exit 2
        ;;
    esac
    shift
    if [ "$#" -gt 0 ]; then shift; fi
  done
  if [ -n "$from$way" ]; then resumed=yes; fi
  if [ -n "$from" ] && [ -z "$way" ]; then done_before "$from"; fi
  say {title}
  say "The journal is $journal_file"
  questions
  if [ -n "$way" ]; then done_before ''; fi
  case $way in
{ways}    *) ;;
  esac
{failure}{steps}
  here=''
  journal ended ''
  say ''
  say 'Done.'
}}

exec 3<&0
trap 'leave interrupted' INT
main "$@"
"#,
            steps = steps.join("\n"),
        )
    }
}

/// What a node runs.
fn commands(node: &Node) -> Vec<&Command> {
    match &node.work {
        Work::Run {
            command,
            effect,
            probe,
            ..
        } => {
            let besides = effect.undo().into_iter().chain(probe.as_deref());
            std::iter::once(&**command).chain(besides).collect()
        }
        Work::Wait {
            until: WaitFor::Command(command),
            ..
        } => vec![command],
        _ => Vec::new(),
    }
}
