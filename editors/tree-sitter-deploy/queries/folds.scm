[
  (block)
  (prose)
  (script)
  (query)
  (imports)
] @fold
