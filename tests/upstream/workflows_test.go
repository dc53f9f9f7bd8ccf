package upstream

import (
	"regexp"
	"strings"
	"testing"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"sigs.k8s.io/yaml"
)

// The linter of Argo Workflows reads a manifest inside a workflow as YAML and no further. Here what a
// workflow creates and patches is read by the systems that it is for.

// ofWorkflows tells the kinds that tests/upstream/workflows reads.
func ofWorkflows(object manifest) bool {
	return object.kind() == "WorkflowTemplate" || object.kind() == "CronWorkflow"
}

var tag = regexp.MustCompile(`\{\{.*?\}\}`)

// carried are the manifests inside the workflows, with something filled in where Argo does.
func carried(t *testing.T) []manifest {
	t.Helper()
	var found []manifest
	for _, object := range emitted(t) {
		if object.kind() != "WorkflowTemplate" {
			continue
		}
		var workflow struct {
			Spec struct {
				Templates []struct {
					Name     string `json:"name"`
					Resource struct {
						Manifest string `json:"manifest"`
					} `json:"resource"`
				} `json:"templates"`
			} `json:"spec"`
		}
		if err := yaml.Unmarshal(object.text, &workflow); err != nil {
			t.Fatalf("%s: %v", object, err)
		}
		for _, template := range workflow.Spec.Templates {
			if template.Resource.Manifest == "" {
				continue
			}
			text := tag.ReplaceAllString(template.Resource.Manifest, "filled-in")
			found = append(found, objects(t, object.file+": "+template.Name, []byte(text))...)
		}
	}
	if len(found) == 0 {
		t.Fatal("there is no manifest inside a workflow")
	}
	return found
}

// carriedProblems are what the controller of Rollouts would say of what a workflow creates.
func carriedProblems(books map[string]rulebook, object manifest) []string {
	var said []string
	switch object.kind() {
	case "AnalysisRun":
		var run v1alpha1.AnalysisRun
		if err := yaml.UnmarshalStrict(object.text, &run); err != nil {
			return []string{err.Error()}
		}
		if run.Spec.Terminate {
			return nil // a patch
		}
		said = complaints(books, object)
		said = append(said, metricProblems(&v1alpha1.AnalysisTemplate{Spec: v1alpha1.AnalysisTemplateSpec{Metrics: run.Spec.Metrics}})...)
		for _, metric := range run.Spec.Metrics {
			if query := queryProblem(metric.Provider.Prometheus.Query); query != "" {
				said = append(said, metric.Name+": "+query)
			}
		}
	case "Rollout":
		// A patch: its fields are those of the type, what is not said stays.
		var rollout v1alpha1.Rollout
		if err := yaml.UnmarshalStrict(object.text, &rollout); err != nil {
			said = append(said, err.Error())
		}
	case "Deployment", "StatefulSet", "Workflow":
	default:
		said = append(said, "nobody knows "+object.kind())
	}
	return said
}

func TestTheControllerTakesWhatAWorkflowCreates(t *testing.T) {
	books := rulebooks(t)
	seen := map[string]int{}
	for _, object := range carried(t) {
		seen[object.kind()]++
		for _, said := range carriedProblems(books, object) {
			t.Errorf("%s: %s", object, said)
		}
	}
	for _, kind := range []string{"AnalysisRun", "Rollout"} {
		if seen[kind] == 0 {
			t.Errorf("there is no %s inside a workflow", kind)
		}
	}
	t.Logf("%v", seen)
}

func TestAFaultInsideAWorkflowIsNoticed(t *testing.T) {
	books := rulebooks(t)
	for _, fault := range []struct{ kind, old, new, word string }{
		{"AnalysisRun", "successCondition:", "succesCondition:", "succesCondition"},
		{"AnalysisRun", "    failureLimit: 0\n", "", "limit"},
		{"AnalysisRun", "query: ", "queri: ", "queri"},
		{"Rollout", "pauseConditions:", "pauseCondition:", "pauseCondition"},
		{"Rollout", "currentStepIndex: ", "currentStepIndex: x", "currentStepIndex"},
	} {
		noticedInside(t, books, fault.kind, fault.old, fault.new, fault.word)
	}
}

func noticedInside(t *testing.T, books map[string]rulebook, kind, old, new, word string) {
	t.Helper()
	for _, object := range carried(t) {
		if object.kind() != kind || !strings.Contains(string(object.text), old) {
			continue
		}
		text := []byte(strings.Replace(string(object.text), old, new, 1))
		changed := manifest{file: object.file, text: text}
		if err := yaml.Unmarshal(text, &changed.object); err != nil {
			t.Fatal(err)
		}
		noticed(t, carriedProblems(books, changed), word)
		return
	}
	t.Errorf("no %s inside a workflow has %q", kind, old)
}
