// Command inventory keeps how many of each item are in stock.
package main

import (
	"cmp"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	log := newLog("inventory", os.Stdout)
	listener, err := net.Listen("tcp", ":"+cmp.Or(os.Getenv("PORT"), "8080"))
	if err != nil {
		log.Error("could not start", "error", err)
		os.Exit(1)
	}
	metricsListener, err := net.Listen("tcp", ":"+cmp.Or(os.Getenv("METRICS_PORT"), "9464"))
	if err != nil {
		log.Error("could not start", "error", err)
		os.Exit(1)
	}
	log.Info("listening", "address", listener.Addr().String(), "metricsAddress", metricsListener.Addr().String())

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	metrics := newMetrics()
	// Until the process ends: what happens while it drains is measured too.
	go (&http.Server{Handler: metrics.handler(), ReadHeaderTimeout: 10 * time.Second}).Serve(metricsListener)
	mux := http.NewServeMux()
	addHealth(mux)
	addStock(mux, newStock())
	if err := serve(listener, host(mux, log, metrics), stop, defaultDrain); err != nil {
		log.Error("stopped", "error", err)
		os.Exit(1)
	}
	log.Info("drained")
}
