package upstream

import (
	"fmt"
	"testing"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/validation"
	analysisutil "github.com/argoproj/argo-rollouts/utils/analysis"
)

// templates are the AnalysisTemplates of all files, by namespace and name.
func templates(t *testing.T, all []manifest) map[string]*v1alpha1.AnalysisTemplate {
	t.Helper()
	found := map[string]*v1alpha1.AnalysisTemplate{}
	for _, object := range all {
		if object.kind() == "AnalysisTemplate" {
			template := typed[v1alpha1.AnalysisTemplate](t, object)
			found[object.file+" "+template.Namespace+"/"+template.Name] = template
		}
	}
	return found
}

// analyses are all analyses of a Rollout with the templates that they name.
func analyses(rollout *v1alpha1.Rollout, find func(name string) *v1alpha1.AnalysisTemplate) ([]validation.AnalysisTemplatesWithType, []string) {
	var found []validation.AnalysisTemplatesWithType
	var missing []string
	add := func(analysis *v1alpha1.RolloutAnalysis, kind validation.AnalysisTemplateType, step int) {
		if analysis == nil {
			return
		}
		with := validation.AnalysisTemplatesWithType{TemplateType: kind, CanaryStepIndex: step, Args: analysis.Args}
		for _, reference := range analysis.Templates {
			if template := find(reference.TemplateName); template != nil {
				with.AnalysisTemplates = append(with.AnalysisTemplates, template)
			} else {
				missing = append(missing, fmt.Sprintf("the template %q does not exist", reference.TemplateName))
			}
		}
		found = append(found, with)
	}
	if canary := rollout.Spec.Strategy.Canary; canary != nil {
		if canary.Analysis != nil {
			add(&canary.Analysis.RolloutAnalysis, validation.BackgroundAnalysis, 0)
		}
		for step := range canary.Steps {
			add(canary.Steps[step].Analysis, validation.InlineAnalysis, step)
		}
	}
	if blueGreen := rollout.Spec.Strategy.BlueGreen; blueGreen != nil {
		add(blueGreen.PrePromotionAnalysis, validation.PrePromotionAnalysis, 0)
		add(blueGreen.PostPromotionAnalysis, validation.PostPromotionAnalysis, 0)
	}
	return found, missing
}

// problems are what the controller would say of a Rollout and the templates that it names.
func problems(rollout *v1alpha1.Rollout, find func(name string) *v1alpha1.AnalysisTemplate) []string {
	var said []string
	for _, err := range validation.ValidateRollout(rollout) {
		said = append(said, err.Error())
	}
	all, missing := analyses(rollout, find)
	said = append(said, missing...)
	for _, err := range validation.ValidateRolloutReferencedResources(rollout, validation.ReferencedResources{AnalysisTemplatesWithType: all}) {
		said = append(said, err.Error())
	}
	return append(said, course(rollout)...)
}

// course are what the controller does not say: it takes any weights in any order.
func course(rollout *v1alpha1.Rollout) []string {
	var said []string
	canary := rollout.Spec.Strategy.Canary
	if canary == nil {
		return nil
	}
	last := int32(0)
	for step := range canary.Steps {
		weight := canary.Steps[step].SetWeight
		if weight == nil {
			continue
		}
		if *weight < last {
			said = append(said, fmt.Sprintf("steps[%d]: the weight %d follows %d", step, *weight, last))
		}
		last = *weight
	}
	return said
}

func TestTheControllerTakesEveryRollout(t *testing.T) {
	all := emitted(t)
	known := templates(t, all)
	named := map[string]bool{}
	for _, object := range ofKind(t, "Rollout") {
		rollout := typed[v1alpha1.Rollout](t, object)
		find := func(name string) *v1alpha1.AnalysisTemplate {
			key := object.file + " " + rollout.Namespace + "/" + name
			named[key] = true
			return known[key]
		}
		for _, said := range problems(rollout, find) {
			t.Errorf("%s: %s", object, said)
		}
	}
	for key := range known {
		if !named[key] {
			t.Errorf("nothing names the template %s", key)
		}
	}
}

func TestTheControllerTakesEveryMetric(t *testing.T) {
	for _, object := range ofKind(t, "AnalysisTemplate") {
		template := typed[v1alpha1.AnalysisTemplate](t, object)
		for _, wrong := range metricProblems(template) {
			t.Errorf("%s: %s", object, wrong)
		}
	}
}

// metricProblems are what the controller would say of the metrics of a template, with all its
// arguments given, and where a limit is left to the controller.
func metricProblems(template *v1alpha1.AnalysisTemplate) []string {
	var said []string
	if err := analysisutil.ValidateMetrics(template.Spec.Metrics); err != nil {
		said = append(said, err.Error())
	}
	given := make([]v1alpha1.Argument, 0, len(template.Spec.Args))
	for _, argument := range template.Spec.Args {
		if argument.Value == nil {
			value := "abc123"
			argument.Value = &value
		}
		given = append(given, argument)
	}
	for _, metric := range template.Spec.Metrics {
		if _, err := analysisutil.ResolveMetricArgs(metric, given); err != nil {
			said = append(said, fmt.Sprintf("%s: %v", metric.Name, err))
		}
		if metric.FailureLimit == nil || metric.InconclusiveLimit == nil || metric.ConsecutiveErrorLimit == nil {
			said = append(said, metric.Name+": a limit is left to the controller")
		}
		if metric.Count == nil && metric.Interval == "" {
			said = append(said, metric.Name+": neither a count nor an interval")
		}
	}
	return said
}
