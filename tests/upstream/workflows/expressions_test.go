package workflows

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/Knetic/govaluate"
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/util/template"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml"
)

// The linter compiles neither `when` nor the conditions of resources; here they are, as the controller
// and the executor do it.

var tag = regexp.MustCompile(`\{\{=?.*?\}\}`)

// began is when every step has started.
var began = time.Now().Add(-7 * time.Minute)

// known are values for everything that an expression of ours may name.
func known(spec *wfv1.WorkflowSpec, answers string) map[string]any {
	values := map[string]any{
		"workflow.name":      "checkout-abc12",
		"workflow.namespace": "shop",
		"workflow.status":    "Failed",
	}
	for _, parameter := range spec.Arguments.Parameters {
		value := answers
		if parameter.Value != nil {
			value = parameter.Value.String()
		}
		values["workflow.parameters."+parameter.Name] = value
	}
	for _, one := range spec.Templates {
		for _, output := range one.Outputs.Parameters {
			if output.GlobalName != "" {
				values["workflow.outputs.parameters."+output.GlobalName] = answers
			}
		}
		for _, input := range one.Inputs.Parameters {
			values["inputs.parameters."+input.Name] = answers
		}
		if one.DAG != nil {
			for _, task := range one.DAG.Tasks {
				values["tasks."+task.Name+".outputs.parameters.answer"] = answers
				values["tasks."+task.Name+".outputs.parameters.option"] = answers
				values["tasks."+task.Name+".outputs.parameters.phase"] = answers
			}
		}
		for _, group := range one.Steps {
			for _, step := range group.Steps {
				values["steps."+step.Name+".outputs.parameters.answer"] = answers
				values["steps."+step.Name+".outputs.parameters.phase"] = answers
				values["steps."+step.Name+".outputs.parameters.option"] = answers
				values["steps."+step.Name+".status"] = answers
				values["steps."+step.Name+".startedAt"] = began.Format(time.RFC3339)
			}
		}
	}
	return values
}

// decided is what the controller makes of a `when`.
func decided(when string, values map[string]any) (bool, error) {
	parsed, err := template.NewTemplate(when)
	if err != nil {
		return false, err
	}
	replaced, err := parsed.Replace(values, false)
	if err != nil {
		return false, err
	}
	expression, err := govaluate.NewEvaluableExpression(replaced)
	if err != nil {
		return false, err
	}
	result, err := expression.Evaluate(nil)
	if err != nil {
		return false, err
	}
	decision, ok := result.(bool)
	if !ok {
		return false, fmt.Errorf("%q is %v", when, result)
	}
	return decision, nil
}

func whens(spec *wfv1.WorkflowSpec) map[string]string {
	found := map[string]string{}
	for _, one := range spec.Templates {
		if one.DAG != nil {
			for _, task := range one.DAG.Tasks {
				if task.When != "" {
					found[one.Name+"/"+task.Name] = task.When
				}
			}
		}
		for _, group := range one.Steps {
			for _, step := range group.Steps {
				if step.When != "" {
					found[one.Name+"/"+step.Name] = step.When
				}
			}
		}
	}
	return found
}

func TestEveryWhenIsDecided(t *testing.T) {
	count := 0
	for _, object := range ofKind(t, "WorkflowTemplate") {
		parsed := typed[wfv1.WorkflowTemplate](t, object)
		for place, when := range whens(&parsed.Spec) {
			count++
			// Whatever people answer, even text that is no expression: it decides, and nothing breaks.
			for _, answer := range []string{"yes", "no", "", "Successful", "it's \"so\" {{workflow.name}} == 1", "a || true"} {
				if _, err := decided(when, known(&parsed.Spec, answer)); err != nil {
					t.Errorf("%s: %s: %s: %v", object, place, when, err)
				}
			}
		}
		for place, when := range whens(&parsed.Spec) {
			if !strings.HasSuffix(place, "-failed") || !strings.Contains(when, ".status") {
				continue
			}
			for status, failed := range map[string]bool{"Failed": true, "Error": true, "Succeeded": false, "Skipped": false} {
				got, err := decided(when, known(&parsed.Spec, status))
				if err != nil || got != failed {
					t.Errorf("%s: %s: after %s it is %v, %v", object, place, status, got, err)
				}
			}
		}
		if when, there := whens(&parsed.Spec)["agree/refused"]; there {
			for answer, refused := range map[string]bool{"yes": false, "no": true, "yes ": true, "": true, "x' == 'x": true} {
				got, err := decided(when, known(&parsed.Spec, answer))
				if err != nil || got != refused {
					t.Errorf("%s: the answer %q: refused is %v, %v", object, answer, got, err)
				}
			}
		}
	}
	if count == 0 {
		t.Error("there is no when")
	}
	for _, object := range ofKind(t, "CronWorkflow") {
		parsed := typed[wfv1.CronWorkflow](t, object)
		if parsed.Spec.When == "" {
			if !parsed.Spec.Suspend {
				t.Errorf("%s: it runs from now on", object)
			}
			continue
		}
		if _, err := decided(parsed.Spec.When, map[string]any{}); err != nil {
			t.Errorf("%s: %v", object, err)
		}
	}
}

