/**
 * @file The `.deploy` language, as editors need it: what is a declaration, a statement, a block, a
 * text, a command. What clauses mean is the compiler's affair; every healthy spec parses without an
 * ERROR node, and the declarations are those of the compiler's own tree (tests/corpus.rs).
 */

/// <reference types="tree-sitter-cli/dsl" />

// Words that begin a declaration (src/syntax/words.rs, ITEMS); `use` and `edition` stand apart.
const ITEMS = [
  "alert", "backup", "baseline", "channel", "checklist", "deployment", "escalation", "failure",
  "freeze", "gate", "message", "metric", "monitor", "objective", "param", "phase", "procedure",
  "reference", "role", "rollback", "secret", "service", "severity", "success", "test",
];

// What may be declared inside a block as well.
const NESTED = ["alert", "gate", "phase", "severity"];

const rule = (word) => word.replaceAll("-", "_");

const items = Object.fromEntries(
  ITEMS.map((word) => [
    rule(word),
    ($) => seq(word, word === "alert" ? $._long_tail : $._tail),
  ]),
);

module.exports = grammar({
  name: "deploy",

  word: ($) => $.name,

  extras: ($) => [/[ \t\r\n\f\uFEFF]/, $.comment],

  // `_end` ends a statement: a line break, or nothing before `}` and at the end of the file.
  // `_goes_on` is a line break behind which a `run` or an `alert` goes on.
  externals: ($) => [$._end, $._goes_on, $.script_content, $._error],

  conflicts: (_$) => [],

  rules: {
    source_file: ($) => repeat($._item),

    _item: ($) => choice($.edition, $.use, ...ITEMS.map((word) => $[rule(word)])),

    edition: ($) => seq("edition", field("year", $.quantity), $._end),

    use: ($) => seq("use", field("module", $.module), optional($.imports), $._end),
    module: (_$) => token(prec(2, /(std\/|\.\.?\/)[A-Za-z0-9_.\/-]+/)),
    imports: ($) => seq("{", $._import, repeat(seq(",", $._import)), optional(","), "}"),
    _import: ($) => choice($.name, $._item_word),

    ...items,

    block: ($) => seq("{", repeat($._line), "}"),

    _line: ($) =>
      choice(
        $.statement,
        $.run,
        $.query_setting,
        ...NESTED.map((word) => $[rule(word)]),
      ),

    // What stands behind the word of a declaration: its name, the rest of its head, its block.
    _tail: ($) =>
      choice(
        prec(1, seq(field("name", choice($.name, $._item_word)), repeat($._part), $._end)),
        seq(repeat($._part), $._end),
      ),
    _long_tail: ($) =>
      choice(
        prec(1, seq(field("name", choice($.name, $._item_word)), repeat(choice($._part, $._goes_on)), $._end)),
        seq(repeat(choice($._part, $._goes_on)), $._end),
      ),

    // The other words of the language are names that stand first, and are told apart by the queries:
    // a table with a column for each would be many times as large.
    statement: ($) =>
      seq(
        choice(field("keyword", choice($.name, alias("rollback", $.name))), $._no_name),
        repeat($._part),
        $._end,
      ),

    run: ($) => seq("run", $._long_tail),

    query_setting: ($) => seq("prometheus", choice($.query, $.script), $._end),

    _part: ($) => choice($._token, $.block, seq(",", $._token)),

    _token: ($) => choice($.name, $._item_word, $._no_name),

    // Words that begin declarations stand for names where a name is due: `rollback quick`.
    _item_word: ($) => alias(choice(...ITEMS, "run", "use", "edition", "prometheus"), $.name),

    _no_name: ($) =>
      choice(
        $.path,
        $.string,
        $.prose,
        $.command,
        $.script,
        $.quantity,
        $.range_dots,
        $.date,
        $.clock,
        $.offset,
        $.proper_name,
        $.unit,
        $.comparator,
        $.regex,
        $.json_path,
        $.arguments,
        $.selector,
        "=",
        ":",
      ),

    arguments: ($) =>
      seq("(", optional(seq($._argument, repeat(seq(",", $._argument)), optional(","))), ")"),
    _argument: ($) => repeat1($._token),

    selector: ($) => seq("[", $.matcher, repeat(seq(",", $.matcher)), "]"),
    matcher: ($) =>
      seq(
        field("label", $.label),
        choice("=", "!=", "=~", "!~"),
        field("value", choice($.string, $.label_value)),
      ),
    label: (_$) => /[A-Za-z_][A-Za-z0-9_]*/,
    label_value: (_$) => token(prec(-1, /[A-Za-z0-9_.\/-]+/)),

    name: (_$) => /[a-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*/,
    path: (_$) => /[a-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*([.\/][a-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*)+/,
    proper_name: (_$) => /[A-Z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*/,
    unit: (_$) => /[%µ][A-Za-z%µ]*|\/[A-Za-z]+/,

    quantity: (_$) =>
      /[+-]?[0-9][0-9_]*(\.[0-9]+)?([A-Za-z%µ]+([0-9]+[A-Za-z%µ]+)*)?(\/([0-9]+(\.[0-9]+)?|[A-Za-z]+))?\+?/,
    range_dots: (_$) => choice("..", "..<"),
    date: (_$) => token(prec(2, /[0-9]{4}-[0-9]{2}-[0-9]{2}/)),
    clock: (_$) => token(prec(2, /[0-9]{2}:[0-9]{2}(:[0-9]{2})?/)),
    offset: (_$) => token(prec(2, /T([+-][0-9]+[a-z]+([0-9]+[a-z]+)*)?/)),

    comparator: (_$) => choice("<", "<=", ">", ">=", "==", "!="),
    regex: (_$) => token(prec(1, /\/([^\/\n\\]|\\.)+\//)),
    json_path: (_$) => /\$(\.[A-Za-z0-9_-]+|\[[0-9]+\])*/,

    string: ($) =>
      seq('"', repeat(choice($.escape, $.interpolation, $._text, "{")), token.immediate('"')),
    _text: (_$) => token.immediate(prec(1, /[^"\\{\n]+/)),
    escape: (_$) => token.immediate(/\\(u\{[0-9A-Fa-f]+\}|.)/),
    interpolation: (_$) => token.immediate(prec(2, /\{[a-z][A-Za-z0-9-]*\}/)),

    prose: (_$) => token(prec(3, /"""([^"]|"[^"]|""[^"])*"""/)),

    command: ($) => seq("`", $.command_content, token.immediate("`")),
    command_content: (_$) => token.immediate(/[^`\n]+/),

    query: ($) => seq("`", $.query_content, token.immediate("`")),
    query_content: (_$) => token.immediate(/[^`]+/),

    script: ($) => seq("```", optional($.language), $.script_content, "```"),
    language: (_$) => token.immediate(/[A-Za-z0-9+_-]+/),

    comment: (_$) => token(prec(-1, /#[^\r\n]*/)),
  },
});
