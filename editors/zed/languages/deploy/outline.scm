(phase "phase" @context name: (name) @name) @item
(gate "gate" @context name: (name) @name) @item
(metric "metric" @context name: (name) @name) @item
(service "service" @context name: (name) @name) @item
(role "role" @context name: (name) @name) @item
(checklist "checklist" @context name: (name) @name) @item
(procedure "procedure" @context name: (name) @name) @item
(rollback "rollback" @context name: (name) @name) @item
(severity "severity" @context name: (name) @name) @item
(monitor "monitor" @context name: (name) @name) @item
(test "test" @context (string) @name) @item
