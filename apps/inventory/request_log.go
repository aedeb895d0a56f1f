package main

import (
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// logged writes one line for each request that is no health check.
func logged(handler http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/healthz/") {
			handler.ServeHTTP(w, r)
			return
		}
		started := time.Now()
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		handler.ServeHTTP(recorder, r)
		log.Info("request", "requestId", r.Header.Get("X-Request-Id"), "method", r.Method, "path", r.URL.Path,
			"status", recorder.status, "durationMs", time.Since(started).Milliseconds())
	})
}

// statusRecorder remembers the status that a handler answered.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (recorder *statusRecorder) WriteHeader(status int) {
	recorder.status = status
	recorder.ResponseWriter.WriteHeader(status)
}
