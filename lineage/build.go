package lineage

import (
	"fmt"
	"slices"
	"unique"
)

// builder makes the next graph of one.
type builder struct {
	Graph
	e                        *edition
	streams, throughs, flows *layerEdit
	// What must be worked out anew: heard are names of which something was said,
	// grown datasets with more fields, jobs those whose edges changed, alive
	// those that were seen or are of another type.
	heard, grown, jobs, alive map[int32]bool
	// moved is set when a name has come to mean something else.
	moved bool
}

func edit(g *Graph) *builder {
	b := &builder{Graph: *g, e: &edition{}, heard: map[int32]bool{}, grown: map[int32]bool{}, jobs: map[int32]bool{}, alive: map[int32]bool{}}
	b.streams, b.throughs, b.flows = editLayer(&b.Graph.streams, b.e), editLayer(&b.Graph.throughs, b.e), editLayer(&b.Graph.flows, b.e)
	return b
}

// add takes a fact.
func (b *builder) add(f Fact) {
	if err := b.read(f); err != nil {
		b.counts.Malformed++
	}
}

// read puts a fact into the graph.
func (b *builder) read(f Fact) error {
	switch f.Kind {
	case KindAlias:
		return take(f, AliasOf, b.alias)
	case KindNode:
		return take(f, NodeOf, b.node)
	case KindEdge:
		return take(f, EdgeOf, func(e Edge) error { return b.edge(e, f.Body) })
	case KindThrough:
		return take(f, ThroughOf, b.through)
	case KindField:
		return take(f, FieldEdgeOf, func(e FieldEdge) error { return b.flow(e, f.Body) })
	case KindFacet:
		return take(f, FacetOf, b.facet)
	case KindStatement:
		return take(f, StatementOf, b.statement)
	case KindUse:
		return take(f, UseOf, b.use)
	case KindCoverage:
		return take(f, CoverageOf, b.coverage)
	case KindRule:
		return b.rule(f)
	default:
		return nil // runs, and positions
	}
}

func take[T any](f Fact, read func(Fact) (T, error), put func(T) error) error {
	v, err := read(f)
	if err != nil {
		return err
	}
	return put(v)
}

func (b *builder) alias(a Alias) error {
	if !a.Kind.Known() {
		return fmt.Errorf("%w: an alias of kind %q", ErrMalformed, a.Kind)
	}
	if !b.aliases.add(b.e, a) {
		return nil
	}
	// A name nobody has used yet moves nothing; of a namespace who knows.
	if from := Fold(Node{a.Kind, a.From}); from.Name == "" || b.nameOf(from) >= 0 {
		b.moved = true
	}
	return nil
}

func (b *builder) node(n NodeFact) error {
	if !n.Kind.Known() || n.IsZero() {
		return fmt.Errorf("%w: a node %v", ErrMalformed, n.Node)
	}
	b.seen(b.name(n.Node), micros(n.First), micros(n.Last))
	return nil
}

func (b *builder) seen(i int32, first, last int64) {
	known := b.names.edit(b.e, i)
	if known.last == 0 {
		known.first, known.last = first, last
	}
	known.first, known.last = min(known.first, first), max(known.last, last)
	if known.node.Kind == JobNode {
		b.alive[known.vertex] = true
	}
}

func (b *builder) edge(e Edge, body []byte) error {
	if e.Job.IsZero() || e.Dataset.IsZero() || e.Direction != Reads && e.Direction != Writes {
		return fmt.Errorf("%w: an edge %v %s %v", ErrMalformed, e.Job, e.Direction, e.Dataset)
	}
	job, dataset := b.name(Node{JobNode, e.Job}), b.name(Node{DatasetNode, e.Dataset})
	w := witness{from: job, to: dataset, of: job, first: micros(e.First), last: micros(e.Last)}
	if e.Direction == Reads {
		w.from, w.to = dataset, job
	}
	w.what = unique.Make(remark{evidence: e.Evidence, source: e.Source, confidence: e.Confidence, note: e.Note, body: string(body)})
	b.join(w)
	return nil
}

