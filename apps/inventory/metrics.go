package main

import (
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// knownMethods are those that a description may have; QUERY since OpenAPI 3.2. Others are not implemented.
var knownMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"}

// metrics are for Prometheus, each with the build number and the commit that run.
type metrics struct {
	registry *prometheus.Registry
	duration *prometheus.HistogramVec
}

func newMetrics() metrics {
	registry := prometheus.NewRegistry()
	duration := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		// Named as OpenTelemetry's semantic conventions say.
		Name:    "http_server_request_duration_seconds",
		Help:    "Duration of HTTP server requests.",
		Buckets: []float64{.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10},
	}, []string{"http_request_method", "http_route", "http_response_status_code"})
	labels := prometheus.Labels{"build_number": os.Getenv("BUILD_NUMBER"), "commit": os.Getenv("COMMIT")}
	prometheus.WrapRegistererWith(labels, registry).MustRegister(
		duration, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return metrics{registry, duration}
}

// handler answers Prometheus, and nothing else; it belongs on a port of its own, which the gateway does not reach.
func (metrics metrics) handler() http.Handler {
	answer := promhttp.HandlerFor(metrics.registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.EscapedPath() != "/metrics":
			w.WriteHeader(http.StatusNotFound)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			w.WriteHeader(http.StatusMethodNotAllowed)
		default:
			answer.ServeHTTP(w, r)
		}
	})
}

// measure counts one request; its pattern is the one that the mux found for it.
func (metrics metrics) measure(r *http.Request, status int, took time.Duration) {
	method := r.Method
	// Callers may make up methods; each would be a series of its own.
	if !slices.Contains(knownMethods, method) {
		method = "_OTHER"
	}
	_, route, _ := strings.Cut(r.Pattern, " ")
	metrics.duration.WithLabelValues(method, strings.TrimSuffix(route, "{$}"), strconv.Itoa(status)).Observe(took.Seconds())
}
