package sqltest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/proxy"
)

// newProxy returns a proxy until the end of the test.
func newProxy(t testing.TB, server string) *proxy.Proxy {
	t.Helper()
	p, err := proxy.New(server)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

// through returns the engine as it is opened through the proxy.
func through(p *proxy.Proxy, e engine) engine {
	dsn := e.dsn
	e.dsn = func(t testing.TB, database string) (string, []string) {
		driver, sources := dsn(t, database)
		require.Contains(t, sources[0], p.Server())
		return driver, []string{strings.Replace(sources[0], p.Server(), p.Address(), 1)}
	}
	return e
}
