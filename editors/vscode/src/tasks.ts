// Tasks: `deployc check`, `build` and `test`, with findings among the problems.

import * as vscode from "vscode";

interface Definition extends vscode.TaskDefinition {
  verb: string;
  arguments?: string[];
}

const KNOWN: Definition[] = [
  { type: "deployc", verb: "check" },
  { type: "deployc", verb: "test" },
];

export function taskProvider(program: () => string): vscode.TaskProvider {
  return {
    provideTasks: () => KNOWN.map((definition) => task(definition, program())),
    resolveTask: (task_) => {
      const definition = task_.definition as Definition;
      return definition.verb ? task(definition, program(), task_.scope) : undefined;
    },
  };
}

function task(
  definition: Definition,
  program: string,
  scope: vscode.WorkspaceFolder | vscode.TaskScope = vscode.TaskScope.Workspace,
): vscode.Task {
  const given = [definition.verb, ...(definition.verb === "check" ? ["--format", "short"] : [])];
  const made = new vscode.Task(
    definition,
    scope,
    definition.verb,
    "deployc",
    new vscode.ProcessExecution(program, [...given, ...(definition.arguments ?? [])]),
    "$deployc",
  );
  made.group = definition.verb === "test" ? vscode.TaskGroup.Test : vscode.TaskGroup.Build;
  return made;
}
