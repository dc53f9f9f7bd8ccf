// What came of tests, and how a target carries a spec.

import * as vscode from "vscode";

export interface Tested {
  passed: boolean;
  tests: {
    title: string;
    passed: boolean;
    line: number;
    expectations: { expected: string; met: boolean; found?: string }[];
  }[];
}

export interface Fidelity {
  target: string;
  summary: string;
  nodes: { node: string; kind: string; fidelity: string; [detail: string]: string }[];
}

export function showTests(output: vscode.OutputChannel, tested: Tested): void {
  output.clear();
  for (const test of tested.tests) {
    output.appendLine(`${test.passed ? "✓" : "✗"} ${test.title} (line ${test.line})`);
    for (const one of test.expectations.filter((one) => !one.met)) {
      output.appendLine(`    expected ${one.expected}${one.found ? `, ${one.found}` : ""}`);
    }
  }
  if (tested.tests.length === 0) {
    output.appendLine("there are no tests");
  }
  output.show(true);
}

export function showFidelity(output: vscode.OutputChannel, account: Fidelity): void {
  output.clear();
  output.appendLine(`${account.target}: ${account.summary}`);
  for (const { node, kind, ...rest } of account.nodes) {
    if (rest.fidelity !== "exact") {
      const { fidelity, ...details } = rest;
      output.appendLine(`  ${kind} ${node}: ${fidelity}: ${Object.values(details).join(" ")}`);
    }
  }
  output.show(true);
}

/** Why something could not be done: it is no fault of the editor, and stops nobody. */
export function tell(error: unknown): void {
  void vscode.window.showWarningMessage(error instanceof Error ? error.message : String(error));
}
