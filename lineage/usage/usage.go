// Package usage notes who uses which schema of the registry (lineage reference,
// section 4): who registers it, who looks it up, who fetches it. It needs
// nothing of the clients but the requests they make anyway.
//
// Clients keep what they fetched, so a sighting is a first contact and no rate.
// Requests are not held up: what was noted within the hour costs a hash and a
// comparison, the rest is kept in memory until it is written.
package usage

import (
	"context"
	"errors"
	"hash/maphash"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/accordhq/accord/lineage"
)

// Namespaces of the clients of the registry, which are jobs of the graph.
const (
	// Principals are named by their credential.
	Principals = "registry-user"
	// Agents are named by what their requests say: program and address.
	Agents = "registry-client"
)

// Sighting is one request of a client.
type Sighting struct {
	// Principal is the name in the client's credential, "" for none.
	Principal string
	// Agent is the program as its headers name it, Address its IP address.
	Agent, Address string
	Action         lineage.Action
	Subject        string
	Version        int
}

// client names who made the request.
func (s Sighting) client() lineage.ID {
	if s.Principal != "" {
		return lineage.ID{Namespace: Principals, Name: s.Principal}
	}
	return lineage.ID{Namespace: Agents, Name: s.Agent + " at " + s.Address}
}

// tools are programs that read schemas and no streams: people's browsers and
// command lines, and Accord itself.
var tools = []string{"accord/", "curl/", "Wget/", "HTTPie/", "Mozilla/", "PostmanRuntime/", "kube-probe/", "Prometheus/"}

// tool reports whether a program is known to be no reader of streams, or is not
// named.
func tool(agent string) bool {
	return agent == "" || slices.ContainsFunc(tools, func(prefix string) bool { return strings.HasPrefix(agent, prefix) })
}

// Putter is what a Recorder needs of a store.
type Putter interface {
	Put(ctx context.Context, facts []lineage.Fact) error
}

// Options configure a Recorder. Now is required.
type Options struct {
	Now    func() time.Time
	Logger *slog.Logger
	// Every is how often sightings are written. Default 2 s.
	Every time.Duration
}

const (
	defaultEvery = 2 * time.Second
	// slots is how many sightings are known to be noted within the hour.
	slots = 1 << 15
	// maxPending bounds what waits to be written; what comes then is dropped,
	// and noted when the client comes again.
	maxPending = 50_000
)

// Recorder notes sightings and writes them as facts while Run runs. Its methods
// are safe for concurrent use.
type Recorder struct {
	store Putter
	opts  Options
	seed  maphash.Seed
	// hour counts hours, so that a client that stays is noted once in each.
	hour  atomic.Uint64
	noted [slots]atomic.Uint64

	mu      sync.Mutex
	pending map[Sighting]time.Time
	dropped int
}

// New returns a Recorder that writes to a store.
func New(store Putter, opts Options) *Recorder {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Every <= 0 {
		opts.Every = defaultEvery
	}
	r := &Recorder{store: store, opts: opts, seed: maphash.MakeSeed(), pending: map[Sighting]time.Time{}}
	r.tick()
	return r
}

// tick turns the hour over.
func (r *Recorder) tick() { r.hour.Store(uint64(r.opts.Now().Unix()) / 3600) } //nolint:gosec // any number will do

// Saw notes a request. It never waits for the store.
func (r *Recorder) Saw(s Sighting) {
	if s.Principal == "" && tool(s.Agent) {
		return
	}
	seen := r.fingerprint(s)
	slot := &r.noted[seen%slots]
	if slot.Load() == seen {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.pending) >= maxPending {
		r.dropped++
		return
	}
	r.pending[s] = r.opts.Now()
	slot.Store(seen)
}

// fingerprint tells sightings of one hour apart. Two that share one are rare,
// and the second is noted in the next hour.
func (r *Recorder) fingerprint(s Sighting) uint64 {
	var h maphash.Hash
	h.SetSeed(r.seed)
	for _, part := range [...]string{s.Principal, s.Agent, s.Address, string(s.Action), s.Subject} {
		h.WriteString(part)
		h.WriteByte(0xff) // no UTF-8 has this byte
	}
	return h.Sum64() ^ uint64(s.Version)*0x9e3779b97f4a7c15 ^ r.hour.Load()*0xc2b2ae3d27d4eb4f //nolint:gosec // likewise
}

// Run writes what was noted until ctx is done, and what is left then.
func (r *Recorder) Run(ctx context.Context) error {
	ticker := time.NewTicker(r.opts.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.opts.Every)
			defer cancel()
			return r.Flush(last)
		case <-ticker.C:
		}
		r.tick()
		if err := r.Flush(ctx); err != nil && !errors.Is(err, context.Canceled) {
			r.opts.Logger.Warn("who uses which schema was not written and is tried again", "error", err)
		}
	}
}

// Flush writes what was noted. What could not be written stays noted.
func (r *Recorder) Flush(ctx context.Context) error {
	r.mu.Lock()
	batch, dropped := r.pending, r.dropped
	r.pending, r.dropped = map[Sighting]time.Time{}, 0
	r.mu.Unlock()
	if dropped > 0 {
		r.opts.Logger.Warn("too many clients at once: some were not noted", "requests", dropped)
	}
	if len(batch) == 0 {
		return nil
	}
	err := r.store.Put(ctx, factsOf(batch))
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		maps.Copy(batch, r.pending)
		r.pending = batch
	}
	return err
}

// factsOf are the facts of sightings, one for each client, action and version.
func factsOf(batch map[Sighting]time.Time) []lineage.Fact {
	facts := make([]lineage.Fact, 0, len(batch))
	for s, at := range batch {
		facts = append(facts, lineage.Use{
			Client: s.client(), Action: s.Action, Subject: s.Subject, Version: s.Version,
			Agent: s.Agent, Address: s.Address, Interval: lineage.At(at),
		}.Fact())
	}
	return facts
}
