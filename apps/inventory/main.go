// Command inventory keeps how many of each item are in stock.
package main

import (
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil)).With("service", "inventory")
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	listener, err := net.Listen("tcp", ":"+port)
	if err != nil {
		log.Error("could not start", "error", err)
		os.Exit(1)
	}
	log.Info("listening", "address", listener.Addr().String())

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	mux := http.NewServeMux()
	addHealth(mux)
	addStock(mux, newStock())
	if err := serve(listener, logged(mux, log), stop, defaultDrain); err != nil {
		log.Error("stopped", "error", err)
		os.Exit(1)
	}
	log.Info("drained")
}
