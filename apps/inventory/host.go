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
	"slices"
	"strings"
	"time"
)

// newLog returns a log that writes lines of JSON.
func newLog(service string, to io.Writer) *slog.Logger {
	replace := func(_ []string, attribute slog.Attr) slog.Attr {
		switch attribute.Key {
		case slog.TimeKey:
			attribute.Value = slog.StringValue(attribute.Value.Time().UTC().Format("2006-01-02T15:04:05.000Z"))
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
		id, path := requestID(r), r.URL.EscapedPath()
		w.Header().Set("X-Request-Id", id)
		if len(r.TransferEncoding) > 0 || !r.ProtoAtLeast(1, 1) {
			// net/http hides whether there was a length too, and in HTTP/1.0 that there were chunks at all. A proxy may then
			// see another end of the request than we do, and RFC 9112 has the connection closed.
			w.Header().Set("Connection", "close")
		}
		ctx := withTrace(r)
		log := log.With("requestId", id, "traceId", traceID(ctx))
		r = r.WithContext(context.WithValue(withRequestID(ctx, id), logKey{}, log))
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
				log.Info("request", "method", r.Method, "path", path, "status", status,
					"durationMs", took.Milliseconds())
			}
			if failure != nil {
				// Half an answer was sent: only the end of the connection tells the caller.
				panic(http.ErrAbortHandler)
			}
		}()
		if found := route(recorder, mux, r); found != nil {
			r = found
			mux.ServeHTTP(recorder, r)
		}
	})
}

// route returns the request as the mux has a route for it. When there is none, or the host refuses it, it is answered with
// a problem.
func route(w http.ResponseWriter, mux *http.ServeMux, r *http.Request) *http.Request {
	path := r.URL.EscapedPath()
	if !slices.Contains(knownMethods, r.Method) {
		writeProblem(w, http.StatusNotImplemented, "method-not-implemented", "This method is not known here.")
		return nil
	}
	if isMalformedPath(r) {
		writeProblem(w, http.StatusBadRequest, "malformed-path", "The path holds what is no text.")
		return nil
	}
	found, status, allowed := find(mux, r)
	switch {
	case status == http.StatusMethodNotAllowed:
		w.Header().Set("Allow", allowed)
		writeProblem(w, status, "method-not-allowed", path+" takes "+allowed+".")
	case found == nil:
		writeProblem(w, status, "no-such-path", "There is nothing at "+path+".")
	}
	return found
}

// requestID returns the caller's id when it is a harmless one: it goes into logs and headers.
func requestID(r *http.Request) string {
	if given := r.Header.Values("X-Request-Id"); len(given) == 1 && requestIDPattern.MatchString(given[0]) {
		return given[0]
	}
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
