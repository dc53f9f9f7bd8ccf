// Package upstream reads what deployc emits with the code of the systems that it is for: the schemas
// and validators of Argo Rollouts and Flagger, the expression evaluator of the Rollouts controller and
// the rule parser of Prometheus. DEPLOYC_MANIFESTS names the folder with what was emitted.
package upstream

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

func (m manifest) name() string { return m.metadata("name") }

func (m manifest) metadata(field string) string {
	metadata, _ := m.object["metadata"].(map[string]any)
	value, _ := metadata[field].(string)
	return value
}

func (m manifest) annotation(name string) string {
	metadata, _ := m.object["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	value, _ := annotations[name].(string)
	return value
}

func (m manifest) String() string {
	return fmt.Sprintf("%s: %s %s", m.file, m.kind(), m.name())
}

// folder is where the emitted files lie. Without it nothing could be tested, so nothing passes.
func folder(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("DEPLOYC_MANIFESTS")
	if folder == "" {
		t.Fatal("DEPLOYC_MANIFESTS must name the folder that `deployc build --out` filled")
	}
	return folder
}

// files are the emitted files whose names end so, in order.
func files(t *testing.T, ending string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(folder(t), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.HasSuffix(path, ending) {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(found)
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
		// Whole numbers become integers here, as in the API server.
		if err := json.Unmarshal(asJSON, &object); err != nil {
			t.Fatalf("%s: %v\n%s", file, err, document)
		}
		if object != nil {
			found = append(found, manifest{file: file, text: document, object: object})
		}
	}
	return found
}

// emitted are all objects of the emitted files.
func emitted(t *testing.T) []manifest {
	t.Helper()
	var all []manifest
	for _, file := range files(t, ".yaml") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, ".rules.yaml") {
			continue
		}
		all = append(all, objects(t, file, text)...)
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
