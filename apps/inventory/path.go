package main

import (
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"
)

// unclean matches paths that no route has: with "//", or with a "." or ".." for a segment, however it is written. The mux
// would redirect some of them, to a path that lacks the gateway's prefix; in others a name could lead its user astray.
var unclean = regexp.MustCompile(`(?i)//|/(\.|%2e){1,2}(/|$)`)

// isMalformedPath reports whether a path holds what is no text: NUL, or bytes that are not UTF-8.
func isMalformedPath(r *http.Request) bool {
	return strings.Contains(r.URL.Path, "\x00") || !utf8.ValidString(r.URL.Path)
}

// find returns what a mux has for a request: the request, without the slash at its end where a route lacks that, and
// otherwise the status, 404 or 405, and the methods that the path takes.
func find(mux *http.ServeMux, r *http.Request) (found *http.Request, status int, allowed string) {
	path := r.URL.EscapedPath()
	if path == "" && r.URL.Host != "" {
		// "GET http://host": its path is "/" (RFC 9112, 3.2.1).
		r.URL.Path, path = "/", "/"
	}
	isForeign := r.URL.Scheme != "" && (r.URL.Host == "" || !strings.HasPrefix(r.URL.Scheme, "http"))
	if isForeign || !strings.HasPrefix(path, "/") || unclean.MatchString(path) {
		return nil, http.StatusNotFound, ""
	}
	refusal, pattern := mux.Handler(r)
	if pattern != "" {
		return r, 0, ""
	}
	answer := discarded{header: http.Header{}}
	refusal.ServeHTTP(&answer, r)
	if answer.status == http.StatusMethodNotAllowed {
		return nil, answer.status, answer.header.Get("Allow")
	}
	if shorter := strings.TrimSuffix(path, "/"); shorter != path && shorter != "" {
		trimmed := r.Clone(r.Context())
		trimmed.URL.Path = strings.TrimSuffix(r.URL.Path, "/")
		trimmed.URL.RawPath = strings.TrimSuffix(r.URL.RawPath, "/")
		return find(mux, trimmed)
	}
	return nil, http.StatusNotFound, ""
}

// discarded keeps of an answer what is not its body.
type discarded struct {
	header http.Header
	status int
}

func (answer *discarded) Header() http.Header             { return answer.header }
func (answer *discarded) WriteHeader(status int)          { answer.status = status }
func (answer *discarded) Write(bytes []byte) (int, error) { return len(bytes), nil }
