// The TextMate grammar: which scope every word has, and that it gets through every spec.

const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const test = require("node:test");
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

const ROOT = path.join(__dirname, "../../..");

async function grammar() {
  const wasm = fs.readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm.buffer);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (scope) => {
      if (scope === "source.deploy") {
        const file = path.join(__dirname, "../syntaxes/deploy.tmLanguage.json");
        return textmate.parseRawGrammar(fs.readFileSync(file, "utf8"), file);
      }
      // The languages inside are Visual Studio Code's own; here they are all one colour.
      return { scopeName: scope, patterns: [], repository: {} };
    },
  });
  return registry.loadGrammar("source.deploy");
}

const loaded = grammar();

/** The tokens of a text: [text, innermost scope, all scopes]. */
async function tokens(text) {
  const grammar = await loaded;
  let state = textmate.INITIAL;
  const found = [];
  for (const line of text.split("\n")) {
    const result = grammar.tokenizeLine(line, state);
    for (const token of result.tokens) {
      const words = line.slice(token.startIndex, token.endIndex);
      if (words.trim()) {
        found.push([words.trim(), token.scopes.at(-1), token.scopes]);
      }
    }
    state = result.ruleStack;
  }
  return { found, state };
}

const SPEC = `edition 2026 # now
use std/http
metric error-rate "Errors" : percent in ratio {
  better lower
  prometheus \`sum(rate(x{a="b"}[$window]))
    / 2\`
}
phase go "Go \\"now\\" {who}" at T-1h takes 10m..20m by lead {
  check done "It is done" error-rate < 0.5% for 5m
  run x \`kubectl get pods\` undo \`true\`
  run y \`\`\`bash
    echo "}" # {
    \`\`\`
    within 5m
  shift api to 25%
  hold watch 15m while http.latency[path=cache] < 200ms
  note """
    **Words** about check and phase.
    """
}
# deployc: allow(unused, reason = "soon")
role oncall "On call" { contact phone "+49" }
deployment "D" { starts 2026-03-10 09:00 Europe/Berlin }
`;

test("every word has its scope", async () => {
  const { found } = await tokens(SPEC);
  const has = (text, scope) =>
    assert.ok(
      found.some(([words, own]) => words === text && own.startsWith(scope)),
      `\`${text}\` is ${scope}: ${JSON.stringify(found.filter(([words]) => words === text).map(([, own]) => own))}`,
    );
  has("edition", "keyword.control.declaration");
  has("2026", "constant.numeric.edition");
  has("now", "comment.line");
  has("std/http", "entity.name.namespace");
  has("error-rate", "entity.name.type.declaration");
  has("error-rate", "variable.other");
  has("better", "keyword.control.statement");
  has("$window", "variable.other");
  has("phase", "keyword.control.declaration");
  has('\\"', "constant.character.escape");
  has("{who}", "variable.parameter");
  has("T-1h", "constant.numeric.offset");
  has("by", "keyword.other.clause");
  has("check", "keyword.control.statement");
  has("0.5", "constant.numeric");
  has("%", "keyword.other.unit");
  has("<", "keyword.operator.comparison");
  has("kubectl get pods", "meta.embedded.shell");
  has("undo", "keyword.other.clause");
  has("bash", "entity.name.type.language");
  has('echo "}" # {', "meta.embedded.shell");
  has("within", "keyword.other.clause");
  has("25", "constant.numeric");
  has("path", "variable.other.property");
  has("unused", "constant.other.rule");
  has("contact", "keyword.control.statement");
  has("09:00", "constant.numeric.clock");
  has("Europe/Berlin", "constant.other.zone");
  const prose = found.find(([words]) => words.startsWith("**Words**"));
  assert.ok(prose[2].includes("meta.embedded.markdown.deploy"));
  assert.ok(!prose[2].some((scope) => scope.startsWith("keyword")));
});

/** The words with which the compiler says that declarations begin. */
function itemWords() {
  const text = fs.readFileSync(path.join(ROOT, "src/syntax/words.rs"), "utf8");
  const list = text.split("pub const ITEMS")[1].split("];")[0];
  return [...list.matchAll(/"([a-z-]+)"/g)].map((found) => found[1]);
}

test("the words of declarations are those of the compiler", async () => {
  for (const word of itemWords()) {
    const line = word === "use" ? "use std/http" : word === "edition" ? "edition 2026" : `${word} x {`;
    const { found } = await tokens(line);
    assert.match(found[0][1], /^keyword\.control/, word);
    assert.equal(found[0][0], word);
  }
});

test("every spec ends outside of texts, commands and scripts", async () => {
  const specs = [];
  for (const folder of ["examples", "stdlib", "tests/corpus/nouns", "tests/corpus/as-written"]) {
    for (const name of fs.readdirSync(path.join(ROOT, folder))) {
      if (name.endsWith(".deploy")) {
        specs.push(path.join(ROOT, folder, name));
      }
    }
  }
  assert.ok(specs.length > 30);
  for (const spec of specs) {
    const { found, state } = await tokens(fs.readFileSync(spec, "utf8"));
    assert.equal(state.depth, 1, spec);
    const declared = found.filter(([, scope]) => scope === "keyword.control.declaration.deploy");
    assert.ok(declared.length > 1, spec);
  }
});
