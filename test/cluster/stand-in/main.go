// Stands in for the ingress-nginx controller where its image cannot be had: it answers the health probe and does nothing
// else. No request is routed, so a test that passes against it says nothing about traffic.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	// ingress-nginx@1.15.1 cmd/waitshutdown: the preStop hook of the real image, which waits for nginx to end.
	if filepath.Base(os.Args[0]) == "wait-shutdown" {
		return
	}
	fmt.Println("stand-in: this is not ingress-nginx; it answers :10254/healthz and routes nothing")

	// The first process of a container gets no default action for signals: without this, SIGTERM is ignored.
	stopped, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	go func() {
		http.HandleFunc("/healthz", func(response http.ResponseWriter, _ *http.Request) {
			fmt.Fprintln(response, "ok")
		})
		fmt.Fprintln(os.Stderr, "stand-in:", http.ListenAndServe(":10254", nil))
		os.Exit(1)
	}()
	<-stopped.Done()
}
