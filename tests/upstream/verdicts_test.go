package upstream

import (
	stdjson "encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/argoproj/argo-rollouts/utils/evaluate"
	"github.com/sirupsen/logrus"
)

// conditions.json holds what tests/views/argo_rollouts.rs expects of every kind of condition; the
// controller's own evaluator must say the same. null stands for NaN.
func TestTheControllerSaysWhatTheRustTestsExpect(t *testing.T) {
	text, err := os.ReadFile("conditions.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Success, Failure string
		Samples          []struct {
			Result  []*float64
			Verdict v1alpha1.AnalysisPhase
		}
	}
	if err := stdjson.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 10 {
		t.Fatalf("only %d conditions", len(cases))
	}
	log := *logrus.NewEntry(logrus.New())
	log.Logger.SetLevel(logrus.PanicLevel)
	for _, one := range cases {
		metric := v1alpha1.Metric{Name: "metric", SuccessCondition: one.Success, FailureCondition: one.Failure}
		for _, sample := range one.Samples {
			values := make([]float64, 0, len(sample.Result))
			for _, value := range sample.Result {
				if value == nil {
					values = append(values, math.NaN())
				} else {
					values = append(values, *value)
				}
			}
			phase, err := evaluate.EvaluateResult(values, metric, log)
			if err != nil || phase != sample.Verdict {
				t.Errorf("%s: of %s the controller says %s, expected was %s (%v)", one.Success, fmt.Sprint(values), phase, sample.Verdict, err)
			}
		}
	}
}
