package main

import (
	"context"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	"k8s.io/minikube/pkg/storage"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v6/controller"
)

// provision is minikube's storage provisioner without its leader election, whose kind of lock current client libraries
// have dropped.
func provision() {
	config, err := rest.InClusterConfig()
	if err != nil {
		klog.Fatal(err)
	}
	client := kubernetes.NewForConfigOrDie(config)
	version, err := client.Discovery().ServerVersion()
	if err != nil {
		klog.Fatal(err)
	}
	folders := storage.NewHostPathProvisioner("/tmp/hostpath-provisioner")
	controller.NewProvisionController(client, "k8s.io/minikube-hostpath", folders, version.GitVersion,
		controller.LeaderElection(false)).Run(context.Background())
}
