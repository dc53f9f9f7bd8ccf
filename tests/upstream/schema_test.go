package upstream

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
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/runtime"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"
)

// A rulebook is what an API server knows of one version of a kind.
type rulebook struct {
	structural *schema.Structural
	validator  validation.SchemaValidator
	rules      *cel.Validator
}

// definitions are the custom resource definitions that lie in the upstream modules.
var definitions = map[string][]string{
	"github.com/argoproj/argo-rollouts": {
		"manifests/crds/rollout-crd.yaml",
		"manifests/crds/analysis-template-crd.yaml",
		"manifests/crds/analysis-run-crd.yaml",
	},
	"github.com/fluxcd/flagger": {"artifacts/flagger/crd.yaml"},
}

var (
	rulebooksOnce sync.Once
	rulebooksRead map[string]rulebook
)

// rulebooks are all of them, by apiVersion and kind.
func rulebooks(t *testing.T) map[string]rulebook {
	t.Helper()
	rulebooksOnce.Do(func() {
		read := map[string]rulebook{}
		for module, paths := range definitions {
			for _, path := range paths {
				file := filepath.Join(moduleFolder(t, module), path)
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				for _, definition := range objects(t, file, text) {
					readDefinition(t, definition, read)
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

func readDefinition(t *testing.T, definition manifest, into map[string]rulebook) {
	t.Helper()
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(definition.text, &crd); err != nil {
		t.Fatalf("%s: %v", definition, err)
	}
	for _, version := range crd.Spec.Versions {
		var internal apiextensions.CustomResourceValidation
		if err := apiextensionsv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(version.Schema, &internal, nil); err != nil {
			t.Fatalf("%s: %v", definition, err)
		}
		structural, err := schema.NewStructural(internal.OpenAPIV3Schema)
		if err != nil {
			t.Fatalf("%s: %v", definition, err)
		}
		validator, _, err := validation.NewSchemaValidator(internal.OpenAPIV3Schema)
		if err != nil {
			t.Fatalf("%s: %v", definition, err)
		}
		into[crd.Spec.Group+"/"+version.Name+" "+crd.Spec.Names.Kind] = rulebook{
			structural: structural,
			validator:  validator,
			rules:      cel.NewValidator(structural, true, celconfig.PerCallLimit),
		}
	}
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
	defaulting.Default(value, book.structural)
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
		if object.apiVersion() == "monitoring.coreos.com/v1" {
			continue // read as its Go type in prometheus_test.go
		}
		if ofWorkflows(object) {
			continue // read in the module below
		}
		if isRight(object) {
			continue // read in rights_test.go
		}
		seen[object.kind()]++
		for _, said := range complaints(books, object) {
			t.Errorf("%s: %s", object, said)
		}
	}
	for _, kind := range []string{"Rollout", "AnalysisTemplate"} {
		if seen[kind] == 0 {
			t.Errorf("there is no %s among what was emitted", kind)
		}
	}
	t.Logf("%v", seen)
}

func TestEveryObjectSaysWhereItComesFrom(t *testing.T) {
	for _, object := range emitted(t) {
		if object.annotation("deployc/spec") == "" || object.annotation("deployc/nodes") == "" {
			t.Errorf("%s names no spec or no nodes", object)
		}
	}
}
