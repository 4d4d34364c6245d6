// Starts govmomi's vCenter simulator with an estate of the wanted size. Debian packages the library (0.24.2), not the program.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	_ "github.com/vmware/govmomi/lookup/simulator"
	_ "github.com/vmware/govmomi/pbm/simulator"
	"github.com/vmware/govmomi/simulator"
	_ "github.com/vmware/govmomi/sts/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator"
)

func main() {
	model := simulator.VPX()
	sizes := []struct {
		value       *int
		flag, usage string
	}{
		{&model.Datacenter, "dc", "datacenters"},
		{&model.Cluster, "cluster", "clusters in each datacenter"},
		{&model.ClusterHost, "host", "hosts in each cluster"},
		{&model.Host, "standalone-host", "hosts outside clusters in each datacenter"},
		{&model.Datastore, "ds", "datastores in each datacenter"},
		{&model.Machine, "vm", "machines in each resource pool"},
		{&model.Pool, "pool", "resource pools in each cluster"},
		{&model.App, "app", "vApps in each cluster"},
		{&model.Pod, "pod", "datastore clusters in each datacenter"},
		{&model.Portgroup, "pg", "distributed port groups in each datacenter"},
		{&model.OpaqueNetwork, "nsx", "opaque networks in each datacenter"},
		{&model.Folder, "folder", "folders around everything"},
	}
	for _, size := range sizes {
		flag.IntVar(size.value, size.flag, *size.value, size.usage)
	}
	listen := flag.String("l", "127.0.0.1:8989", "address to listen on")
	username := flag.String("username", "", "the only user that may sign in; everybody where empty")
	password := flag.String("password", "", "that user's password")
	useTLS := flag.Bool("tls", true, "serve TLS with a self-signed certificate")
	flag.Parse()

	if err := model.Create(); err != nil {
		log.Fatal(err)
	}
	model.Service.RegisterEndpoints = true
	model.Service.Listen = &url.URL{Host: *listen}
	if *username != "" {
		model.Service.Listen.User = url.UserPassword(*username, *password)
	}
	if *useTLS {
		model.Service.TLS = new(tls.Config)
	}
	model.Service.ServeMux = http.DefaultServeMux
	server := model.Service.NewServer()
	// The line that a test waits for.
	fmt.Printf("export GOVC_URL=%s GOVC_SIM_PID=%d\n", server.URL, os.Getpid())

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	<-stop
	model.Remove()
	server.Close()
}
