package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const callersTrace = "4bf92f3577b34da6a3ce929d0e0e4736"

// lines collects what is logged.
type lines struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (lines *lines) Write(line []byte) (int, error) {
	lines.mutex.Lock()
	defer lines.mutex.Unlock()
	return lines.text.Write(line)
}

func (lines *lines) String() string {
	lines.mutex.Lock()
	defer lines.mutex.Unlock()
	return lines.text.String()
}

// serveSample runs a server with operations to try the host with, as a process would.
func serveSample(t *testing.T) (url string, log *lines, counted metrics) {
	log, counted = &lines{}, newMetrics()
	// A service that is called: it tells what came with the call.
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Received", r.Header.Get("Traceparent")+" "+r.Header.Get("X-Request-Id"))
	}))
	t.Cleanup(other.Close)
	mux := http.NewServeMux()
	addHealth(mux)
	mux.HandleFunc("GET /quick/{name}", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, r.PathValue("name"))
	})
	mux.HandleFunc("POST /echo", func(w http.ResponseWriter, r *http.Request) {
		if body, ok := readJSON(w, r); ok {
			writeJSON(w, http.StatusOK, body)
		}
	})
	mux.HandleFunc("GET /broken", func(http.ResponseWriter, *http.Request) { panic("secret") })
	mux.HandleFunc("GET /trace", func(w http.ResponseWriter, r *http.Request) {
		logOf(r).Info("on the way")
		call, _ := http.NewRequestWithContext(r.Context(), "GET", other.URL, nil)
		answer, err := client.Do(call)
		if err != nil {
			panic(err)
		}
		answer.Body.Close()
		writeJSON(w, http.StatusOK, answer.Header.Get("X-Received"))
	})
	url, drain := start(t, host(mux, newLog("sample", log), counted).ServeHTTP, drainTimes{0, time.Second})
	t.Cleanup(func() { _ = drain() })
	return url, log, counted
}

func call(t *testing.T, request *http.Request) (*http.Response, string) {
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	return answer, string(body)
}

func TestHostAnswersWithProblems(t *testing.T) {
	url, log, _ := serveSample(t)
	for _, test := range []struct {
		method, path, body string
		status             int
		answer             string
	}{
		{"GET", "/quick/a%2Fb", "", 200, "a/b"},
		{"GET", "/quick/a/", "", 200, "a"},
		{"GET", "/quick/%00", "", 400, "malformed-path"},
		{"GET", "/quick/%ff", "", 400, "malformed-path"},
		{"GET", "/quick/%2e%2e", "", 404, "no-such-path"},
		{"GET", "//quick/a", "", 404, "no-such-path"},
		{"HEAD", "/quick/a", "", 200, ""},
		{"FOO", "/quick/a", "", 501, "method-not-implemented"},
		{"POST", "/echo", "[1]", 200, "[1]"},
		{"POST", "/echo", "[1] 2", 400, "malformed-json"},
		{"POST", "/echo", `"\"[{"`, 200, `"\"[{"`},
		{"POST", "/echo", strings.Repeat("[", depthLimit) + strings.Repeat("]", depthLimit), 200, "[[["},
		{"POST", "/echo", strings.Repeat("[", depthLimit+1) + strings.Repeat("]", depthLimit+1), 400, "malformed-json"},
		{"POST", "/echo", strings.Repeat("1", bodyLimit+1), 413, "body-too-long"},
		{"GET", "/nothing", "", 404, "no-such-path"},
		{"GET", "/metrics", "", 404, "no-such-path"},
		{"GET", "/echo", "", 405, "POST"},
		{"GET", "/broken", "", 500, "internal-error"},
		{"GET", "/healthz/live", "", 200, "ok"},
	} {
		request, _ := http.NewRequest(test.method, url+test.path, strings.NewReader(test.body))
		request.Header.Set("X-Request-Id", "given-1")
		request.Header.Set("Content-Type", "application/json")
		answer, body := call(t, request)
		if answer.StatusCode != test.status || !strings.Contains(body, test.answer) || strings.Contains(body, "secret") {
			t.Errorf("%s %s: %d %s", test.method, test.path, answer.StatusCode, body)
		}
		if test.status >= 400 && (answer.Header.Get("Content-Type") != "application/problem+json" ||
			!strings.Contains(body, `"requestId":"given-1"`)) {
			t.Errorf("%s %s is no problem: %s", test.method, test.path, body)
		}
		if test.status == 405 && answer.Header.Get("Allow") != "POST" {
			t.Errorf("Allow: %s", answer.Header.Get("Allow"))
		}
	}
	request, _ := http.NewRequest("POST", url+"/echo", strings.NewReader("[1]"))
	if answer, body := call(t, request); answer.StatusCode != 415 || !strings.Contains(body, "unsupported-media-type") {
		t.Errorf("without a Content-Type: %d %s", answer.StatusCode, body)
	}
	if text := log.String(); !strings.Contains(text, "secret") || strings.Contains(text, "healthz") {
		t.Error(text)
	}
}

