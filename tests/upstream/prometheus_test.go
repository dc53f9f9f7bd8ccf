package upstream

import (
	stdjson "encoding/json"
	"os"
	"strings"
	"testing"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"sigs.k8s.io/yaml"
)

// ruleProblems are what the operator and Prometheus would say of a PrometheusRule: a field that its
// type does not have, a rule that Prometheus does not load, an expression that returns no vector.
func ruleProblems(text []byte) []string {
	var rule monitoringv1.PrometheusRule
	if err := yaml.UnmarshalStrict(text, &rule); err != nil {
		return []string{err.Error()}
	}
	// The operator writes the groups into the file that Prometheus loads.
	groups, err := stdjson.Marshal(rule.Spec)
	if err != nil {
		return []string{err.Error()}
	}
	file, err := yaml.JSONToYAML(groups)
	if err != nil {
		return []string{err.Error()}
	}
	return fileProblems(file)
}

// fileProblems are what Prometheus would say of a rule file.
func fileProblems(file []byte) []string {
	var said []string
	read, problems := rulefmt.Parse(file, false, model.UTF8Validation)
	for _, problem := range problems {
		said = append(said, problem.Error())
	}
	if read == nil {
		return append(said, "there are no groups")
	}
	for _, group := range read.Groups {
		if len(group.Rules) == 0 {
			said = append(said, group.Name+": there are no rules")
		}
		for _, one := range group.Rules {
			expression, err := parser.ParseExpr(one.Expr)
			if err != nil {
				said = append(said, one.Alert+": "+err.Error())
				continue
			}
			if expression.Type() != parser.ValueTypeVector {
				said = append(said, one.Alert+": returns a "+string(expression.Type()))
			}
			if one.Annotations["runbook_url"] == "" && one.Annotations["runbook"] == "" {
				said = append(said, one.Alert+": leads to no runbook")
			}
		}
	}
	return said
}

func TestPrometheusLoadsEveryRule(t *testing.T) {
	for _, object := range ofKind(t, "PrometheusRule") {
		for _, said := range ruleProblems(object.text) {
			t.Errorf("%s: %s", object, said)
		}
	}
}

func TestPrometheusLoadsEveryRuleFile(t *testing.T) {
	all := files(t, ".rules.yaml")
	if len(all) == 0 {
		t.Fatal("there is no rule file among what was emitted")
	}
	for _, file := range all {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, said := range fileProblems(text) {
			t.Errorf("%s: %s", file, said)
		}
	}
}

func TestPrometheusNoticesFaultsInARule(t *testing.T) {
	for _, fault := range []struct{ old, new, word string }{
		{"    - alert: ", "    - allert: ", "allert"},
		{"      expr: ", "      expr: sum( # ", "mapping values"},
		{"      for: ", "      for: 5mm # ", "duration"},
		{"      labels:\n", "      labels:\n        \"\": x\n", "label"},
		{"        summary: ", "        summary: \"{{ $labels.x\" # ", "template"},
	} {
		for _, object := range ofKind(t, "PrometheusRule") {
			if !strings.Contains(string(object.text), fault.old) {
				continue
			}
			said := ruleProblems([]byte(strings.Replace(string(object.text), fault.old, fault.new, 1)))
			if len(said) == 0 {
				t.Errorf("%q with %q: nobody noticed", fault.old, fault.new)
			}
			t.Logf("%q: %q", fault.new, said)
			break
		}
	}
}
