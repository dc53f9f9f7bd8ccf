package workflows

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/argoproj/argo-workflows/v3/cmd/argo/lint"
	"github.com/argoproj/argo-workflows/v3/pkg/apiclient"
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/templateresolution"
	"github.com/argoproj/argo-workflows/v3/workflow/validate"
	"github.com/sirupsen/logrus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func init() { logrus.SetOutput(io.Discard) }

// linted is what `argo lint --offline --strict` says of some files.
func linted(t *testing.T, paths ...string) []string {
	t.Helper()
	ctx, client, err := apiclient.NewClientFromOpts(apiclient.Opts{Offline: true, OfflineFiles: paths})
	if err != nil {
		return []string{err.Error()}
	}
	templates, err := client.NewWorkflowTemplateServiceClient()
	if err != nil {
		t.Fatal(err)
	}
	crons, err := client.NewCronWorkflowServiceClient()
	if err != nil {
		t.Fatal(err)
	}
	formatter, err := lint.GetFormatter("simple")
	if err != nil {
		t.Fatal(err)
	}
	var printed bytes.Buffer
	results, err := lint.Lint(ctx, &lint.LintOptions{
		Files:     paths,
		Strict:    true,
		Formatter: formatter,
		Printer:   &printed,
		ServiceClients: lint.ServiceClients{
			WorkflowsClient:         client.NewWorkflowServiceClient(),
			WorkflowTemplatesClient: templates,
			CronWorkflowsClient:     crons,
		},
	})
	if err != nil {
		return []string{err.Error()}
	}
	var said []string
	for _, result := range results.Results {
		if !result.Linted {
			said = append(said, result.File+": nothing in it was linted")
		}
		for _, err := range result.Errs {
			said = append(said, fmt.Sprintf("%s: %v", result.File, err))
		}
	}
	return said
}

func TestTheLinterTakesEveryFile(t *testing.T) {
	for _, file := range files(t) {
		for _, said := range linted(t, file) {
			t.Error(said)
		}
	}
}

// library finds the workflow templates of one file.
type library map[string]*wfv1.WorkflowTemplate

func (l library) Get(name string) (*wfv1.WorkflowTemplate, error) {
	if template, known := l[name]; known {
		return template, nil
	}
	return nil, fmt.Errorf("there is no WorkflowTemplate %q", name)
}

// submitted is what the controller says of a workflow that is submitted from a template.
func submitted(template *wfv1.WorkflowTemplate, all library) error {
	arguments := template.Spec.Arguments.DeepCopy()
	for at := range arguments.Parameters {
		if arguments.Parameters[at].Value == nil {
			arguments.Parameters[at].Value = wfv1.AnyStringPtr("given")
		}
	}
	workflow := &wfv1.Workflow{
		ObjectMeta: metav1.ObjectMeta{GenerateName: template.Name + "-"},
		Spec: wfv1.WorkflowSpec{
			Arguments:           *arguments,
			WorkflowTemplateRef: &wfv1.WorkflowTemplateRef{Name: template.Name},
		},
	}
	return validate.ValidateWorkflow(all, &templateresolution.NullClusterWorkflowTemplateGetter{}, workflow, nil, validate.ValidateOpts{Submit: true})
}

func templatesOf(t *testing.T, file string) library {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all := library{}
	for _, object := range objects(t, file, text) {
		if object.kind() == "WorkflowTemplate" {
			all[object.name()] = typed[wfv1.WorkflowTemplate](t, object)
		}
	}
	return all
}

func TestTheControllerTakesEveryWorkflow(t *testing.T) {
	for _, file := range files(t) {
		all := templatesOf(t, file)
		for _, template := range all {
			if template.Spec.Entrypoint == "" {
				continue // a further part of one that is too long
			}
			if err := submitted(template, all); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// Since version 4 an object takes 200 templates and a DAG 200 tasks.
const most = 200

func TestNothingIsTooLong(t *testing.T) {
	for _, object := range ofKind(t, "WorkflowTemplate") {
		template := typed[wfv1.WorkflowTemplate](t, object)
		if count := len(template.Spec.Templates); count > most {
			t.Errorf("%s: %d templates", object, count)
		}
		if len(template.Name) > 63 {
			t.Errorf("%s: its name is too long", object)
		}
		for _, one := range template.Spec.Templates {
			if one.DAG != nil && len(one.DAG.Tasks) > most {
				t.Errorf("%s: %s has %d tasks", object, one.Name, len(one.DAG.Tasks))
			}
		}
	}
	for _, object := range ofKind(t, "CronWorkflow") {
		if len(object.name()) > 52 {
			t.Errorf("%s: its name is too long", object)
		}
	}
}

// faulty is the first emitted file in which the old text stands, with the new in its place.
func faulty(t *testing.T, old, new string) string {
	t.Helper()
	for _, file := range files(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), old) {
			continue
		}
		changed := filepath.Join(t.TempDir(), "faulty.workflow.yaml")
		if err := os.WriteFile(changed, []byte(strings.Replace(string(text), old, new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		return changed
	}
	t.Fatalf("no file has %q in it", old)
	return ""
}

// A fault put into an emitted workflow must be noticed, or the proof proves nothing.
func TestTheLinterNoticesFaults(t *testing.T) {
	for _, fault := range []struct{ old, new, word string }{
		{"\n      - name: begin\n        template: begin\n", "\n      - name: begin\n        template: beginn\n", "beginn"},
		{"        depends: begin\n", "        depends: begun\n", "begun"},
		{"\n    suspend: {}\n", "\n    suspend: {}\n    container: {image: x}\n", "multiple template types"},
		{"{{inputs.parameters.question}}", "{{inputs.parameters.questoin}}", "questoin"},
		{"\n  entrypoint: deployment\n", "\n  entrypoint: deploiment\n", "deploiment"},
		{"\n  onExit: exit\n", "\n  onExit: exits\n", "exits"},
		{"\n      action: create\n", "\n      action: make\n", "resource.action"},
		{"\n    suspend:\n      duration:", "\n    suspend:\n      durration:", "durration"},
		{"{{steps.ask.outputs.parameters.answer}}", "{{steps.asks.outputs.parameters.answer}}", "asks"},
	} {
		said := strings.Join(linted(t, faulty(t, fault.old, fault.new)), "\n")
		if !strings.Contains(said, fault.word) {
			t.Errorf("%q with %q: nobody said %q; said was %q", fault.old, fault.new, fault.word, said)
		}
	}
}

func TestTheSchemaNoticesFaults(t *testing.T) {
	books := rulebooks(t)
	for _, fault := range []struct{ old, new, word string }{
		{"\n  entrypoint: deployment\n", "\n  entripoint: deployment\n", "entripoint"},
		{"\n    suspend: {}\n", "\n    suspends: {}\n", "suspends"},
		{"      image: ", "      imagge: ", "imagge"},
	} {
		file := faulty(t, fault.old, fault.new)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, object := range objects(t, file, text) {
			if object.kind() == "WorkflowTemplate" {
				said = append(said, complaints(books, object)...)
			}
		}
		if !strings.Contains(strings.Join(said, "\n"), fault.word) {
			t.Errorf("%q: said was %q", fault.new, said)
		}
	}
}
