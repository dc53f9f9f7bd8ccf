package upstream

import (
	stdjson "encoding/json"
	"math/big"
	"os"
	"strings"
	"testing"
)

// The parts of the plan's JSON (docs/plan.md) that say what a condition means.
type plan struct {
	Metrics []planMetric `json:"metrics"`
	Nodes   []planNode   `json:"nodes"`
}

type planMetric struct {
	Name   string `json:"name"`
	Unit   string `json:"unit"`
	NoData string `json:"no_data"`
}

type planNode struct {
	ID       string         `json:"id"`
	Kind     string         `json:"kind"`
	Holds    *planCondition `json:"holds"`
	While    *planCondition `json:"while"`
	Then     []planAction   `json:"then"`
	Children []planNode     `json:"children"`
}

type planAction struct {
	Action string        `json:"action"`
	After  *planQuantity `json:"after"`
}

type planCondition struct {
	Condition  stdjson.RawMessage `json:"condition"`
	Of         stdjson.RawMessage `json:"of"`
	Metric     string             `json:"metric"`
	Bound      string             `json:"bound"`
	Comparator string             `json:"comparator"`
	Value      *planQuantity      `json:"value"`
	Tolerance  *planQuantity      `json:"tolerance"`
	Range      *planRange         `json:"range"`
	For        *planQuantity      `json:"for"`
}

type planQuantity struct {
	Value   stdjson.RawMessage `json:"value"`
	Written string             `json:"written"`
}

type planRange struct {
	Low           planQuantity `json:"low"`
	High          planQuantity `json:"high"`
	HighInclusive bool         `json:"high_inclusive"`
}

func readPlan(t *testing.T, file string) plan {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var read plan
	if err := stdjson.Unmarshal(text, &read); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return read
}

// walk visits all nodes with the severity around them, if there is one.
func (p plan) walk(visit func(node, severity *planNode)) {
	var inside func(nodes []planNode, severity *planNode)
	inside = func(nodes []planNode, severity *planNode) {
		for at := range nodes {
			node := &nodes[at]
			if node.Kind == "severity" {
				severity = node
			}
			visit(node, severity)
			inside(node.Children, severity)
		}
	}
	inside(p.Nodes, nil)
}

// measured are the measured conditions inside one, in the order written.
func (c *planCondition) measured(t *testing.T) []planCondition {
	t.Helper()
	if c == nil {
		return nil
	}
	var kind string
	if err := stdjson.Unmarshal(c.Condition, &kind); err != nil {
		t.Fatal(err)
	}
	switch kind {
	case "measured":
		return []planCondition{*c}
	case "all", "any":
		var of []planCondition
		if err := stdjson.Unmarshal(c.Of, &of); err != nil {
			t.Fatal(err)
		}
		var found []planCondition
		for at := range of {
			found = append(found, of[at].measured(t)...)
		}
		return found
	default:
		return nil
	}
}

// factors of the units in which queries return: how many base units one is.
var factors = map[string]string{
	"": "1", "ratio": "1", "percent": "1/100", "%": "1/100",
	"s": "1", "seconds": "1", "ms": "1/1000", "milliseconds": "1/1000", "us": "1/1000000", "ns": "1/1000000000",
	"m": "60", "minutes": "60", "h": "3600", "hours": "3600", "d": "86400", "days": "86400",
	"bytes": "1", "B": "1", "kB": "1000", "KB": "1000", "MB": "1000000", "GB": "1000000000",
	"KiB": "1024", "Ki": "1024", "MiB": "1048576", "Mi": "1048576", "GiB": "1073741824", "Gi": "1073741824",
	"cores": "1", "millicores": "1/1000", "/s": "1", "/m": "1/60", "/min": "1/60", "/h": "1/3600",
}

// in is the quantity in a unit of queries. Exact until the last step, as the plan is.
func (q planQuantity) in(t *testing.T, unit string) float64 {
	t.Helper()
	factor, known := factors[unit]
	if !known {
		// Counts and rates of things: requests, pods, requests/s.
		if at := strings.Index(unit, "/"); at >= 0 {
			factor, known = factors[unit[at:]]
		} else {
			factor, known = "1", true
		}
	}
	if !known {
		t.Fatalf("the unit %q is not known here", unit)
	}
	value, ok := new(big.Rat).SetString(strings.Trim(string(q.Value), `"`))
	if !ok {
		t.Fatalf("%s is no number", q.Value)
	}
	divisor, _ := new(big.Rat).SetString(factor)
	result, _ := new(big.Rat).Quo(value, divisor).Float64()
	return result
}
