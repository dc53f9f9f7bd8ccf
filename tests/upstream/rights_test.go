package upstream

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/kubernetes/pkg/apis/rbac"
	rbacconversion "k8s.io/kubernetes/pkg/apis/rbac/v1"
	"k8s.io/kubernetes/pkg/apis/rbac/validation"
	authorizerrbac "k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac"
	"sigs.k8s.io/yaml"
)

// What `--rbac` adds is read by the API server's own validators, and its authorizer decides about every
// request that a step of the workflow makes.

// isRight tells the kinds that are read here.
func isRight(object manifest) bool {
	return slices.Contains([]string{"ServiceAccount", "Role", "RoleBinding"}, object.kind())
}

type workflowTask struct {
	Template    string `json:"template"`
	TemplateRef struct {
		Template string `json:"template"`
	} `json:"templateRef"`
	Arguments struct {
		Parameters []struct{ Name, Value string } `json:"parameters"`
	} `json:"arguments"`
}

type workflowTemplate struct {
	Name    string `json:"name"`
	Outputs struct {
		Parameters []any `json:"parameters"`
	} `json:"outputs"`
	Resource struct {
		Action           string   `json:"action"`
		Manifest         string   `json:"manifest"`
		Flags            []string `json:"flags"`
		SuccessCondition string   `json:"successCondition"`
		FailureCondition string   `json:"failureCondition"`
	} `json:"resource"`
	Steps [][]workflowTask `json:"steps"`
	DAG   struct {
		Tasks []workflowTask `json:"tasks"`
	} `json:"dag"`
}

// requests are what the pods of a workflow ask of the API server: the executor reports what became of
// each step (docs/workflow-rbac.md); a resource step does its action by kubectl, then gets the object
// until a condition holds, and gets its outputs (workflow/executor/resource.go).
func requests(t *testing.T, workflows []manifest) []authorizer.AttributesRecord {
	t.Helper()
	var templates []workflowTemplate
	namespace, account := "", ""
	for _, object := range workflows {
		var read struct {
			Spec struct {
				ServiceAccountName string             `json:"serviceAccountName"`
				Templates          []workflowTemplate `json:"templates"`
			} `json:"spec"`
		}
		if err := yaml.Unmarshal(object.text, &read); err != nil {
			t.Fatalf("%s: %v", object, err)
		}
		templates = append(templates, read.Spec.Templates...)
		namespace = object.metadata("namespace")
		if read.Spec.ServiceAccountName != "" {
			account = read.Spec.ServiceAccountName
		}
	}
	asks := func(verb, namespace string, resource schema.GroupVersionResource, part, name string) authorizer.AttributesRecord {
		return authorizer.AttributesRecord{
			User: &user.DefaultInfo{Name: account}, Verb: verb, Namespace: namespace, APIGroup: resource.Group,
			APIVersion: resource.Version, Resource: resource.Resource, Subresource: part, Name: name, ResourceRequest: true,
		}
	}
	results := schema.GroupVersionResource{Group: "argoproj.io", Version: "v1alpha1", Resource: "workflowtaskresults"}
	found := []authorizer.AttributesRecord{
		asks("create", namespace, results, "", ""),
		asks("patch", namespace, results, "", "any"),
	}
	for _, caller := range templates {
		for _, task := range append(slices.Concat(caller.Steps...), caller.DAG.Tasks...) {
			called := task.Template + task.TemplateRef.Template
			at := slices.IndexFunc(templates, func(one workflowTemplate) bool { return one.Name == called })
			if at < 0 || templates[at].Resource.Action == "" {
				continue
			}
			step := templates[at].Resource
			text := strings.ReplaceAll(step.Manifest, "{{workflow.namespace}}", namespace)
			for _, argument := range task.Arguments.Parameters {
				value := strings.ReplaceAll(argument.Value, "{{workflow.namespace}}", namespace)
				text = strings.ReplaceAll(text, "{{inputs.parameters."+argument.Name+"}}", value)
			}
			for _, object := range objects(t, called, []byte(tag.ReplaceAllString(text, "any"))) {
				kind := schema.FromAPIVersionAndKind(object.apiVersion(), object.kind())
				resource, _ := meta.UnsafeGuessKindToResource(kind)
				place := object.metadata("namespace")
				if place == "" {
					place = namespace
				}
				part := ""
				if slices.Contains(step.Flags, "--subresource=status") {
					part = "status"
				}
				name := object.name()
				if step.Action == "create" {
					name = ""
				}
				found = append(found, asks(step.Action, place, resource, part, name))
				if step.SuccessCondition+step.FailureCondition != "" || len(templates[at].Outputs.Parameters) > 0 {
					found = append(found, asks("get", place, resource, "", object.name()))
				}
			}
		}
	}
	return found
}

