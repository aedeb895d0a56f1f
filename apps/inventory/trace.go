package main

import (
	"context"
	"crypto/rand"
	"net/http"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// withTrace returns a context that goes on with the caller's trace, or begins one. Nothing is recorded: that takes
// OpenTelemetry's SDK.
func withTrace(r *http.Request) context.Context {
	ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	if trace.SpanContextFromContext(ctx).IsValid() {
		return ctx
	}
	begun := trace.SpanContextConfig{TraceFlags: trace.FlagsSampled}
	_, _ = rand.Read(begun.TraceID[:])
	_, _ = rand.Read(begun.SpanID[:])
	return trace.ContextWithSpanContext(ctx, trace.NewSpanContext(begun))
}

type requestIDKey struct{}

func withRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// client calls other services. Give its requests the context of the request that is being handled
// (http.NewRequestWithContext): they then go on with its trace and its X-Request-Id.
var client = &http.Client{Transport: passing{http.DefaultTransport}}

// passing passes on the trace and the id of the request that a context is of.
type passing struct{ http.RoundTripper }

func (passing passing) RoundTrip(request *http.Request) (*http.Response, error) {
	// The caller's own is not to be changed.
	request = request.Clone(request.Context())
	passTrace(request.Context(), request)
	return passing.RoundTripper.RoundTrip(request)
}

// passTrace has a request to another service go on with the trace and the X-Request-Id of the request that ctx is of, where
// client is not what sends it.
func passTrace(ctx context.Context, request *http.Request) {
	propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(request.Header))
	if id, ok := ctx.Value(requestIDKey{}).(string); ok && request.Header.Get("X-Request-Id") == "" {
		request.Header.Set("X-Request-Id", id)
	}
}

func traceID(ctx context.Context) string { return trace.SpanContextFromContext(ctx).TraceID().String() }
