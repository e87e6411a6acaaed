package telemetry_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/examples/telemetry"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestObserve(t *testing.T) {
	spans, reader := tracetest.NewSpanRecorder(), metric.NewManualReader()
	tracer := trace.NewTracerProvider(trace.WithSpanProcessor(spans)).Tracer("host")
	observe, err := telemetry.Observe(tracer, metric.NewMeterProvider(metric.WithReader(reader)).Meter("host"))
	require.NoError(t, err)
	keeper, err := seatkeeper.New(memstore.New(), seatkeeper.Options{Observe: observe})
	require.NoError(t, err)
	_, err = keeper.Open(t.Context(), seats.Opening{Account: "acme", Total: seats.Of(1), Owner: users.Profile{ID: "u1", Email: "olive@acme.example"}})
	require.NoError(t, err)

	ctx, request := tracer.Start(t.Context(), "POST /people")
	_, err = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: users.Profile{Email: "ada@acme.example"}})
	require.ErrorIs(t, err, seats.ErrNoSeats)
	ended, stop := context.WithCancel(ctx)
	stop()
	_, err = keeper.Usage(ended, "acme")
	require.Error(t, err)
	_, err = keeper.Audit(ctx, "nowhere")
	require.Error(t, err)
	request.End()

	var told []string
	for _, s := range spans.Ended()[1:4] {
		require.Equal(t, request.SpanContext().SpanID(), s.Parent().SpanID())
		told = append(told, s.Name()+" "+s.Attributes()[1].Value.AsString())
		require.NotEqual(t, codes.Error, s.Status().Code, "a refusal is an answer")
	}
	require.Equal(t, []string{"seatkeeper.Do no-seats", "seatkeeper.Usage canceled", "seatkeeper.Audit not-found"}, told)
	require.Equal(t, "invite", spans.Ended()[1].Events()[0].Name)

	var measured metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &measured))
	calls := map[string]uint64{}
	for _, m := range measured.ScopeMetrics[0].Metrics {
		if h, ok := m.Data.(metricdata.Histogram[float64]); ok {
			for _, p := range h.DataPoints {
				outcome, _ := p.Attributes.Value("seatkeeper.outcome")
				method, _ := p.Attributes.Value("seatkeeper.method")
				calls[fmt.Sprint(method.AsString(), " ", outcome.AsString())] += p.Count
			}
		}
	}
	require.Equal(t, map[string]uint64{"Open ok": 1, "Do no-seats": 1, "Usage canceled": 1, "Audit not-found": 1}, calls)
}
