// Package workflows reads the workflows that deployc emits with the code of Argo Workflows: its custom
// resource definitions, its strict offline linter, its validator for what is submitted, its templating
// and its expressions. DEPLOYC_MANIFESTS names the folder with what was emitted.
package workflows

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

// A manifest is one object of one emitted file.
type manifest struct {
	file   string
	text   []byte
	object map[string]any
}

func (m manifest) kind() string { kind, _ := m.object["kind"].(string); return kind }

func (m manifest) apiVersion() string {
	version, _ := m.object["apiVersion"].(string)
	return version
}

func (m manifest) name() string {
	metadata, _ := m.object["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	return name
}

func (m manifest) String() string {
	return fmt.Sprintf("%s: %s %s", m.file, m.kind(), m.name())
}

// files are the emitted files with workflows, in order.
func files(t *testing.T) []string {
	t.Helper()
	folder := os.Getenv("DEPLOYC_MANIFESTS")
	if folder == "" {
		t.Fatal("DEPLOYC_MANIFESTS must name the folder that `deployc build --out` filled")
	}
	var found []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.HasSuffix(path, ".workflow.yaml") {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(found)
	if len(found) == 0 {
		t.Fatal("there is no workflow among what was emitted")
	}
	return found
}

// objects are the objects of one YAML stream. A key that stands twice is a mistake.
func objects(t *testing.T, file string, text []byte) []manifest {
	t.Helper()
	var found []manifest
	for _, document := range bytes.Split(append([]byte("\n"), text...), []byte("\n---\n")) {
		asJSON, err := yaml.YAMLToJSONStrict(document)
		if err != nil {
			t.Fatalf("%s: %v\n%s", file, err, document)
		}
		var object map[string]any
		if err := json.Unmarshal(asJSON, &object); err != nil {
			t.Fatalf("%s: %v\n%s", file, err, document)
		}
		if object != nil {
			found = append(found, manifest{file: file, text: document, object: object})
		}
	}
	return found
}

// emitted are the workflow templates and cron workflows of all files.
func emitted(t *testing.T) []manifest {
	t.Helper()
	var all []manifest
	for _, file := range files(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, object := range objects(t, file, text) {
			switch object.kind() {
			case "WorkflowTemplate", "CronWorkflow":
				all = append(all, object)
			}
		}
	}
	return all
}

// ofKind are the objects of a kind; there must be some.
func ofKind(t *testing.T, kind string) []manifest {
	t.Helper()
	var found []manifest
	for _, object := range emitted(t) {
		if object.kind() == kind {
			found = append(found, object)
		}
	}
	if len(found) == 0 {
		t.Fatalf("there is no %s among what was emitted", kind)
	}
	return found
}

// typed reads an object as its upstream type; a field that the type does not have is a mistake.
func typed[T any](t *testing.T, object manifest) *T {
	t.Helper()
	value := new(T)
	if err := yaml.UnmarshalStrict(object.text, value); err != nil {
		t.Fatalf("%s: %v", object, err)
	}
	return value
}

// moduleFolder is where the sources of a required module lie.
func moduleFolder(t *testing.T, module string) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		t.Fatalf("the sources of %s: %v", module, err)
	}
	return strings.TrimSpace(string(out))
}
