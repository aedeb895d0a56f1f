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

// passTrace has a request to another service go on with the trace of the request that ctx is of.
func passTrace(ctx context.Context, request *http.Request) {
	propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(request.Header))
}

func traceID(ctx context.Context) string { return trace.SpanContextFromContext(ctx).TraceID().String() }
