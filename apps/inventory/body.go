package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"
)

const (
	// bodyLimit is the longest request body in bytes.
	bodyLimit = 1024 * 1024
	// depthLimit is how deep JSON may be nested: whatever goes through it needs the stack for it.
	depthLimit = 64
)

// readJSON returns the body of a request, which is JSON; json.Unmarshal tells whether it is what was wanted. Where it is
// none, it answers with a problem, and returns false.
func readJSON(w http.ResponseWriter, r *http.Request) (json.RawMessage, bool) {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "application/json") {
		writeProblem(w, http.StatusUnsupportedMediaType, "unsupported-media-type",
			`The body must be application/json; say so in "Content-Type".`)
		return nil, false
	}
	if r.ContentLength > bodyLimit {
		writeBodyTooLong(w)
		return nil, false
	}
	body, err := io.ReadAll(r.Body)
	if tooLong := new(http.MaxBytesError); errors.As(err, &tooLong) {
		writeBodyTooLong(w)
		return nil, false
	}
	// A mark of the byte order is no part of it (RFC 8259, 8.1).
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if err != nil || !utf8.Valid(body) || isTooDeep(body) || !json.Valid(body) {
		writeProblem(w, http.StatusBadRequest, "malformed-json", "The body is not JSON.")
		return nil, false
	}
	return body, true
}

func writeBodyTooLong(w http.ResponseWriter) {
	writeProblem(w, http.StatusRequestEntityTooLarge, "body-too-long", "The body may have 1 MiB at most.")
}

// isTooDeep reports whether arrays and objects are nested deeper than they may be.
func isTooDeep(text []byte) bool {
	depth, inString := 0, false
	for i := 0; i < len(text); i++ {
		switch sign := text[i]; {
		case inString && sign == '\\':
			i++
		case sign == '"':
			inString = !inString
		case inString:
		case sign == '[' || sign == '{':
			if depth++; depth > depthLimit {
				return true
			}
		case sign == ']' || sign == '}':
			depth--
		}
	}
	return false
}
