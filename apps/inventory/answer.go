package main

import (
	"encoding/json"
	"net/http"
)

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A caller that has gone takes no answer, and is no error of ours.
	_ = json.NewEncoder(w).Encode(body)
}

// writeProblem says why a request was not served (RFC 9457).
func writeProblem(w http.ResponseWriter, status int, title, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"title": title, "status": status, "detail": detail, "requestId": w.Header().Get("X-Request-Id"),
	})
}
