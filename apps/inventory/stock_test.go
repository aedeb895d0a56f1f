package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func newServer(t *testing.T) *httptest.Server {
	mux := http.NewServeMux()
	addHealth(mux)
	addStock(mux, newMemoryStock())
	server := httptest.NewServer(host(mux, newLog("inventory", io.Discard), newMetrics()))
	t.Cleanup(server.Close)
	return server
}

func TestStock(t *testing.T) {
	server := newServer(t)
	for _, step := range []struct {
		method, path, body string
		status             int
		answer             string
	}{
		{"GET", "/", "", 200, `"service":"inventory"`},
		{"GET", "/stock/pen", "", 404, "item-not-found"},
		{"PUT", "/stock/pen", `{"quantity": 3}`, 200, `{"item":"pen","quantity":3}`},
		{"GET", "/stock/pen", "", 200, `{"item":"pen","quantity":3}`},
		{"PUT", "/stock/a%2Fb", `{"quantity": 0}`, 200, `{"item":"a/b","quantity":0}`},
		{"PUT", "/stock/pen", `{`, 400, "malformed-json"},
		{"PUT", "/stock/pen", ``, 400, "malformed-json"},
		{"PUT", "/stock/pen", `{}`, 422, "invalid-stock"},
		{"PUT", "/stock/pen", `[]`, 422, "invalid-stock"},
		{"PUT", "/stock/pen", `{"quantity": -1}`, 422, "invalid-stock"},
		{"PUT", "/stock/pen", `{"quantity": "3"}`, 422, "invalid-stock"},
		{"PUT", "/stock/pen", `{"quantity": 1.5}`, 422, "invalid-stock"},
		{"PUT", "/stock/pen", `{"quantity": 9007199254740992}`, 422, "invalid-stock"},
		{"PUT", "/stock/ink", `{"quantity": 9007199254740991.0}`, 200, `{"item":"ink","quantity":9007199254740991}`},
		{"PUT", "/stock/pen", `{"quantity": ` + strings.Repeat("1", bodyLimit), 413, "body-too-long"},
		{"DELETE", "/stock/pen", "", 405, "method-not-allowed"},
		{"GET", "/healthz/startup", "", 200, "ok"},
		{"GET", "/healthz/live", "", 200, "ok"},
		{"GET", "/healthz/ready", "", 200, "ok"},
	} {
		request, _ := http.NewRequest(step.method, server.URL+step.path, strings.NewReader(step.body))
		request.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		_ = answer.Write(&text)
		if answer.StatusCode != step.status || !strings.Contains(text.String(), step.answer) {
			t.Errorf("%s %s %.40s: %s", step.method, step.path, step.body, text.String())
		}
	}
}
