// The client: it starts `deployc lsp`, and shows what the server makes of a spec beside it.

import * as vscode from "vscode";
import {
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  State,
} from "vscode-languageclient/node";
import { Previews } from "./preview";
import { type Fidelity, showFidelity, showTests, tell, type Tested } from "./results";
import { taskProvider } from "./tasks";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const previews = new Previews((uri, form) => ask("deployc.preview", [uri, form]));
  const output = vscode.window.createOutputChannel("deployc results");
  const register = (name: string, action: (...given: string[]) => unknown) =>
    context.subscriptions.push(
      vscode.commands.registerCommand(name, async (...given: string[]) => {
        try {
          await action(...given);
        } catch (error) {
          tell(error);
        }
      }),
    );

  register("deployc.showRunbook", () => previews.show(specInSight(), "markdown"));
  register("deployc.showGraph", () => previews.show(specInSight(), "graph"));
  register("deployc.runTests", async () => {
    showTests(output, (await ask("deployc.test", [specInSight()])) as Tested);
  });
  register("deployc.restart", async () => {
    await client?.restart();
  });
  context.subscriptions.push(
    output,
    previews,
    vscode.tasks.registerTaskProvider("deployc", taskProvider(program)),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("deployc.path")) {
        await client?.stop();
        await start(previews, output);
      }
    }),
  );
  await start(previews, output);
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

/** The spec that is edited, or else one that can be seen: the panel of results counts as an editor, too. */
function specInSight(): string {
  const editors = [vscode.window.activeTextEditor, ...vscode.window.visibleTextEditors];
  const spec = editors.find((editor) => editor?.document.languageId === "deploy");
  if (!spec) {
    throw new Error("open a spec first: a file that ends in .deploy");
  }
  return spec.document.uri.toString();
}

function program(): string {
  return vscode.workspace.getConfiguration("deployc").get<string>("path") || "deployc";
}

async function start(previews: Previews, output: vscode.OutputChannel): Promise<void> {
  const server: ServerOptions = { command: program(), args: ["lsp"] };
  const options: LanguageClientOptions = {
    documentSelector: [{ language: "deploy" }],
    middleware: {
      // The lenses of the server name its commands; here they show what comes of them.
      executeCommand: async (command, given, next) => {
        let result: unknown;
        try {
          result = await next(command, given);
        } catch (error) {
          tell(error);
          return;
        }
        switch (command) {
          case "deployc.preview":
            previews.put(given[0], given[1], result);
            break;
          case "deployc.test":
            showTests(output, result as Tested);
            break;
          case "deployc.fidelity":
            showFidelity(output, result as Fidelity);
            break;
        }
        return result;
      },
    },
  };
  client = new LanguageClient("deployc", "deployc", server, options);
  try {
    await client.start();
  } catch (error) {
    const choice = await vscode.window.showErrorMessage(
      `deployc could not be started as \`${program()}\`: ${error instanceof Error ? error.message : error}`,
      "Open the setting",
    );
    if (choice) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "deployc.path");
    }
  }
}

/** Has the server do a command. */
async function ask(command: string, given: string[]): Promise<unknown> {
  if (client?.state !== State.Running) {
    throw new Error("the language server does not run");
  }
  return client.sendRequest(ExecuteCommandRequest.type, { command, arguments: given });
}
