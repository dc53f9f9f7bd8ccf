package upstream

import (
	"bytes"
	"fmt"
	"regexp"
	"testing"
	"text/template"
	"time"

	"github.com/fluxcd/flagger/pkg/apis/flagger/v1beta1"
)

// rendered is the query of a MetricTemplate as Flagger asks it: its own functions, its own options
// (pkg/metrics/observers/render.go, which would bring the clients of all clouds with it).
func rendered(query string) (string, error) {
	model := v1beta1.MetricTemplateModel{
		Name: "canary", Namespace: "shop", Target: "checkout", Service: "checkout", Ingress: "checkout",
		Route: "checkout", Interval: "1m", Variables: map[string]string{},
	}
	read, err := template.New("tmpl").Option("missingkey=error").Funcs(model.TemplateFunctions()).Parse(query)
	if err != nil {
		return "", err
	}
	var text bytes.Buffer
	err = read.Execute(&text, nil)
	return text.String(), err
}

func TestFlaggerAsksPrometheusWhatItReads(t *testing.T) {
	for _, object := range ofKind(t, "MetricTemplate") {
		metric := typed[v1beta1.MetricTemplate](t, object)
		query, err := rendered(metric.Spec.Query)
		if err != nil {
			t.Errorf("%s: %v", object, err)
			continue
		}
		if said := queryProblem(query); said != "" {
			t.Errorf("%s: %s", object, said)
		}
	}
}

var flaggerDuration = regexp.MustCompile(`^[0-9]+(m|s)$`)

// canaryProblems are what makes Flagger stand still, overshoot or ignore what it was told, and what
// nobody says when the object is applied (fluxcd/flagger issue 312).
func canaryProblems(canary *v1beta1.Canary, find func(name string) bool) []string {
	var said []string
	say := func(format string, values ...any) { said = append(said, fmt.Sprintf(format, values...)) }
	analysis := canary.Spec.Analysis
	if analysis == nil {
		return []string{"no analysis"}
	}
	if !flaggerDuration.MatchString(analysis.Interval) {
		say("the interval %q is not read", analysis.Interval)
	} else if interval, _ := time.ParseDuration(analysis.Interval); interval < 10*time.Second {
		say("the interval %q becomes 10s", analysis.Interval)
	}
	if analysis.Threshold < 1 {
		say("the threshold %d becomes 1", analysis.Threshold)
	}
	ways := 0
	if analysis.Iterations > 0 {
		ways++
	}
	if analysis.StepWeight > 0 {
		ways++
	}
	if len(analysis.StepWeights) > 0 {
		ways++
	}
	if ways != 1 {
		say("%d of iterations, stepWeight and stepWeights", ways)
	}
	last := 0
	for _, weight := range analysis.StepWeights {
		if weight <= last {
			say("the weight %d follows %d: it stands still", weight, last)
		}
		if weight > 100 {
			say("the weight %d is more than everything", weight)
		}
		last = weight
	}
	if canary.Spec.Provider == "kubernetes" && len(analysis.StepWeights) > 0 {
		say("the provider kubernetes has no weights")
	}
	for _, metric := range analysis.Metrics {
		if metric.TemplateRef == nil {
			say("the metric %s has no template", metric.Name)
		} else if !find(metric.TemplateRef.Name) {
			say("the template %q does not exist", metric.TemplateRef.Name)
		}
		if metric.ThresholdRange == nil || metric.ThresholdRange.Min == nil && metric.ThresholdRange.Max == nil {
			say("the metric %s has no range: it always fails", metric.Name)
		}
	}
	for _, alert := range analysis.Alerts {
		if alert.Severity == "" {
			say("the alert %s has no severity: it never fires", alert.Name)
		}
		if !find(alert.ProviderRef.Name) {
			say("the provider %q does not exist", alert.ProviderRef.Name)
		}
	}
	return said
}

func TestFlaggerFollowsEveryCanary(t *testing.T) {
	known := map[string]bool{}
	for _, object := range emitted(t) {
		if object.kind() == "MetricTemplate" || object.kind() == "AlertProvider" {
			known[object.file+" "+object.name()] = true
		}
	}
	for _, object := range ofKind(t, "Canary") {
		canary := typed[v1beta1.Canary](t, object)
		for _, said := range canaryProblems(canary, func(name string) bool { return known[object.file+" "+name] }) {
			t.Errorf("%s: %s", object, said)
		}
	}
}

func TestFaultsInACanaryAreNoticed(t *testing.T) {
	books := rulebooks(t)
	found := ofKind(t, "Canary")
	all := func(string) bool { return true }
	for name, change := range map[string]struct {
		word   string
		change func(*v1beta1.Canary)
	}{
		"a weight twice":         {"stands still", func(c *v1beta1.Canary) { c.Spec.Analysis.StepWeights = []int{10, 10} }},
		"an hour":                {"is not read", func(c *v1beta1.Canary) { c.Spec.Analysis.Interval = "1h" }},
		"no severity":            {"never fires", func(c *v1beta1.Canary) { c.Spec.Analysis.Alerts = []v1beta1.CanaryAlert{{Name: "x"}} }},
		"no threshold":           {"becomes 1", func(c *v1beta1.Canary) { c.Spec.Analysis.Threshold = 0 }},
		"both ways":              {"2 of", func(c *v1beta1.Canary) { c.Spec.Analysis.StepWeight, c.Spec.Analysis.StepWeights = 10, []int{10} }},
		"a metric without range": {"always fails", func(c *v1beta1.Canary) { c.Spec.Analysis.Metrics = []v1beta1.CanaryMetric{{Name: "x"}} }},
	} {
		canary := typed[v1beta1.Canary](t, found[0])
		change.change(canary)
		t.Run(name, func(t *testing.T) { noticed(t, canaryProblems(canary, all), change.word) })
	}
	noticed(t, complaints(books, broken(t, "Canary", "interval: ", "interval: x")), "interval")
	noticed(t, complaints(books, broken(t, "Canary", "provider: ", "provider: not-")), "provider")
	noticed(t, complaints(books, broken(t, "Canary", "stepWeights:", "stepWeight: 5\n    stepWeights:")), "oneOf")
	if _, err := rendered("sum(rate(x{{ nothing }}[1m]))"); err == nil {
		t.Error("an unknown function of a template is taken")
	}
}
