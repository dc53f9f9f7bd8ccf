package upstream

import (
	"strings"
	"testing"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	analysisutil "github.com/argoproj/argo-rollouts/utils/analysis"
	"github.com/prometheus/prometheus/promql/parser"
)

// Every query of a metric is one that Prometheus reads, and returns an instant vector: that is what
// the conditions index.
func TestPrometheusReadsEveryQuery(t *testing.T) {
	seen := 0
	for _, object := range ofKind(t, "AnalysisTemplate") {
		template := typed[v1alpha1.AnalysisTemplate](t, object)
		for _, metric := range template.Spec.Metrics {
			for at := range template.Spec.Args {
				if template.Spec.Args[at].Value == nil {
					value := "abc123"
					template.Spec.Args[at].Value = &value
				}
			}
			resolved, err := analysisutil.ResolveMetricArgs(metric, template.Spec.Args)
			if err != nil {
				t.Errorf("%s: %s: %v", object, metric.Name, err)
				continue
			}
			seen++
			if said := queryProblem(resolved.Provider.Prometheus.Query); said != "" {
				t.Errorf("%s: %s: %s", object, metric.Name, said)
			}
		}
	}
	if seen == 0 {
		t.Error("there is no query among what was emitted")
	}
}

// queryProblem is what Prometheus would say of a query, or nothing.
func queryProblem(query string) string {
	expression, err := parser.ParseExpr(query)
	if err != nil {
		return err.Error()
	}
	if expression.Type() != parser.ValueTypeVector {
		return "returns a " + string(expression.Type()) + ", not an instant vector: " + strings.TrimSpace(query)
	}
	return ""
}
