package upstream

import (
	"errors"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/argoproj/argo-rollouts/utils/evaluate"
	"github.com/sirupsen/logrus"
)

// verdict is what the plan says of a value: docs/plan.md, "Verdicts".
type verdict int

const (
	well verdict = iota
	ill
	blind
)

// An outcome is what the state of the Rollout must become for each verdict.
type outcome struct {
	// Whether it is well where the condition holds: a requirement, and no rule that fires.
	required bool
	// What a measurement is where it is ill: Failed goes back, Inconclusive pauses.
	ill v1alpha1.AnalysisPhase
	// pause, pass or fail.
	noData string
}

func (o outcome) phase(said verdict) v1alpha1.AnalysisPhase {
	switch {
	case said == well, said == blind && o.noData == "pass":
		return v1alpha1.AnalysisPhaseSuccessful
	case said == blind && o.noData == "pause":
		return v1alpha1.AnalysisPhaseInconclusive
	default:
		return o.ill
	}
}

// A bound and the values around it. What must hold for a while, must do so at each moment.
type bound struct {
	holds     func(float64) bool
	samples   []float64
	sustained bool
}

func around(values ...float64) []float64 {
	var all []float64
	for _, value := range values {
		step := math.Max(math.Abs(value)*1e-6, 1e-9)
		all = append(all, value-step, value, value+step)
	}
	return all
}

func compare(comparator string, value float64) bound {
	holds := map[string]func(float64) bool{
		"<":  func(v float64) bool { return v < value },
		"<=": func(v float64) bool { return v <= value },
		">":  func(v float64) bool { return v > value },
		">=": func(v float64) bool { return v >= value },
		"==": func(v float64) bool { return v == value },
		"!=": func(v float64) bool { return v != value },
	}[comparator]
	return bound{holds: holds, samples: around(value)}
}

// bound is what a condition asks of the values that its query returns. Nothing where the condition asks
// something that has no figure of its own here: trends and baselines.
func (c planCondition) bound(t *testing.T, metric planMetric) (bound, bool) {
	t.Helper()
	is, known := c.moment(t, metric)
	is.sustained = c.For != nil
	return is, known
}

// moment is what a condition asks at one moment.
func (c planCondition) moment(t *testing.T, metric planMetric) (bound, bool) {
	t.Helper()
	switch {
	case c.Bound == "compare":
		return compare(c.Comparator, c.Value.in(t, metric.Unit)), true
	case c.Bound == "between":
		low, high := c.Range.Low.in(t, metric.Unit), c.Range.High.in(t, metric.Unit)
		inclusive := c.Range.HighInclusive
		return bound{
			holds: func(v float64) bool {
				return v >= low && (v < high || inclusive && v == high)
			},
			samples: append(around(low, high), (low+high)/2),
		}, true
	case c.Bound == "near" && c.Tolerance != nil:
		return compare("<=", c.Tolerance.in(t, "ratio")), true
	default:
		return bound{}, false
	}
}

// judge compares what the controller says of a metric with what the plan says, on every sample.
func judge(metric v1alpha1.Metric, is bound, wants outcome) []string {
	log := *logrus.NewEntry(logrus.New())
	log.Logger.SetLevel(logrus.PanicLevel)
	var said []string
	try := func(what string, result any, expected verdict) {
		phase, err := evaluate.EvaluateResult(result, metric, log)
		if err != nil {
			said = append(said, metric.Name+": "+what+": "+err.Error())
		} else if phase != wants.phase(expected) {
			said = append(said, metric.Name+": "+what+": the controller says "+string(phase)+", the plan "+string(wants.phase(expected)))
		}
	}
	verdict := func(holds bool) verdict {
		if holds == wants.required {
			return well
		}
		return ill
	}
	moments := 1
	if is.sustained {
		count, err := momentsOf(metric)
		if err != nil {
			return append(said, metric.Name+": "+err.Error())
		}
		moments = count
	}
	for _, value := range is.samples {
		all := slices.Repeat([]float64{value}, moments)
		try(number(value), all, verdict(is.holds(value)))
		if !is.sustained {
			continue
		}
		if is.holds(value) {
			try(number(value)+", with a gap", all[1:], blind)
			try(number(value)+", with NaN", append([]float64{math.NaN()}, all[1:]...), blind)
		} else {
			try(number(value)+", with a gap", all[1:], verdict(false))
		}
		for _, other := range is.samples {
			mixed := append([]float64{other}, all[1:]...)
			try(number(value)+" but for "+number(other), mixed, verdict(is.holds(value) && is.holds(other)))
		}
	}
	try("an empty answer", []float64{}, blind)
	try("NaN", []float64{math.NaN()}, blind)
	return said
}