// join puts a witness of a pair of nodes into the graph.
func (b *builder) join(w witness) {
	b.streams.sight(pairKey{from: b.vertexOf(w.from), to: b.vertexOf(w.to), via: -1}, w)
}

func (b *builder) through(t Through) error {
	if t.Output.IsZero() || t.Derivation != Explicit && t.Derivation != Columns || t.Job.IsZero() && t.Input.IsZero() {
		return fmt.Errorf("%w: a through of %v from %v to %v", ErrMalformed, t.Job, t.Input, t.Output)
	}
	output := b.name(Node{DatasetNode, t.Output})
	w := witness{from: output, to: output, of: output, first: micros(t.First), last: micros(t.Last)}
	if !t.Input.IsZero() {
		w.from = b.name(Node{DatasetNode, t.Input})
	}
	w.what = unique.Make(remark{evidence: t.Evidence, source: t.Source, derivation: t.Derivation, confidence: Certain})
	if t.Job.IsZero() {
		b.join(w)
		return nil
	}
	w.of = b.name(Node{JobNode, t.Job})
	b.pass(w, t.Input.IsZero())
	return nil
}

// pass puts a witness of an input and an output of a job into the graph.
func (b *builder) pass(w witness, none bool) {
	key := pairKey{from: b.vertexOf(w.from), to: b.vertexOf(w.to), via: b.vertexOf(w.of)}
	if w.what.Value().derivation == Explicit {
		key.marks |= explicit
	}
	if none {
		key.marks |= inputless
	}
	if i, added := b.throughs.sight(key, w); added {
		d := b.details(key.via)
		d.passes = append(d.passes, i)
		b.streams.adjacent.edit(b.e, key.from).bound = true
		b.streams.adjacent.edit(b.e, key.to).bound = true
	}
}

func (b *builder) flow(e FieldEdge, body []byte) error {
	if e.Job.IsZero() && (e.From.Dataset.IsZero() || e.To.Dataset.IsZero()) || e.Type != Direct && e.Type != Indirect {
		return fmt.Errorf("%w: a field edge of %v from %v to %v", ErrMalformed, e.Job, e.From, e.To)
	}
	end := func(f Field) int32 {
		if f.Dataset.IsZero() {
			return b.name(Node{JobNode, e.Job}) // the job itself makes or uses the value
		}
		return b.name(Node{DatasetNode, f.Dataset})
	}
	w := witness{from: end(e.From), to: end(e.To), first: micros(e.First), last: micros(e.Last)}
	w.of = w.to
	if !e.Job.IsZero() {
		w.of = b.name(Node{JobNode, e.Job})
	}
	w.what = unique.Make(remark{
		evidence: e.Evidence, source: e.Source, change: e.Transformation, confidence: e.Confidence, note: e.Description, body: string(body),
	})
	b.trace(w, e.From.Path, e.To.Path, !e.Job.IsZero())
	return nil
}

// trace puts a witness of a pair of fields into the graph.
func (b *builder) trace(w witness, from, to string, job bool) {
	key := pairKey{from: b.field(place{b.vertexOf(w.from), from}), to: b.field(place{b.vertexOf(w.to), to}), via: -1}
	if job {
		key.via = b.vertexOf(w.of)
	}
	change := w.what.Value().change
	if change.Type == Indirect {
		key.marks |= indirect
	}
	if change.Masking {
		key.marks |= masking
	}
	if i, added := b.flows.sight(key, w); added && job {
		d := b.details(key.via)
		d.traces = append(d.traces, i)
	}
}

// name returns the index of a name that a fact uses.
func (b *builder) name(n Node) int32 {
	n = Fold(n)
	i := b.nameOf(n)
	if i < 0 {
		i = b.spell(n)
	}
	if !b.names.at(i).spoken {
		b.names.edit(b.e, i).spoken = true
		v := b.vertices.edit(b.e, b.vertexOf(i))
		v.names = append(slices.Clip(v.names), i)
	}
	return i
}

