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
	slog.SetDefault(log)
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	listener, err := net.Listen("tcp", ":"+port)
	if err != nil {
		log.Error("could not start", "error", err)
		os.Exit(1)
	}
	stock, err := openStock(log)
	if err != nil {
		log.Error("could not start", "error", err)
		os.Exit(1)
	}
	log.Info("listening", "address", listener.Addr().String())

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	mux := http.NewServeMux()
	addHealth(mux)
	addStock(mux, stock)
	if err := serve(listener, logged(mux, log), stop, defaultDrain); err != nil {
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
