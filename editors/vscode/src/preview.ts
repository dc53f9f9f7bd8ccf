// The runbook and the graph beside the spec, drawn anew whenever it changes.

import * as vscode from "vscode";

/** What the server answers. */
export interface Preview {
  language: string;
  text: string;
}

type Ask = (uri: string, form: string) => Promise<unknown>;

const SCHEME = "deployc-preview";

/** So long a preview waits for a pause in the typing, in milliseconds. */
const PAUSE = 300;

export class Previews implements vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly panels = new Map<string, vscode.WebviewPanel>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly disposables: vscode.Disposable[];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ask: Ask) {
    this.disposables = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
        onDidChange: this.changed.event,
        provideTextDocumentContent: (uri) => this.texts.get(uri.toString()) ?? "",
      }),
      vscode.workspace.onDidChangeTextDocument((change) => {
        if (change.document.languageId === "deploy") {
          clearTimeout(this.timer);
          this.timer = setTimeout(() => void this.again(change.document.uri), PAUSE);
        }
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const one of this.disposables) {
      one.dispose();
    }
    for (const panel of this.panels.values()) {
      panel.dispose();
    }
  }

  /** Shows a form of a spec. */
  async show(uri: string, form: string): Promise<void> {
    this.put(uri, form, await this.ask(uri, form));
  }

  /** Shows what the server made of a spec. */
  put(uri: string, form: string, answer: unknown): void {
    const preview = answer as Preview | undefined;
    if (!preview) {
      return;
    }
    if (preview.language === "svg") {
      this.picture(uri, preview.text);
    } else {
      this.text(uri, form, preview.text);
    }
  }

  private place(uri: string, form: string): vscode.Uri {
    const name = decodeURIComponent(uri.split("/").pop() ?? "spec").replace(/\.deploy$/, "");
    const end = form === "markdown" ? "md" : "txt";
    return vscode.Uri.parse(`${SCHEME}:/${encodeURIComponent(name)}.${end}?${encodeURIComponent(`${form} ${uri}`)}`);
  }

  private text(uri: string, form: string, text: string): void {
    const place = this.place(uri, form);
    const known = this.texts.has(place.toString());
    this.texts.set(place.toString(), text);
    this.changed.fire(place);
    if (known) {
      return;
    }
    if (form === "markdown") {
      void vscode.commands.executeCommand("markdown.showPreviewToSide", place);
    } else {
      void vscode.window.showTextDocument(place, { viewColumn: vscode.ViewColumn.Beside, preview: true });
    }
  }

  private picture(uri: string, svg: string): void {
    let panel = this.panels.get(uri);
    if (!panel) {
      panel = vscode.window.createWebviewPanel(
        "deployc.graph",
        "Graph",
        { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
        { enableScripts: false },
      );
      panel.onDidDispose(() => this.panels.delete(uri));
      this.panels.set(uri, panel);
    }
    panel.webview.html = page(svg);
  }

  /** Draws again what is shown of a spec. Where it has errors, the last picture stays. */
  private async again(uri: vscode.Uri): Promise<void> {
    const spec = uri.toString();
    const forms = [...this.texts.keys()]
      .map((key) => decodeURIComponent(vscode.Uri.parse(key).query).split(" "))
      .filter(([, of]) => of === spec)
      .map(([form]) => form);
    if (this.panels.has(spec)) {
      forms.push("graph");
    }
    for (const form of forms) {
      try {
        this.put(spec, form, await this.ask(spec, form));
      } catch {
        // It is being written.
      }
    }
  }
}

/** A page around a picture; nothing in it may run or load. */
export function page(svg: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>Graph</title>
<style>body { background: #fff; margin: 0; padding: 1rem; } svg { max-width: 100%; height: auto; }</style>
</head>
<body>${svg}</body>
</html>`;
}
