package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"
	"time"
)

// bodyLimit is the longest request body in bytes.
const bodyLimit = 1024 * 1024

// newLog returns a log that writes lines of JSON.
func newLog(service string, to io.Writer) *slog.Logger {
	replace := func(_ []string, attribute slog.Attr) slog.Attr {
		switch attribute.Key {
		case slog.MessageKey:
			attribute.Key = "message"
		case slog.LevelKey:
			attribute.Value = slog.StringValue(strings.ToLower(attribute.Value.String()))
		}
		return attribute
	}
	return slog.New(slog.NewJSONHandler(to, &slog.HandlerOptions{ReplaceAttr: replace})).With("service", service)
}

type logKey struct{}

// logOf returns a log whose lines name the request and its trace.
func logOf(r *http.Request) *slog.Logger {
	if log, ok := r.Context().Value(logKey{}).(*slog.Logger); ok {
		return log
	}
	return slog.Default()
}

var requestIDPattern = regexp.MustCompile(`^[\w.-]{1,128}$`)

// host answers with what a mux finds: each request has an id, a trace and a limit for its body, and is logged and
// measured (health checks are not); what the mux does not find, and what panics, is answered with a problem.
func host(mux *http.ServeMux, log *slog.Logger, metrics metrics) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		id := r.Header.Get("X-Request-Id")
		if !requestIDPattern.MatchString(id) {
			id = newID()
		}
		w.Header().Set("X-Request-Id", id)
		if len(r.TransferEncoding) > 0 {
			// net/http hides whether there was a length too. A proxy may then see another end of the request than we do,
			// and RFC 9112 has the connection closed.
			w.Header().Set("Connection", "close")
		}
		ctx := withTrace(r)
		log := log.With("requestId", id, "traceId", traceID(ctx))
		r = r.WithContext(context.WithValue(ctx, logKey{}, log))
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
		recorder := &statusRecorder{ResponseWriter: w}
		defer func() {
			took := time.Since(started)
			failure := recover()
			if failure != nil && failure != http.ErrAbortHandler {
				log.Error("request failed", "error", failure, "stack", string(debug.Stack()))
				if recorder.status == 0 {
					writeProblem(recorder, http.StatusInternalServerError, "internal-error",
						"The service failed. Its log tells more under the request id.")
					failure = nil
				}
			}
			status := recorder.status
			if status == 0 {
				status = http.StatusOK
			}
			if !strings.HasPrefix(r.URL.Path, "/healthz/") {
				metrics.measure(r, status, took)
				log.Info("request", "method", r.Method, "path", r.URL.EscapedPath(), "status", status,
					"durationMs", took.Milliseconds())
			}
			if failure != nil {
				// Half an answer was sent: only the end of the connection tells the caller.
				panic(http.ErrAbortHandler)
			}
		}()
		if refusal, pattern := mux.Handler(r); pattern == "" {
			writeNotFound(recorder, r, refusal)
			return
		}
		mux.ServeHTTP(recorder, r)
	})
}

// writeNotFound answers as the mux would, but with a problem.
func writeNotFound(w http.ResponseWriter, r *http.Request, refusal http.Handler) {
	answer := discarded{header: http.Header{}}
	refusal.ServeHTTP(&answer, r)
	if answer.status == http.StatusMethodNotAllowed {
		allowed := answer.header.Get("Allow")
		w.Header().Set("Allow", allowed)
		writeProblem(w, answer.status, "method-not-allowed", r.URL.EscapedPath()+" takes "+allowed+".")
		return
	}
	writeProblem(w, http.StatusNotFound, "no-such-path", "There is nothing at "+r.URL.EscapedPath()+".")
}

func newID() string {
	var bytes [16]byte
	_, _ = rand.Read(bytes[:])
	return hex.EncodeToString(bytes[:])
}

// statusRecorder remembers the status that a handler answered; 0 until then.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (recorder *statusRecorder) WriteHeader(status int) {
	if recorder.status == 0 && status >= 200 {
		recorder.status = status
	}
	recorder.ResponseWriter.WriteHeader(status)
}

func (recorder *statusRecorder) Write(bytes []byte) (int, error) {
	if recorder.status == 0 {
		recorder.status = http.StatusOK
	}
	return recorder.ResponseWriter.Write(bytes)
}

// Unwrap lets http.ResponseController flush, and set deadlines.
func (recorder *statusRecorder) Unwrap() http.ResponseWriter { return recorder.ResponseWriter }

// discarded keeps of an answer what is not its body.
type discarded struct {
	header http.Header
	status int
}

func (answer *discarded) Header() http.Header             { return answer.header }
func (answer *discarded) WriteHeader(status int)          { answer.status = status }
func (answer *discarded) Write(bytes []byte) (int, error) { return len(bytes), nil }
