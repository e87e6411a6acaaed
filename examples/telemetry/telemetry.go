// Package telemetry turns the calls of a Keeper into spans and metrics of OpenTelemetry.
package telemetry

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/seatkeeper/seatkeeper"
)

// Observe returns a function for seatkeeper.Options. Each call becomes a span below the one of the
// request that made it, and counts in histograms by method and outcome. The account is an attribute of
// the span alone: a metric with a series for each customer grows without bound.
func Observe(tracer trace.Tracer, meter metric.Meter) (func(context.Context, seatkeeper.CallStats), error) {
	duration, err := meter.Float64Histogram("seatkeeper.call.duration", metric.WithUnit("s"), metric.WithDescription("calls, from begin to end"))
	if err != nil {
		return nil, err
	}
	trips, err := meter.Int64Histogram("seatkeeper.call.round_trips", metric.WithUnit("{trip}"), metric.WithDescription("calls of the store"))
	if err != nil {
		return nil, err
	}
	conflicts, err := meter.Int64Counter("seatkeeper.commit.conflicts", metric.WithUnit("{commit}"), metric.WithDescription("commits that were tried again"))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s seatkeeper.CallStats) {
		labels := []attribute.KeyValue{
			attribute.String("seatkeeper.method", s.Method),
			attribute.String("seatkeeper.outcome", s.Code()),
		}
		measured := metric.WithAttributes(labels...)
		duration.Record(ctx, s.Took.Seconds(), measured)
		trips.Record(ctx, int64(s.Loads+s.Reads+s.Commits+s.Settlements), measured)
		if s.Conflicts > 0 {
			conflicts.Add(ctx, int64(s.Conflicts), measured)
		}

		end := time.Now()
		_, span := tracer.Start(ctx, "seatkeeper."+s.Method, trace.WithTimestamp(end.Add(-s.Took)), trace.WithAttributes(labels...))
		for _, a := range s.Actions.Members() {
			span.AddEvent(a.String())
		}
		span.SetAttributes(
			attribute.String("seatkeeper.account", string(s.Account)),
			attribute.String("seatkeeper.actor", s.Actor.String()),
			attribute.Int64("seatkeeper.waited_us", s.Waited.Microseconds()),
			attribute.Int("seatkeeper.together", s.Together),
		)
		if failed(s.Code()) {
			span.SetStatus(codes.Error, s.Code())
		}
		span.End(trace.WithTimestamp(end))
	}, nil
}

// failed reports whether the outcome is a fault of the system. A refusal is an answer.
func failed(outcome string) bool {
	switch outcome {
	case "conflict", "unknown", "history", "clock-skew", "deadline", "failed":
		return true
	}
	return false
}
