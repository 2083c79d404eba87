// Package kafkatest leads tests to the Apache Kafka and the Kafka Connect that
// .ci/kafka starts.
package kafkatest

import (
	"context"
	"crypto/rand"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Broker returns host:port of ACCORD_TEST_KAFKA, where everybody may do
// everything. Without it the test is skipped, or fails where
// ACCORD_TEST_REQUIRE=all asks for every test; so with the others.
func Broker(tb testing.TB) string {
	tb.Helper()
	return variable(tb, "ACCORD_TEST_KAFKA")
}

// Login returns host:port of ACCORD_TEST_KAFKA_SASL, a listener of the same
// broker that knows the user guest with the password guest (PLAIN).
func Login(tb testing.TB) string {
	tb.Helper()
	return variable(tb, "ACCORD_TEST_KAFKA_SASL")
}

// Connect returns the URL of ACCORD_TEST_CONNECT, a worker on the same broker.
func Connect(tb testing.TB) string {
	tb.Helper()
	return variable(tb, "ACCORD_TEST_CONNECT")
}

func variable(tb testing.TB, name string) string {
	tb.Helper()
	value, missing := os.Getenv(name), name+` is not set: eval "$(.ci/kafka)" starts Kafka and sets it`
	switch {
	case value != "":
	case os.Getenv("ACCORD_TEST_REQUIRE") == "all":
		tb.Fatal(missing)
	default:
		tb.Skip(missing)
	}
	return value
}

// Prefix makes a prefix for all that a test names on the broker, which it
// shares with other tests. Groups and topics that are called so end with the
// test, whoever made them.
func Prefix(tb testing.TB) string {
	tb.Helper()
	prefix := "test-" + strings.ToLower(rand.Text()[:8]) + "-"
	admin := kadm.NewClient(Client(tb))
	tb.Cleanup(func() {
		ctx := context.WithoutCancel(tb.Context())
		others := func(name string) bool { return !strings.Contains(name, prefix) }
		if groups, err := admin.ListGroups(ctx); err == nil {
			// One that a process has not left cannot be deleted.
			_, _ = admin.DeleteGroups(ctx, slices.DeleteFunc(groups.Groups(), others)...)
		}
		if topics, err := admin.ListTopics(ctx); err == nil {
			_, _ = admin.DeleteTopics(ctx, slices.DeleteFunc(topics.Names(), others)...)
		}
	})
	return prefix
}

// Client speaks to the broker until the test ends.
func Client(tb testing.TB, opts ...kgo.Opt) *kgo.Client {
	tb.Helper()
	client, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(Broker(tb))}, opts...)...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(client.CloseAllowingRebalance)
	return client
}

// Topic makes a topic that ends with the test.
func Topic(tb testing.TB, name string, partitions int32) {
	tb.Helper()
	admin := kadm.NewClient(Client(tb))
	if _, err := admin.CreateTopic(tb.Context(), partitions, 1, nil, name); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if _, err := admin.DeleteTopic(context.WithoutCancel(tb.Context()), name); err != nil {
			tb.Error(err)
		}
	})
}