func TestAWrongWhenIsNoticed(t *testing.T) {
	values := map[string]any{"workflow.parameters.a": "x"}
	for _, when := range []string{"{{=workflow.parameters.a ==}}", "{{=workflow.parameters['a']}}", "{{workflow.parameters.a}} == YES", "{{=nobody.knows == 'x'}}"} {
		if got, err := decided(when, values); err == nil && got {
			t.Errorf("%s passes", when)
		}
	}
}

func TestEveryConditionOfAResourceIsASelector(t *testing.T) {
	count := 0
	for _, object := range ofKind(t, "WorkflowTemplate") {
		for _, one := range typed[wfv1.WorkflowTemplate](t, object).Spec.Templates {
			if one.Resource == nil {
				continue
			}
			for _, condition := range []string{one.Resource.SuccessCondition, one.Resource.FailureCondition} {
				if condition == "" {
					continue
				}
				count++
				if _, err := labels.Parse(condition); err != nil {
					t.Errorf("%s: %s: %q: %v", object, one.Name, condition, err)
				}
			}
		}
	}
	if count == 0 {
		t.Error("there is no condition of a resource")
	}
}

// What people fill in reaches a script through its environment alone, and every tag is one of ours.
func TestNothingIsSplicedIntoAScript(t *testing.T) {
	count := 0
	ours := regexp.MustCompile(`^\{\{(inputs\.parameters\.[-a-z0-9]+|workflow\.(name|namespace)|workflow\.(outputs\.)?parameters\.[-A-Za-z0-9_]+|steps\.[-A-Za-z0-9]+\.outputs\.(result|parameters\.[-a-z0-9]+)|=toJson\(workflow\.parameters\['[-a-z0-9]+'\]\)|=now\(\)\.Unix\(\) (> asInt\(workflow\.parameters\['[-a-z0-9]+'\]\) \+|- date\(steps\.began\.startedAt\)\.Unix\(\) >) -?\d+|=.* (==|!=) '[^{}]*'\)?( && .*)?)\}\}$`)
	for _, object := range ofKind(t, "WorkflowTemplate") {
		parsed := typed[wfv1.WorkflowTemplate](t, object)
		for _, one := range parsed.Spec.Templates {
			if one.Script != nil {
				count++
				if strings.Contains(one.Script.Source, "{{") {
					t.Errorf("%s: %s: a template stands in its script:\n%s", object, one.Name, one.Script.Source)
				}
				if strings.Contains(one.Script.Source, "$$") {
					t.Errorf("%s: %s: Kubernetes makes one sign of two:\n%s", object, one.Name, one.Script.Source)
				}
			}
		}
		text, err := yaml.Marshal(parsed.Spec)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range tag.FindAllString(string(text), -1) {
			if !ours.MatchString(strings.ReplaceAll(found, "''", "'")) {
				t.Errorf("%s: %s is not one of ours", object, found)
			}
		}
	}
	if count == 0 {
		t.Error("there is no script")
	}
}

