; Later patterns win.

(name) @variable
(path) @variable
(comment) @comment
(string) @string
(prose) @string.documentation
(escape) @string.escape
(interpolation) @variable.parameter
(command) @string.special
(script) @string.special
(query) @string.special
(regex) @string.regexp
(json_path) @string.special
(language) @label

(quantity) @number
(date) @number
(clock) @number
(offset) @number
(unit) @type
(proper_name) @constant

(comparator) @operator
[ "=" ":" ] @operator
(range_dots) @operator
[ "{" "}" "(" ")" "[" "]" ] @punctuation.bracket
"," @punctuation.delimiter

(module) @module
(imports (name) @function)
(matcher label: (label) @property)
(matcher value: (label_value) @constant)

; Words inside of statements.
((name) @keyword
  (#any-of? @keyword
    "about" "after" "and" "as" "at" "by" "capture" "decreasing" "do" "done" "due" "else" "every"
    "exit" "expect" "for" "from" "idempotent" "if" "in" "increasing" "irreversible" "keep" "never"
    "not" "of" "on" "or" "over" "page" "pause" "probe" "reads-only" "retry" "skip" "stable" "status" "stop"
    "takes" "target" "then" "to" "undo" "until" "valid" "via" "when" "while" "with" "within"))

; What is declared.
(metric name: (name) @property)
(baseline name: (name) @property)
(service name: (name) @type)
(role name: (name) @type)
(channel name: (name) @type)
(param name: (name) @variable.parameter)
(secret name: (name) @variable.parameter)
(message name: (name) @type)
(checklist name: (name) @function)
(procedure name: (name) @function)
(rollback name: (name) @function)
(severity name: (name) @label)
(phase name: (name) @module)
(gate name: (name) @module)
(monitor name: (name) @module)
(alert name: (name) @label)
(run name: (name) @variable)

; Words with which statements begin.
(statement keyword: (name) @keyword
  (#any-of? @keyword
    "approve" "bake" "better" "blue-green" "body" "canary" "check" "choose" "command" "contact" "date"
    "do" "else" "environment" "every" "expect" "field" "file" "given" "group" "hold" "image" "include"
    "interval" "lasts" "link" "namespace" "no-data" "note" "notify" "on" "option" "owner" "page" "pause"
    "person" "port" "prepare" "project" "record" "replicas" "require" "retire" "retry" "rollback"
    "runbook" "scale" "shift" "skip" "starts" "status" "stop" "strategy" "subject" "switch" "then"
    "traffic" "verify" "version" "wait" "watch" "when" "window" "workload"))

[
  "alert" "backup" "baseline" "channel" "checklist" "deployment" "edition" "escalation" "failure"
  "freeze" "gate" "message" "metric" "monitor" "objective" "param" "phase" "procedure" "prometheus"
  "reference" "role" "rollback" "run" "secret" "service" "severity" "success" "test" "use"
] @keyword
