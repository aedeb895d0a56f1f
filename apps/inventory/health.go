package main

import "net/http"

// addHealth adds what Kubernetes asks a pod. Ready stays true while draining: Kubernetes knows by itself that the pod
// goes, and a request that is on its way already must be served.
func addHealth(mux *http.ServeMux) {
	for _, check := range []string{"startup", "live", "ready"} {
		mux.HandleFunc("GET /healthz/"+check, func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
		})
	}
}
