package workflows

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/runtime"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"
)

const module = "github.com/argoproj/argo-workflows/v3"

// A rulebook is what an API server knows of one version of a kind.
type rulebook struct {
	structural *schema.Structural
	validator  validation.SchemaValidator
	rules      *cel.Validator
}

var (
	rulebooksOnce sync.Once
	rulebooksRead map[string]rulebook
)

// rulebooks are those of the full definitions, by apiVersion and kind.
func rulebooks(t *testing.T) map[string]rulebook {
	t.Helper()
	rulebooksOnce.Do(func() {
		read := map[string]rulebook{}
		for _, name := range []string{"workflowtemplates", "cronworkflows"} {
			file := filepath.Join(moduleFolder(t, module), "manifests/base/crds/full/argoproj.io_"+name+".yaml")
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var crd apiextensionsv1.CustomResourceDefinition
			if err := yaml.Unmarshal(text, &crd); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			for _, version := range crd.Spec.Versions {
				var internal apiextensions.CustomResourceValidation
				if err := apiextensionsv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(version.Schema, &internal, nil); err != nil {
					t.Fatalf("%s: %v", file, err)
				}
				structural, err := schema.NewStructural(internal.OpenAPIV3Schema)
				if err != nil {
					t.Fatalf("%s: %v", file, err)
				}
				validator, _, err := validation.NewSchemaValidator(internal.OpenAPIV3Schema)
				if err != nil {
					t.Fatalf("%s: %v", file, err)
				}
				read[crd.Spec.Group+"/"+version.Name+" "+crd.Spec.Names.Kind] = rulebook{
					structural: structural,
					validator:  validator,
					rules:      cel.NewValidator(structural, true, celconfig.PerCallLimit),
				}
			}
		}
		rulebooksRead = read
	})
	if len(rulebooksRead) == 0 {
		t.Fatal("no custom resource definition could be read")
	}
	return rulebooksRead
}

// complaints are what an API server with strict field validation would say of an object.
func complaints(books map[string]rulebook, object manifest) []string {
	book, known := books[object.apiVersion()+" "+object.kind()]
	if !known {
		return []string{"no definition of " + object.apiVersion() + " " + object.kind()}
	}
	value := runtime.DeepCopyJSON(object.object)
	var said []string
	for _, path := range pruning.PruneWithOptions(value, book.structural, true, schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}) {
		said = append(said, "unknown field "+path)
	}
	for _, err := range validation.ValidateCustomResource(nil, value, book.validator) {
		said = append(said, err.Error())
	}
	if book.rules != nil {
		wrong, _ := book.rules.Validate(context.Background(), nil, book.structural, value, nil, celconfig.RuntimeCELCostBudget)
		for _, err := range wrong {
			said = append(said, err.Error())
		}
	}
	return said
}

func TestEveryObjectFitsItsSchema(t *testing.T) {
	books := rulebooks(t)
	seen := map[string]int{}
	for _, object := range emitted(t) {
		seen[object.kind()]++
		for _, said := range complaints(books, object) {
			t.Errorf("%s: %s", object, said)
		}
	}
	for _, kind := range []string{"WorkflowTemplate", "CronWorkflow"} {
		if seen[kind] == 0 {
			t.Errorf("there is no %s among what was emitted", kind)
		}
	}
	t.Logf("%v", seen)
}