// granted are the rules that hold for a service account, by namespace.
func granted(t *testing.T, rights []manifest, account, home string) map[string][]rbacv1.PolicyRule {
	t.Helper()
	rules := map[string][]rbacv1.PolicyRule{}
	for _, object := range rights {
		if object.kind() != "RoleBinding" {
			continue
		}
		binding := typed[rbacv1.RoleBinding](t, object)
		if !slices.Contains(binding.Subjects, rbacv1.Subject{Kind: "ServiceAccount", Name: account, Namespace: home}) {
			continue
		}
		for _, other := range rights {
			if other.kind() == "Role" && other.name() == binding.RoleRef.Name && other.metadata("namespace") == binding.Namespace {
				rules[binding.Namespace] = append(rules[binding.Namespace], typed[rbacv1.Role](t, other).Rules...)
			}
		}
	}
	return rules
}

// denied is the first request that the authorizer denies.
func denied(asked []authorizer.AttributesRecord, rules map[string][]rbacv1.PolicyRule) *authorizer.AttributesRecord {
	for at, request := range asked {
		if !authorizerrbac.RulesAllow(request, rules[request.Namespace]...) {
			return &asked[at]
		}
	}
	return nil
}

func TestAWorkflowMayDoWhatItsStepsDoAndNoMore(t *testing.T) {
	seen := 0
	for _, file := range files(t, ".workflow.yaml") {
		if filepath.Base(filepath.Dir(file)) != "rbac" {
			continue
		}
		var rights, workflows []manifest
		for _, object := range emitted(t) {
			switch {
			case object.file != file:
			case isRight(object):
				rights = append(rights, object)
			case object.kind() == "WorkflowTemplate":
				workflows = append(workflows, object)
			}
		}
		asked := requests(t, workflows)
		rules := granted(t, rights, asked[0].User.GetName(), asked[0].Namespace)
		if no := denied(asked, rules); no != nil {
			t.Errorf("%s: may not %s %s/%s %q in %s", file, no.Verb, no.Resource, no.Subresource, no.Name, no.Namespace)
			continue
		}
		seen += len(asked)
		// Without any verb, or any of the objects named, something would be denied.
		for namespace, list := range rules {
			for at := range list {
				for _, less := range fewer(list[at]) {
					changed := map[string][]rbacv1.PolicyRule{}
					for other, rules := range rules {
						changed[other] = slices.Clone(rules)
					}
					changed[namespace][at] = less
					if denied(asked, changed) == nil {
						t.Errorf("%s: no step needs all of %v in %s", file, list[at], namespace)
					}
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d requests were decided", seen)
	}
	t.Logf("%d requests decided", seen)
}

// fewer is a rule without one of its verbs, or without one of the objects that it names.
func fewer(rule rbacv1.PolicyRule) []rbacv1.PolicyRule {
	var all []rbacv1.PolicyRule
	for at := range rule.Verbs {
		less := *rule.DeepCopy()
		less.Verbs = slices.Delete(less.Verbs, at, at+1)
		all = append(all, less)
	}
	for at := range rule.ResourceNames {
		less := *rule.DeepCopy()
		less.ResourceNames[at] = "nobody"
		all = append(all, less)
	}
	return all
}

// rightProblems is what the API server would say of an object of RBAC.
func rightProblems(t *testing.T, object manifest) []string {
	t.Helper()
	var said []string
	switch object.kind() {
	case "Role":
		var role rbacv1.Role
		var internal rbac.Role
		if err := yaml.UnmarshalStrict(object.text, &role); err != nil {
			return []string{err.Error()}
		}
		if err := rbacconversion.Convert_v1_Role_To_rbac_Role(&role, &internal, nil); err != nil {
			t.Fatal(err)
		}
		for _, err := range validation.ValidateRole(&internal) {
			said = append(said, err.Error())
		}
	case "RoleBinding":
		var binding rbacv1.RoleBinding
		var internal rbac.RoleBinding
		if err := yaml.UnmarshalStrict(object.text, &binding); err != nil {
			return []string{err.Error()}
		}
		if err := rbacconversion.Convert_v1_RoleBinding_To_rbac_RoleBinding(&binding, &internal, nil); err != nil {
			t.Fatal(err)
		}
		for _, err := range validation.ValidateRoleBinding(&internal) {
			said = append(said, err.Error())
		}
	}
	return said
}

func TestTheServerTakesEveryRole(t *testing.T) {
	for _, kind := range []string{"Role", "RoleBinding"} {
		for _, object := range ofKind(t, kind) {
			for _, said := range rightProblems(t, object) {
				t.Errorf("%s: %s", object, said)
			}
		}
	}
}

func TestAFaultInARoleIsNoticed(t *testing.T) {
	for _, fault := range []struct{ kind, old, new, word string }{
		{"Role", "  verbs:\n  - create\n  - patch\n", "  verbs: []\n", "verbs"},
		{"Role", "  resources:", "  resourcess:", "resourcess"},
		{"RoleBinding", "  kind: Role\n", "  kind: Rolle\n", "Rolle"},
		{"RoleBinding", "- kind: ServiceAccount", "- kind: ServiceAcount", "ServiceAcount"},
	} {
		noticed(t, rightProblems(t, broken(t, fault.kind, fault.old, fault.new)), fault.word)
	}
}
