// The extension itself, bundled as it is packed, with the real server and a stand-in for the editor:
// `vscode` is what the few calls of the extension need, and the language client of the bundle is
// replaced by one that speaks the protocol with nothing of the editor in it.

const assert = require("node:assert");
const fs = require("node:fs");
const Module = require("node:module");
const os = require("node:os");
const path = require("node:path");
const test = require("node:test");
const { spawn } = require("node:child_process");
const esbuild = require("esbuild");

const ROOT = path.join(__dirname, "../../..");
const SERVER = process.env.DEPLOYC ?? path.join(ROOT, "target/debug/deployc");
const SPEC = path.join(ROOT, "examples/checkout.deploy");
const URI = `file://${SPEC}`;

/** What happened in the editor. */
const seen = { commands: new Map(), executed: [], panels: [], output: [], errors: [], watchers: [] };
const providers = new Map();
let taskProvider;
let changed;

class EventEmitter {
  listeners = [];
  event = (listener) => {
    this.listeners.push(listener);
    return { dispose() {} };
  };
  fire(value) {
    for (const listener of this.listeners) listener(value);
  }
  dispose() {}
}

class Uri {
  constructor(text) {
    this.text = text;
  }
  static parse(text) {
    return new Uri(text);
  }
  get query() {
    return this.text.split("?")[1] ?? "";
  }
  toString() {
    return this.text;
  }
}

const disposable = { dispose() {} };
const vscode = {
  EventEmitter,
  Uri,
  ViewColumn: { Beside: -2 },
  TaskScope: { Workspace: 2 },
  TaskGroup: { Build: "build", Test: "test" },
  Task: class {
    constructor(definition, scope, name, source, execution, matcher) {
      Object.assign(this, { definition, scope, name, source, execution, matcher });
    }
  },
  ProcessExecution: class {
    constructor(process, args) {
      Object.assign(this, { process, args });
    }
  },
  commands: {
    registerCommand: (name, action) => {
      seen.commands.set(name, action);
      return disposable;
    },
    executeCommand: async (...given) => seen.executed.push(given),
  },
  tasks: {
    registerTaskProvider: (_type, provider) => {
      taskProvider = provider;
      return disposable;
    },
  },
  window: {
    // The panel of results has the focus; the spec can be seen beside it.
    activeTextEditor: { document: { uri: new Uri("output:results"), languageId: "Log" } },
    visibleTextEditors: [{ document: { uri: new Uri(URI), languageId: "deploy" } }],
    createOutputChannel: () => ({
      clear: () => seen.output.splice(0),
      appendLine: (line) => seen.output.push(line),
      show() {},
      dispose() {},
    }),
    createWebviewPanel: (...given) => {
      const panel = { given, webview: { html: "" }, onDidDispose: () => disposable, dispose() {} };
      seen.panels.push(panel);
      return panel;
    },
    showErrorMessage: async (text) => void seen.errors.push(text),
    showWarningMessage: async (text) => void seen.errors.push(text),
    showTextDocument: async () => undefined,
  },
  workspace: {
    getConfiguration: () => ({ get: () => SERVER }),
    onDidChangeConfiguration: () => disposable,
    onDidChangeTextDocument: (listener) => {
      changed = listener;
      return disposable;
    },
    registerTextDocumentContentProvider: (scheme, provider) => {
      providers.set(scheme, provider);
      return disposable;
    },
  },
};

/** A client of the protocol with nothing of an editor in it. */
function clientModule() {
  const rpc = require("vscode-jsonrpc/node");
  const clients = [];
  class LanguageClient {
    constructor(_id, _name, server, options) {
      Object.assign(this, { server, options, state: 1 });
      clients.push(this);
    }
    async start() {
      this.child = spawn(this.server.command, this.server.args);
      const { stdin, stdout } = this.child;
      this.rpc = rpc.createMessageConnection(stdout, stdin);
      this.rpc.onRequest(() => null);
      this.rpc.listen();
      this.answer = await this.rpc.sendRequest("initialize", { capabilities: {}, processId: null, rootUri: null });
      await this.rpc.sendNotification("initialized", {});
      this.state = 2;
    }
    async stop() {
      await this.rpc.sendRequest("shutdown");
      await this.rpc.sendNotification("exit");
      this.ended = await new Promise((resolve) => this.child.on("exit", resolve));
      this.state = 1;
    }
    async restart() {
      await this.stop();
      await this.start();
    }
    sendRequest(type, params) {
      return this.rpc.sendRequest(type.method ?? type, params);
    }
    open(text, version = 1) {
      return this.rpc.sendNotification("textDocument/didOpen", {
        textDocument: { uri: URI, languageId: "deploy", version, text },
      });
    }
  }
  return {
    clients,
    LanguageClient,
    State: { Running: 2 },
    ExecuteCommandRequest: { type: { method: "workspace/executeCommand" } },
  };
}

async function load() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "deployc-vscode-"));
  const out = path.join(folder, "extension.js");
  esbuild.buildSync({
    entryPoints: [path.join(__dirname, "../src/extension.ts")],
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["vscode", "vscode-languageclient/node"],
    outfile: out,
  });
  const client = clientModule();
  const load = Module._load;
  Module._load = function (request, ...rest) {
    if (request === "vscode") return vscode;
    if (request === "vscode-languageclient/node") return client;
    return load.call(this, request, ...rest);
  };
  try {
    return { extension: require(out), clients: client.clients };
  } finally {
    Module._load = load;
    fs.rmSync(folder, { recursive: true });
  }
}

