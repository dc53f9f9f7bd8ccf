//go:build live

// What `tests/live` runs.
package upstream

import (
	_ "github.com/argoproj/argo-rollouts/cmd/rollouts-controller"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
)
