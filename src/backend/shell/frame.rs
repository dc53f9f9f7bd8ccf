//! What surrounds the plan in the script: its head, its questions, its main part.

use std::collections::BTreeMap;

use super::Script;
use super::actions::Ends;
use super::quote::{here, name, quoted};
use crate::backend::one_line;
use crate::plan::{Node, Work};

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
            "# Walks the runbook with a person: asks, runs, compares, and offers the way back where\n\
             # something fails. ",
        );
        out.push_str(&format!(
            "Made by deployc from {}: change that file, not this one.\n",
            one_line(&deployment.origin.file)
        ));
        out.push_str("set -u\n\n");
        let values = self.values.iter().map(|value| name("value", value));
        let secrets = self.plan.secrets.iter();
        let secrets = secrets.map(|secret| name("secret", &secret.name));
        for variable in values.chain(secrets) {
            // ShellCheck would ask what a value is for that nothing sees.
            if functions.contains(&format!("\"${variable}\"")) {
                out.push_str(&format!("{variable}=''\n"));
            }
        }
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

    /// The menu of the ways back.
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
            "Take back what was done, newest first, and nothing else",
        ));
        cases.push(format!(
            "    {}) back : 'take back what was done' ;;",
            titles.len()
        ));
        titles.push(quoted("None: go on"));
        let mut body = vec![format!(
            "  choose rollback 'Which way back?' {}",
            titles.join(" ")
        )];
        body.push("  case $choice in".to_owned());
        body.extend(cases);
        body.push("    *) ;;".to_owned());
        body.push("  esac".to_owned());
        self.function("roll_back", "Asks for a way back, and goes it.", &body);
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
        body.push("  say 'Ways back:'".to_owned());
        for node in self.rollbacks() {
            let short = node.id.rsplit('/').next().unwrap_or(&node.id);
            body.push(format!(
                "  printf '  %s\\t%s\\n' {} {}",
                quoted(short),
                self.title(node)
            ));
        }
        self.function("list", "The parts and the ways back.", &body);
    }

    /// What an earlier run of the script may have done that can be taken back.
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
                ids.push_str(&format!(" | {}", quoted(&node.id)));
            }
        }
        if self.plan.of_kind("success").next().is_some() {
            ids.push_str(" | success");
        }
        let ids = ids.strip_prefix(" | ").unwrap_or("''").to_owned();
        let mut ways = String::new();
        for node in self.rollbacks() {
            if let Some(function) = self.called.get(node.id.as_str()) {
                let short = node.id.rsplit('/').next().unwrap_or(&node.id);
                ways.push_str(&format!(
                    "      {})\n        questions\n        done_before ''\n        back {function} {}\n        ;;\n",
                    quoted(short),
                    self.title(node)
                ));
            }
        }
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
            questions.push_str(&format!(
                "  parameter {} {} {} {} {}{}\n",
                name("value", &parameter.name),
                quoted(&parameter.variable),
                quoted(&one_line(&what)),
                quoted(&one_line(&kind)),
                quoted(&one_line(parameter.default.as_deref().unwrap_or_default())),
                match parameter.default.as_deref() {
                    Some("") => " empty",
                    Some(_) | None => "",
                },
            ));
        }
        for secret in &self.plan.secrets {
            let what = if secret.title.is_empty() {
                secret.name.clone()
            } else {
                secret.title.to_string()
            };
            questions.push_str(&format!(
                "  secret {} {} {}\n",
                name("secret", &secret.name),
                quoted(&secret.variable),
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
  case ${{1-}} in
    --help | -h)
      usage
      exit 0
      ;;
    --list)
      list
      exit 0
      ;;
    --rollback)
      resumed=yes
      case ${{2-}} in
{ways}      *) ;;
      esac
      say "No way back is called '${{2-}}'." >&2
      list >&2
      exit 2
      ;;
    --from)
      from=${{2-}}
      resumed=yes
      case $from in
        {ids}) ;;
        *)
          say "No part is called '$from'." >&2
          list >&2
          exit 2
          ;;
      esac
      done_before "$from"
      ;;
    '') ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
  say {title}
  say "The journal is $journal_file"
  questions
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