func TestHostGoesOnWithTheCallersTrace(t *testing.T) {
	for _, test := range []struct {
		given string
		same  bool
	}{{"00-" + callersTrace + "-00f067aa0ba902b7-01", true}, {"00-0-0-00", false}, {"", false}} {
		url, log, _ := serveSample(t)
		request, _ := http.NewRequest("GET", url+"/trace", nil)
		request.Header.Set("Traceparent", test.given)
		request.Header.Set("X-Request-Id", "given-1")
		_, received := call(t, request)
		passedOn, id, _ := strings.Cut(strings.Trim(received, "\"\n"), " ")
		parts := strings.Split(passedOn, "-")
		if len(parts) != 4 || len(parts[1]) != 32 || (parts[1] == callersTrace) != test.same || parts[3] != "01" ||
			id != "given-1" {
			t.Fatalf("%q was passed on as %s", test.given, received)
		}
		// The line is written when the answer has gone.
		for range 100 {
			if strings.Count(log.String(), "\n") == 2 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		for _, line := range strings.Split(strings.TrimSpace(log.String()), "\n") {
			var fields map[string]any
			if json.Unmarshal([]byte(line), &fields) != nil || fields["traceId"] != parts[1] ||
				fields["service"] != "sample" || fields["level"] != "info" || fields["requestId"] != "given-1" {
				t.Error(line)
			}
		}
		if !strings.Contains(log.String(), `"message":"request"`) {
			t.Error(log.String())
		}
	}
}

func TestMetricsNameTheReleaseAndAreOnAPortOfTheirOwn(t *testing.T) {
	t.Setenv("BUILD_NUMBER", "20261124-1")
	t.Setenv("COMMIT", "1a2b3c4")
	url, _, counted := serveSample(t)
	request, _ := http.NewRequest("GET", url+"/quick/a", nil)
	call(t, request)
	server := httptest.NewServer(counted.handler())
	defer server.Close()
	wanted := []string{
		`http_server_request_duration_seconds_count{build_number="20261124-1",commit="1a2b3c4",` +
			`http_request_method="GET",http_response_status_code="200",http_route="/quick/{name}"} 1`,
		"go_goroutines{", "process_resident_memory_bytes{",
	}
	var text string
	// It is counted when the answer has gone.
	for range 100 {
		request, _ = http.NewRequest("GET", server.URL+"/metrics", nil)
		if _, text = call(t, request); strings.Contains(text, wanted[0]) {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	for _, each := range wanted {
		if !strings.Contains(text, each) {
			t.Errorf("%s is not in\n%s", each, text)
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if !strings.HasPrefix(line, "#") && !strings.Contains(line, `build_number="20261124-1",commit="1a2b3c4"`) {
			t.Error(line)
		}
	}
	for _, other := range []struct {
		method, path string
		status       int
	}{{"GET", "/", 404}, {"GET", "/metrics/", 404}, {"POST", "/metrics", 405}, {"HEAD", "/metrics", 200}} {
		request, _ = http.NewRequest(other.method, server.URL+other.path, nil)
		if answer, _ := call(t, request); answer.StatusCode != other.status {
			t.Error(other, answer.Status)
		}
	}
}

func TestMalformedRequestsHurtNobodyElse(t *testing.T) {
	url, log, _ := serveSample(t)
	const hidden, post = "GET /quick/hidden HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
	for name, test := range map[string]struct {
		request string
		allowed []int
	}{
		"no number":   {post + "Content-Length: 5x\r\n\r\n" + hidden, []int{400}},
		"negative":    {post + "Content-Length: -1\r\n\r\n" + hidden, []int{400}},
		"two lengths": {post + "Content-Length: 3\r\nContent-Length: 40\r\n\r\n[1]" + hidden, []int{400}},
		// RFC 9112 6.1: the chunks count, and the connection is closed.
		"length and chunked": {post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" +
			"3\r\n[1]\r\n0\r\n\r\n" + hidden, []int{200, 400}},
		"unknown coding":  {post + "Transfer-Encoding: gzip\r\n\r\n" + hidden, []int{400, 501}},
		"long header":     {"GET /quick/a HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("a", 300_000) + "\r\n\r\n" + hidden, []int{431}},
		"no host":         {"GET /quick/a HTTP/1.1\r\n\r\n" + hidden, []int{400}},
		"space in a name": {"GET /quick/a HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n" + hidden, []int{400}},
		"no request":      {"\x16\x03\x01\x02\x00\x01\r\n\r\n" + hidden, []int{400}},
	} {
		connection, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_ = connection.SetDeadline(time.Now().Add(3 * time.Second))
		// An answer may come, and the connection end, before all is sent.
		_, _ = io.WriteString(connection, test.request)
		reader := bufio.NewReader(connection)
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		body, _ := io.ReadAll(answer.Body)
		rest, _ := io.ReadAll(reader)
		connection.Close()
		if !slices.Contains(test.allowed, answer.StatusCode) || len(rest) > 0 {
			t.Errorf("%s: %d %s %s", name, answer.StatusCode, body, rest)
		}
		request, _ := http.NewRequest("GET", url+"/quick/a", nil)
		if other, _ := call(t, request); other.StatusCode != 200 {
			t.Error(fmt.Sprint(name, " hurt another request: ", other.Status))
		}
	}
	if strings.Contains(log.String(), "hidden") {
		t.Error(log.String())
	}
}
