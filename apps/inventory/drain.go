package main

import (
	"context"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// drainTimes says how long a server that stops may take. Kubernetes' grace period must exceed their sum and the
// preStop sleep.
type drainTimes struct {
	// linger is for how long answers carry "Connection: close" before the server stops listening.
	linger time.Duration
	// budget is for how long requests may then go on, before their connections are cut.
	budget time.Duration
}

var defaultDrain = drainTimes{linger: 2 * time.Second, budget: 15 * time.Second}

// serve answers requests until a signal comes, and then stops without losing one.
//
// Shutdown alone is not enough: it closes idle keep-alive connections at once, and a request that a client is sending on
// one at that moment is lost. So clients are first given the time to hear that their connection ends.
func serve(listener net.Listener, handler http.Handler, stop <-chan os.Signal, times drainTimes) error {
	var draining atomic.Bool
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if draining.Load() {
				w.Header().Set("Connection", "close")
			}
			handler.ServeHTTP(w, r)
		}),
		// A caller that sends nothing holds a connection for so long. There is no limit for the whole of a request
		// (ReadTimeout) or its answer (WriteTimeout): they would end long requests and streams too. Where a body is
		// awaited, http.ResponseController.SetReadDeadline limits that alone.
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    64 * 1024,
		// "OPTIONS *" is answered like all else.
		DisableGeneralOptionsHandler: true,
		// Longer than the idle time-out of the gateway in front: the one that opened a connection must be the one that
		// closes it.
		IdleTimeout: 72 * time.Second,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-stop:
	}
	draining.Store(true)
	time.Sleep(times.linger)
	deadline, cancel := context.WithTimeout(context.Background(), times.budget)
	defer cancel()
	if server.Shutdown(deadline) != nil {
		return server.Close()
	}
	return nil
}
