// Command inventory keeps how many of each item are in stock.
package main

import (
	"cmp"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	log := newLog("inventory", os.Stdout)
	slog.SetDefault(log)
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
	stock, err := openStock(log)
	if err != nil {
		log.Error("could not start", "error", err)
		os.Exit(1)
	}
	log.Info("listening", "address", listener.Addr().String(), "metricsAddress", metricsListener.Addr().String())

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	metrics := newMetrics()
	// Until the process ends: what happens while it drains is measured too.
	go (&http.Server{Handler: metrics.handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 72 * time.Second}).Serve(metricsListener)
	mux := http.NewServeMux()
	addHealth(mux)
	addStock(mux, stock)
	if err := serve(listener, host(mux, log, metrics), stop, defaultDrain); err != nil {
		log.Error("stopped", "error", err)
		os.Exit(1)
	}
	log.Info("drained")
}

// openStock takes the store at REDIS_URL, or memory where there is none.
func openStock(log *slog.Logger) (stock, error) {
	if url := os.Getenv("REDIS_URL"); url != "" {
		return newRedisStock(url, patience)
	}
	log.Warn("REDIS_URL is not set: stock is kept in memory, and lost with this process")
	return newMemoryStock(), nil
}
