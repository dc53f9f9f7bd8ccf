[
  (block)
  (arguments)
  (imports)
] @indent

[
  "}"
  ")"
] @outdent
