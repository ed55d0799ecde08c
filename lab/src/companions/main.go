// The programs around Kubernetes, in one, because they share its libraries; the name it is called by chooses which.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/hosts"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	_ "github.com/coredns/coredns/plugin/log"
	_ "github.com/coredns/coredns/plugin/loop"
	_ "github.com/coredns/coredns/plugin/metrics"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/reload"
	_ "github.com/coredns/coredns/plugin/template"
	"github.com/distribution/distribution/v3/registry"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/filesystem"
	helm "helm.sh/helm/v4/pkg/cmd"
	"helm.sh/helm/v4/pkg/kube"
	apiserver "k8s.io/apiserver/pkg/server"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	kustomize "sigs.k8s.io/kustomize/kustomize/v5/commands"
	metrics "sigs.k8s.io/metrics-server/cmd/metrics-server/app"
)

func main() {
	var err error
	switch name := filepath.Base(os.Args[0]); name {
	case "coredns": // with the plugins that a cluster's configuration names, and no cloud's
		coremain.Run()
	case "registry": // keeps its blobs in files, nowhere else
		err = registry.RootCmd.Execute()
	case "helm":
		kube.ManagedFieldsManager = name
		command, failed := helm.NewRootCmd(os.Stdout, os.Args[1:], helm.SetupLogging)
		if err = failed; err == nil {
			err = command.Execute()
		}
	case "kustomize":
		err = kustomize.NewDefaultCommand().Execute()
	case "metrics-server":
		err = metrics.NewMetricsServerCommand(apiserver.SetupSignalHandler()).Execute()
	case "storage-provisioner":
		provision()
	default:
		fmt.Fprintln(os.Stderr, name+": call me as coredns, registry, helm, kustomize, metrics-server or storage-provisioner")
		os.Exit(2)
	}
	if err != nil {
		os.Exit(1)
	}
}
