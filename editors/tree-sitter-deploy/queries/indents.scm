; For Neovim. Helix has its own names: editors/helix/indents.scm.
[
  (block)
  (arguments)
  (imports)
] @indent.begin

[
  "}"
  ")"
] @indent.branch @indent.end

[
  (prose)
  (script)
  (query)
] @indent.ignore