test("the extension with the real server", async () => {
  assert.ok(fs.existsSync(SERVER), `${SERVER} is built`);
  const { extension, clients } = await load();
  await extension.activate({ subscriptions: [] });
  const [client] = clients;
  assert.equal(client.state, 2);
  assert.equal(client.answer.serverInfo.name, "deployc");
  assert.deepEqual(client.options.documentSelector, [{ language: "deploy" }]);
  const text = fs.readFileSync(SPEC, "utf8");
  await client.open(text);

  // The runbook, as the editor's own preview of Markdown.
  await seen.commands.get("deployc.showRunbook")();
  const [command, place] = seen.executed.at(-1);
  assert.equal(command, "markdown.showPreviewToSide");
  const provider = providers.get("deployc-preview");
  assert.match(provider.provideTextDocumentContent(place), /^# Checkout/m);

  // The graph, in a page where nothing runs.
  await seen.commands.get("deployc.showGraph")();
  const [panel] = seen.panels;
  assert.match(panel.webview.html, /<svg/);
  assert.match(panel.webview.html, /default-src 'none'/);
  assert.equal(panel.given[3].enableScripts, false);

  // Tests, by command and by lens.
  await seen.commands.get("deployc.runTests")();
  assert.ok(seen.output.some((line) => line.startsWith("✓ ")), seen.output.join("\n"));
  const lenses = await client.sendRequest("textDocument/codeLens", { textDocument: { uri: URI } });
  const execute = client.options.middleware.executeCommand;
  const next = (command, given) =>
    client.sendRequest("workspace/executeCommand", { command, arguments: given });
  const lens = lenses.find((lens) => lens.command.title.startsWith("flagger"));
  await execute(lens.command.command, lens.command.arguments, next);
  assert.match(seen.output[0], /^flagger: /);
  assert.ok(seen.output.length > 3);

  // What is shown is drawn again after a change.
  const fired = new Promise((resolve) => provider.onDidChange(resolve));
  await client.rpc.sendNotification("textDocument/didChange", {
    textDocument: { uri: URI, version: 2 },
    contentChanges: [{ text: text.replace('deployment "', 'deployment "Renamed ') }],
  });
  changed({ document: { languageId: "deploy", uri: new Uri(URI) } });
  await fired;
  assert.match(provider.provideTextDocumentContent(place), /^# Renamed /m);

  // Without a spec in sight, one is asked for.
  const [spec] = vscode.window.visibleTextEditors.splice(0);
  await seen.commands.get("deployc.showRunbook")();
  assert.match(seen.errors.at(-1), /open a spec first/);
  vscode.window.visibleTextEditors.push(spec);

  // A spec with errors has no runbook and no tests, and says so, by command and by lens.
  await client.rpc.sendNotification("textDocument/didChange", {
    textDocument: { uri: URI, version: 3 },
    contentChanges: [{ text: "edition 2026\nphase p by nobody\n" }],
  });
  for (const ask of [
    seen.commands.get("deployc.showRunbook"),
    seen.commands.get("deployc.runTests"),
    () => execute("deployc.fidelity", [URI, "flagger"], next),
  ]) {
    seen.errors.length = 0;
    await ask();
    assert.match(seen.errors.at(-1), /deployment|errors/);
  }

  await seen.commands.get("deployc.restart")();
  assert.equal(client.ended, 0);
  await extension.deactivate();
});

test("tasks run the checks, and the matcher reads what they print", async () => {
  const manifest = require("../package.json");
  const [check] = taskProvider.provideTasks();
  assert.deepEqual(check.execution.args, ["check", "--format", "short"]);
  assert.equal(check.matcher, "$deployc");
  const own = taskProvider.resolveTask({ definition: { type: "deployc", verb: "build", arguments: ["a.deploy"] } });
  assert.deepEqual(own.execution.args, ["build", "a.deploy"]);

  const { spawnSync } = require("node:child_process");
  const folder = path.join(ROOT, "tests/corpus/mistakes");
  const said = spawnSync(SERVER, ["check", "--format", "short", folder], { encoding: "utf8" });
  const lines = said.stdout.trim().split("\n").filter((line) => /:\d+:\d+: /.test(line));
  assert.ok(lines.length > 20);
  const [matcher] = manifest.contributes.problemMatchers;
  const pattern = new RegExp(matcher.pattern.regexp);
  for (const line of lines) {
    const found = pattern.exec(line);
    assert.ok(found, line);
    assert.match(found[1], /\.deploy$/);
    assert.match(found[5], /^D\d{4}$/);
  }
});

test("the manifest names what is there", () => {
  const manifest = require("../package.json");
  const { contributes } = manifest;
  for (const file of [
    contributes.languages[0].configuration,
    contributes.grammars[0].path,
    contributes.snippets[0].path,
  ]) {
    JSON.parse(fs.readFileSync(path.join(__dirname, "..", file), "utf8"));
  }
  for (const { command } of contributes.commands) {
    assert.ok(seen.commands.has(command), command);
  }
  const snippets = JSON.parse(fs.readFileSync(path.join(__dirname, "../snippets/deploy.json"), "utf8"));
  assert.ok(Object.keys(snippets).length > 20);
  // They are the server's own, for editors in which it does not run.
  const words = ["words", "blocks"]
    .map((name) => fs.readFileSync(path.join(ROOT, `src/lsp/${name}.rs`), "utf8"))
    .join("");
  for (const [name, snippet] of Object.entries(snippets)) {
    assert.ok(snippet.prefix && snippet.description, name);
    const body = JSON.stringify(snippet.body.join("\n"));
    assert.ok(words.includes(body), `${name} is the server's: ${body}`);
  }
});
