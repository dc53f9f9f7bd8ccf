package upstream

import (
	"strings"
	"testing"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"sigs.k8s.io/yaml"
)

// A fault put into an emitted object must be noticed, or the proof proves nothing.

// broken is the first emitted object of a kind in which the old text stands, with the new in its place.
func broken(t *testing.T, kind, old, new string) manifest {
	t.Helper()
	for _, object := range ofKind(t, kind) {
		if !strings.Contains(string(object.text), old) {
			continue
		}
		text := strings.Replace(string(object.text), old, new, 1)
		changed := manifest{file: object.file, text: []byte(text)}
		if err := yaml.Unmarshal(changed.text, &changed.object); err != nil {
			t.Fatalf("%s with %q: %v", object, new, err)
		}
		return changed
	}
	t.Fatalf("no %s has %q in it", kind, old)
	return manifest{}
}

func noticed(t *testing.T, said []string, word string) {
	t.Helper()
	for _, one := range said {
		if strings.Contains(one, word) {
			return
		}
	}
	t.Errorf("nobody said %q; said was %q", word, said)
}

func TestTheSchemaNoticesFaults(t *testing.T) {
	books := rulebooks(t)
	for _, fault := range []struct{ kind, old, new, word string }{
		{"Rollout", "\n  strategy:", "\n  strategi:", "unknown field spec.strategi"},
		{"Rollout", "setWeight: ", "setWeight: x", "must be of type integer"},
		{"Rollout", "- setWeight: ", "- setWeigth: ", "setWeigth"},
		{"AnalysisTemplate", "successCondition:", "successConditions:", "successConditions"},
		{"AnalysisTemplate", "failureLimit: 0", "failureLimit: yes", "failureLimit"},
		{"AnalysisTemplate", "provider:", "providers:", "provider"},
	} {
		noticed(t, complaints(books, broken(t, fault.kind, fault.old, fault.new)), fault.word)
	}
}

func TestTheControllerNoticesFaultsInARollout(t *testing.T) {
	known := templates(t, emitted(t))
	for _, fault := range []struct{ old, new, word string }{
		{"- setWeight: 10\n", "- setWeight: 101\n", "Weight"},
		{"- setWeight: 50\n", "- setWeight: 5\n", "the weight 5 follows"},
		{"pause: {}", "pause:\n          duration: 1d", "Duration"},
		{"templateName: ", "templateName: no-", "does not exist"},
		{"    canary:\n", "    blueGreen:\n      activeService: x\n    canary:\n", "Multiple Strategies"},
		{"activeService: ", "oldService: ", "oldService"},
	} {
		object := broken(t, "Rollout", fault.old, fault.new)
		var rollout v1alpha1.Rollout
		if err := yaml.UnmarshalStrict(object.text, &rollout); err != nil {
			noticed(t, []string{err.Error()}, fault.word)
			continue
		}
		noticed(t, problems(&rollout, func(name string) *v1alpha1.AnalysisTemplate {
			return known[object.file+" "+rollout.Namespace+"/"+name]
		}), fault.word)
	}
}

func TestAnInlineAnalysisWithoutAnEndIsNoticed(t *testing.T) {
	known := templates(t, emitted(t))
	for _, object := range ofKind(t, "Rollout") {
		rollout := typed[v1alpha1.Rollout](t, object)
		if canary := rollout.Spec.Strategy.Canary; canary == nil || !hasInline(canary) {
			continue
		}
		noticed(t, problems(rollout, func(name string) *v1alpha1.AnalysisTemplate {
			template := known[object.file+" "+rollout.Namespace+"/"+name]
			if template == nil {
				return nil
			}
			endless := template.DeepCopy()
			for at := range endless.Spec.Metrics {
				endless.Spec.Metrics[at].Interval = "1m"
				endless.Spec.Metrics[at].Count = nil
			}
			return endless
		}), "runs indefinitely")
		return
	}
	t.Error("no Rollout has an analysis among its steps")
}

func hasInline(canary *v1alpha1.CanaryStrategy) bool {
	for _, step := range canary.Steps {
		if step.Analysis != nil {
			return true
		}
	}
	return false
}

func TestTheControllerNoticesFaultsInAMetric(t *testing.T) {
	for _, fault := range []struct{ old, new, word string }{
		{"    failureLimit: 0\n", "", "a limit is left"},
		{"{{args.prometheus}}", "{{args.prometeus}}", "prometeus"},
		{"result[0]", "result[0] {{user text}}", "user text"},
		{"- name: error-rate\n", "- name: error-rate\n    count: 1\n    provider: {web: {url: x}}\n  - name: error-rate\n", "duplicate"},
	} {
		object := broken(t, "AnalysisTemplate", fault.old, fault.new)
		var template v1alpha1.AnalysisTemplate
		if err := yaml.UnmarshalStrict(object.text, &template); err != nil {
			noticed(t, []string{err.Error()}, fault.word)
			continue
		}
		noticed(t, metricProblems(&template), fault.word)
	}
}

func TestAWrongConditionIsNoticed(t *testing.T) {
	below := compare("<", 0.005)
	wants := outcome{required: true, ill: v1alpha1.AnalysisPhaseFailed, noData: "pause"}
	some := "len(result) > 0 && !isNaN(result[0]) && "
	right := v1alpha1.Metric{Name: "right", SuccessCondition: some + "result[0] < 0.005", FailureCondition: some + "result[0] >= 0.005"}
	if said := judge(right, below, wants); len(said) > 0 {
		t.Errorf("nothing is wrong with it: %q", said)
	}
	for name, wrong := range map[string]v1alpha1.Metric{
		"the bound itself": {SuccessCondition: some + "result[0] <= 0.005", FailureCondition: some + "result[0] > 0.005"},
		"no guard":         {SuccessCondition: "result[0] < 0.005", FailureCondition: "result[0] >= 0.005"},
		"a vector as one":  {SuccessCondition: "result < 0.005"},
		"another unit":     {SuccessCondition: some + "result[0] < 0.5", FailureCondition: some + "result[0] >= 0.5"},
		"no third state":   {SuccessCondition: some + "result[0] < 0.005"},
	} {
		if said := judge(wrong, below, wants); len(said) == 0 {
			t.Errorf("%s: nobody noticed", name)
		}
	}
}

func TestPrometheusNoticesFaultsInAQuery(t *testing.T) {
	for query, word := range map[string]string{
		"sum(rate(x[5m])":          "unclosed left parenthesis",
		"rate(x)":                  "expected type range vector",
		"x[5m]":                    "returns a matrix",
		"1 - 0.5":                  "returns a scalar",
		"sum by (le) rate(x[5mm])": "bad",
	} {
		said := queryProblem(query)
		if said == "" || (word != "bad" && !strings.Contains(said, word)) {
			t.Errorf("%s: said was %q", query, said)
		}
	}
}