func (b *builder) vertexOf(name int32) int32 { return b.names.at(name).vertex }

// spell adds a name, and the vertex it means if there is none yet.
func (b *builder) spell(n Node) int32 {
	var v int32
	if means := b.resolve(n); means != n {
		target := b.nameOf(means)
		if target < 0 {
			target = b.spell(means)
		}
		v = b.vertexOf(target)
	} else {
		v = b.vertex(n)
	}
	i := b.index.add(b.e, hashOf(n))
	b.names.push(b.e, name{node: n, vertex: v})
	if _, topic, ok := Topic(n.ID); ok && n.Kind == DatasetNode {
		b.topics.add(b.e, hashOf(topic))
		b.topicsOf.push(b.e, i)
	}
	return i
}

// vertex adds a vertex.
func (b *builder) vertex(n Node) int32 {
	tie := tieOf(string(n.Kind), n.Namespace, n.Name)
	b.streams.adjacent.push(b.e, adjacency{tie: tie, job: n.Kind == JobNode})
	b.throughs.adjacent.push(b.e, adjacency{tie: tie})
	switch n.Kind {
	case DatasetNode:
		b.counts.Datasets++
	case JobNode:
		b.counts.Jobs++
	}
	return b.vertices.push(b.e, vertex{node: n})
}

// field returns the index of a field.
func (b *builder) field(p place) int32 {
	if i := b.fieldOf(p); i >= 0 {
		return i
	}
	i := b.places.add(b.e, hashOf(p))
	b.fields.push(b.e, p)
	b.flows.adjacent.push(b.e, adjacency{tie: tieOf(p.path) ^ b.streams.adjacent.at(p.vertex).tie})
	d := b.details(p.vertex)
	d.fields = append(d.fields, i)
	b.grown[p.vertex] = true
	return i
}

// details returns those of a vertex to change.
func (b *builder) details(i int32) *details {
	v := b.vertices.edit(b.e, i)
	if v.details == nil || v.owner != b.e {
		d := details{}
		if v.details != nil {
			d = *v.details
		}
		d.owner = b.e
		d.fields, d.passes, d.traces = slices.Clip(d.fields), slices.Clip(d.passes), slices.Clip(d.traces)
		v.details = &d
	}
	return v.details
}

// tieOf hashes strings the same in every process (FNV-1a).
func tieOf(parts ...string) uint64 {
	h := uint64(14695981039346656037)
	for _, part := range parts {
		for i := range len(part) {
			h = (h ^ uint64(part[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211
	}
	return h
}

// rebuild makes a graph anew of what one holds, with the aliases of a builder.
func rebuild(g *Graph, aliased *builder) *builder {
	fresh := newGraph(g.opts)
	fresh.aliases, fresh.rules, fresh.ruling, fresh.counts.Malformed = aliased.aliases, g.rules, g.ruling, aliased.counts.Malformed
	b := edit(fresh)
	names := make([]int32, g.names.n)
	for i := range names {
		known := g.names.at(int32(i))
		if !known.spoken {
			continue
		}
		n := b.name(known.node)
		names[i] = n
		if known.last != 0 {
			b.seen(n, known.first, known.last)
		}
		if known.said != nil {
			b.names.edit(b.e, n).said = known.said
			b.heard[n] = true
		}
	}
	renamed := func(w *witness) witness {
		moved := *w
		moved.from, moved.to, moved.of = names[w.from], names[w.to], names[w.of]
		return moved
	}
	for _, p := range g.streams.pairs.all() {
		for w := range p.witnesses() {
			b.join(renamed(w))
		}
	}
	for _, p := range g.throughs.pairs.all() {
		for w := range p.witnesses() {
			b.pass(renamed(w), p.marks&inputless != 0)
		}
	}
	for _, p := range g.flows.pairs.all() {
		for w := range p.witnesses() {
			b.trace(renamed(w), g.fields.at(p.from).path, g.fields.at(p.to).path, p.via >= 0)
		}
	}
	return b
}