// momentsOf is at how many moments a range query asks, both of its ends included, as the controller
// reads its times.
func momentsOf(metric v1alpha1.Metric) (int, error) {
	asked := metric.Provider.Prometheus.RangeQuery
	if asked == nil {
		return 0, errors.New("it must hold for a while, and is asked once")
	}
	start, err := evaluate.EvalTime(asked.Start)
	if err != nil {
		return 0, err
	}
	end, err := evaluate.EvalTime(asked.End)
	if err != nil {
		return 0, err
	}
	step, err := asked.Step.Duration()
	if err != nil {
		return 0, err
	}
	return int(end.Sub(start)/step) + 1, nil
}

func number(value float64) string {
	return strconv.FormatFloat(value, 'g', -1, 64)
}

// wish is a condition of the plan, and what must become of its verdicts.
type wish struct {
	condition planCondition
	outcome   outcome
}

func TestTheControllerJudgesAsThePlanDoes(t *testing.T) {
	judged, other := 0, 0
	for _, object := range ofKind(t, "AnalysisTemplate") {
		file := strings.TrimSuffix(object.file, ".rollouts.yaml") + ".plan.json"
		if _, err := os.Stat(file); err != nil {
			t.Fatalf("%s: its plan was not built: %v", object, err)
		}
		read := readPlan(t, file)
		metrics := map[string]planMetric{}
		for _, metric := range read.Metrics {
			metrics[metric.Name] = metric
		}
		wanted := map[string]bool{}
		for _, id := range strings.Split(object.annotation("deployc/nodes"), ", ") {
			wanted[id] = true
		}
		// What a rule asks stands in one template. Holds that ask the same share one: each is held against it.
		var asked [][]wish
		read.walk(func(node, severity *planNode) {
			if !wanted[node.ID] {
				return
			}
			condition := node.Holds
			if node.While != nil {
				condition = node.While
			}
			if node.While != nil || len(asked) == 0 {
				asked = append(asked, nil)
			}
			last := len(asked) - 1
			for _, one := range condition.measured(t) {
				if delayed(severity) && one.For == nil {
					one.For = &planQuantity{} // it falls away if the condition clears before
				}
				asked[last] = append(asked[last], wish{one, outcome{
					required: severity == nil,
					ill:      consequence(severity),
					noData:   metrics[one.Metric].NoData,
				}})
			}
		})
		template := typed[v1alpha1.AnalysisTemplate](t, object)
		if len(asked) == 0 {
			t.Errorf("%s: the plan asks nothing of it", object)
		}
		for _, wishes := range asked {
			if len(wishes) != len(template.Spec.Metrics) {
				t.Errorf("%s: %d conditions in the plan, %d metrics", object, len(wishes), len(template.Spec.Metrics))
				continue
			}
			for at, metric := range template.Spec.Metrics {
				is, known := wishes[at].condition.bound(t, metrics[wishes[at].condition.Metric])
				if !known {
					other++
					continue
				}
				judged++
				for _, said := range judge(metric, is, wishes[at].outcome) {
					t.Errorf("%s: %s", object, said)
				}
			}
		}
	}
	t.Logf("%d conditions judged, %d without a figure of their own", judged, other)
	if judged < 30 {
		t.Errorf("only %d conditions were judged", judged)
	}
}

// consequence is what must become of a measurement that is ill.
func consequence(severity *planNode) v1alpha1.AnalysisPhase {
	if severity == nil {
		return v1alpha1.AnalysisPhaseFailed
	}
	for _, action := range severity.Then {
		if action.Action == "rollback" || action.Action == "stop" {
			return v1alpha1.AnalysisPhaseFailed
		}
	}
	return v1alpha1.AnalysisPhaseInconclusive
}

// delayed tells whether what a rule does comes only if its condition does not clear before.
func delayed(severity *planNode) bool {
	if severity == nil {
		return false
	}
	for _, wanted := range []func(string) bool{
		func(action string) bool { return action == "rollback" || action == "stop" },
		func(action string) bool { return action == "pause" },
	} {
		for _, action := range severity.Then {
			if wanted(action.Action) {
				return action.After != nil
			}
		}
	}
	return false
}
