package web

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/schema"
)

// confluentPrefix begins the names that dashboards for Confluent's registry
// ask for (registry API 7, row 11).
const confluentPrefix = "kafka_schema_registry_"

// metrics is everything /metrics shows. Each server has its own.
type metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	duration  *prometheus.HistogramVec
	succeeded prometheus.Counter
	failed    prometheus.Counter

	mu     sync.RWMutex
	series map[seriesKey]series // those of requests and duration in use; guarded by mu
}

// seriesKey names what requests are counted by.
type seriesKey struct {
	method, route string
	status        int
}

// series are the metrics of one key. Finding them by their labels costs more
// than counting does, so each is looked up once.
type series struct {
	requests prometheus.Counter
	duration prometheus.Observer
}

func newMetrics(reg *registry.Registry, observer Observer, access *accessLog) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accord_http_requests_total", Help: "Requests answered.",
		}, []string{"method", "route", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "accord_http_request_duration_seconds", Help: "Time from the header of a request to the end of its answer.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"method", "route"}),
		succeeded: prometheus.NewCounter(prometheus.CounterOpts{
			Name: confluentPrefix + "api_success_count", Help: "API requests answered with a status below 400.",
		}),
		failed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: confluentPrefix + "api_failure_count", Help: "API requests answered with a status of 400 and above.",
		}),
		series: map[seriesKey]series{},
	}
	m.registry.MustRegister(m.requests, m.duration, m.succeeded, m.failed, newStateCollector(reg),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if observer != nil {
		m.registry.MustRegister(newObservedCollector(observer))
	}
	if access != nil {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "accord_access_log_dropped_total", Help: "Lines the access log lost because its queue was full.",
		}, func() float64 { return float64(access.dropped.Load()) }))
	}
	return m
}

// observe counts an answered request. The route is the pattern, never the path:
// the number of series must not grow with what clients send.
func (m *metrics) observe(method, route string, status int, took time.Duration) {
	of := m.seriesOf(seriesKey{knownMethod(method), route, status})
	of.requests.Inc()
	of.duration.Observe(took.Seconds())
	switch {
	case isOperators(route):
	case status < http.StatusBadRequest:
		m.succeeded.Inc()
	default:
		m.failed.Inc()
	}
}

func (m *metrics) seriesOf(key seriesKey) series {
	m.mu.RLock()
	found, ok := m.series[key]
	m.mu.RUnlock()
	if ok {
		return found
	}
	made := series{
		requests: m.requests.WithLabelValues(key.method, key.route, strconv.Itoa(key.status)),
		duration: m.duration.WithLabelValues(key.method, key.route),
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.series[key] = made
	return made
}

// isOperators reports whether a route is for operators, who ask all the time:
// the counts of API calls leave it out.
func isOperators(route string) bool {
	return route == "/metrics" || route == "/healthz" || route == "/readyz"
}

func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete,
		http.MethodOptions, http.MethodPatch:
		return method
	}
	return "other"
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{DisableCompression: true})
}

// stateCollector shows the registry's Stats when it is asked.
type stateCollector struct {
	reg *registry.Registry

	subjects, contexts, versions, unreadable *prometheus.Desc
	registered, deleted, leader, nodes       *prometheus.Desc
	createdOf, deletedOf                     map[schema.Format]*prometheus.Desc
}

func newStateCollector(reg *registry.Registry) *stateCollector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	c := &stateCollector{
		reg:        reg,
		subjects:   desc("accord_subjects", "Subjects, soft-deleted ones among them."),
		contexts:   desc("accord_contexts", "Contexts."),
		versions:   desc("accord_versions", "Versions stored, by language and state.", "type", "state"),
		unreadable: desc("accord_unreadable_records", "Records of the log that were passed over."),
		registered: desc(confluentPrefix+"registered_count", "Active versions."),
		deleted:    desc(confluentPrefix+"deleted_count", "Soft-deleted versions."),
		leader:     desc(confluentPrefix+"master_slave_role", "1: this node takes writes."),
		nodes:      desc(confluentPrefix+"node_count", "Nodes this one knows of: itself."),
		createdOf:  map[schema.Format]*prometheus.Desc{},
		deletedOf:  map[schema.Format]*prometheus.Desc{},
	}
	for _, f := range schema.Formats() {
		name := confluentPrefix + strings.ToLower(string(f)) + "_schemas_"
		c.createdOf[f] = desc(name+"created", "Versions in "+string(f)+", active and soft-deleted.")
		c.deletedOf[f] = desc(name+"deleted", "Soft-deleted versions in "+string(f)+".")
	}
	return c
}

// Describe implements prometheus.Collector.
func (c *stateCollector) Describe(out chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, out) }

// Collect implements prometheus.Collector.
func (c *stateCollector) Collect(out chan<- prometheus.Metric) {
	stats := c.reg.Stats()
	gauge := func(d *prometheus.Desc, value int, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(value), labels...)
	}
	active, deleted := 0, 0
	for _, f := range schema.Formats() {
		active += stats.Active[f]
		deleted += stats.Deleted[f]
		gauge(c.versions, stats.Active[f], string(f), "active")
		gauge(c.versions, stats.Deleted[f], string(f), "deleted")
		gauge(c.createdOf[f], stats.Active[f]+stats.Deleted[f])
		gauge(c.deletedOf[f], stats.Deleted[f])
	}
	gauge(c.subjects, stats.Subjects)
	gauge(c.contexts, stats.Contexts)
	gauge(c.unreadable, stats.Unreadable)
	gauge(c.registered, active)
	gauge(c.deleted, deleted)
	gauge(c.leader, 1)
	gauge(c.nodes, 1)
}
