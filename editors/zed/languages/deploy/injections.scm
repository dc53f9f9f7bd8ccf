((comment) @injection.content
  (#set! injection.language "comment"))

((command_content) @injection.content
  (#set! injection.language "bash"))

; The language that a fence names.
(script
  (language) @injection.language
  (script_content) @injection.content)

((script
  .
  "```"
  .
  (script_content) @injection.content)
  (#set! injection.language "bash"))

((query_content) @injection.content
  (#set! injection.language "promql"))