// The controller fills in what is asked: a value with anything in it stays a value.
func TestAValueStaysAValue(t *testing.T) {
	evil := "a\"b'c\n- x: y\n$(rm -rf /) `id` \\ {{=1+1}} end"
	count := 0
	for _, file := range files(t) {
		for _, parsed := range templatesOf(t, file) {
			for at := range parsed.Spec.Templates {
				one := &parsed.Spec.Templates[at]
				if one.Script == nil {
					continue
				}
				globals := common.Parameters{"workflow.name": "w", "workflow.namespace": "shop", "workflow.status": "Failed"}
				for name := range known(&parsed.Spec, "") {
					if strings.HasPrefix(name, "workflow.parameters.") || strings.HasPrefix(name, "workflow.outputs.") {
						globals[name] = strings.ReplaceAll(evil, "{{=1+1}}", "")
					}
				}
				var arguments wfv1.Arguments
				for _, input := range one.Inputs.Parameters {
					arguments.Parameters = append(arguments.Parameters, wfv1.Parameter{Name: input.Name, Value: wfv1.AnyStringPtr(strings.ReplaceAll(evil, "{{=1+1}}", ""))})
				}
				filled, err := common.ProcessArgs(one, &arguments, globals, common.Parameters{}, false, "shop", nil)
				if err != nil {
					t.Errorf("%s: %s: %v", file, one.Name, err)
					continue
				}
				count++
				if filled.Script.Source != one.Script.Source {
					t.Errorf("%s: %s: its script changed:\n%s", file, one.Name, filled.Script.Source)
				}
			}
		}
	}
	if count == 0 {
		t.Error("there is no script")
	}
}

// Resources whose manifests are texts stay one object, whatever is filled in.
func TestAManifestStaysOneObject(t *testing.T) {
	count := 0
	for _, file := range files(t) {
		for _, parsed := range templatesOf(t, file) {
			for at := range parsed.Spec.Templates {
				one := &parsed.Spec.Templates[at]
				if one.Resource == nil {
					continue
				}
				globals := common.Parameters{"workflow.name": "w", "workflow.namespace": "shop"}
				for name := range known(&parsed.Spec, "") {
					if strings.HasPrefix(name, "workflow.parameters.") {
						globals[name] = "http://x\"\n---\nkind: Secret # '"
					}
				}
				var arguments wfv1.Arguments
				for _, input := range one.Inputs.Parameters {
					arguments.Parameters = append(arguments.Parameters, wfv1.Parameter{Name: input.Name, Value: wfv1.AnyStringPtr("abc")})
				}
				filled, err := common.ProcessArgs(one, &arguments, globals, common.Parameters{}, false, "shop", nil)
				if err != nil {
					t.Errorf("%s: %s: %v", file, one.Name, err)
					continue
				}
				count++
				var object struct {
					Kind string `json:"kind"`
					Spec struct {
						Metrics []struct {
							Provider struct {
								Prometheus struct {
									Address string `json:"address"`
								} `json:"prometheus"`
							} `json:"provider"`
						} `json:"metrics"`
					} `json:"spec"`
				}
				if err := yaml.Unmarshal([]byte(filled.Resource.Manifest), &object); err != nil {
					t.Errorf("%s: %s: %v\n%s", file, one.Name, err, filled.Resource.Manifest)
				}
				for _, metric := range object.Spec.Metrics {
					if metric.Provider.Prometheus.Address != "http://x\"\n---\nkind: Secret # '" {
						t.Errorf("%s: %s: the address is %q", file, one.Name, metric.Provider.Prometheus.Address)
					}
				}
			}
		}
	}
	if count == 0 {
		t.Error("there is no resource")
	}
}

// A way back that is no longer valid asks a person, one that takes too long is told of.
func TestAWayBackKnowsWhatTimeItIs(t *testing.T) {
	seen := map[string]int{}
	number := regexp.MustCompile(`(> |\+ )(\d+)\}\}$`)
	for _, object := range ofKind(t, "WorkflowTemplate") {
		parsed := typed[wfv1.WorkflowTemplate](t, object)
		values := known(&parsed.Spec, "yes")
		for place, when := range whens(&parsed.Spec) {
			step := place[strings.LastIndex(place, "/")+1:]
			if step != "too-late" && step != "took-too-long" {
				continue
			}
			seen[step]++
			said := number.FindStringSubmatch(when)
			if said == nil {
				t.Fatalf("%s: %s: %s", object, place, when)
			}
			limit, err := time.ParseDuration(said[2] + "s")
			if err != nil {
				t.Fatal(err)
			}
			for _, over := range []bool{true, false} {
				then := time.Now().Add(-limit + time.Minute)
				if over {
					then = time.Now().Add(-limit - time.Minute)
				}
				values["steps.began.startedAt"] = then.Format(time.RFC3339)
				values["workflow.parameters.start"] = fmt.Sprint(then.Unix())
				got, err := decided(when, values)
				if err != nil || got != over {
					t.Errorf("%s: %s: %s after the limit is %v, %v", object, place, step, got, err)
				}
			}
		}
	}
	if seen["too-late"] < 3 || seen["took-too-long"] < 3 {
		t.Errorf("only %v were decided", seen)
	}
}
