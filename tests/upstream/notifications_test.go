package upstream

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/argoproj/notifications-engine/pkg/subscriptions"
)

// subscriptionProblems are what is wrong with the subscriptions of a Rollout: a trigger that the
// controller's own catalogue does not have, a service without a recipient.
func subscriptionProblems(t *testing.T, annotations map[string]string) (said []string, count int) {
	t.Helper()
	catalogue := filepath.Join(moduleFolder(t, "github.com/argoproj/argo-rollouts"), "manifests/notifications")
	for trigger, destinations := range subscriptions.NewAnnotations(annotations).GetDestinations(nil, nil) {
		if _, err := os.Stat(filepath.Join(catalogue, trigger+".yaml")); err != nil {
			said = append(said, "there is no trigger "+trigger)
		}
		for _, destination := range destinations {
			count++
			if destination.Recipient == "" || destination.Service == "" {
				said = append(said, trigger+" tells nobody")
			}
		}
	}
	return said, count
}

func TestEverySubscriptionIsOneThatTheControllerKnows(t *testing.T) {
	subscriptions.SetAnnotationPrefix("notifications.argoproj.io")
	seen := 0
	for _, object := range ofKind(t, "Rollout") {
		annotations := map[string]string{}
		metadata, _ := object.object["metadata"].(map[string]any)
		given, _ := metadata["annotations"].(map[string]any)
		for key, value := range given {
			annotations[key], _ = value.(string)
		}
		said, count := subscriptionProblems(t, annotations)
		for _, one := range said {
			t.Errorf("%s: %s", object, one)
		}
		seen += count
	}
	if seen == 0 {
		t.Error("no Rollout tells anybody")
	}
	said, _ := subscriptionProblems(t, map[string]string{"notifications.argoproj.io/subscribe.on-rollout-done.slack": "x"})
	noticed(t, said, "no trigger on-rollout-done")
}
