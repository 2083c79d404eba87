package lineage

import "slices"

// Proposal asks who is hurt if fields of a stream change.
type Proposal struct {
	// Datasets hold the stream: one topic, in as many clusters as have it.
	Datasets []ID
	// Subjects are the stream's in the registry, whose Use tells of readers.
	Subjects []string
	// Fields are the paths that change; none for the stream as a whole.
	Fields []string
	// Depth bounds the hops downstream, MaxNodes the places listed for each
	// field and for the stream, MaxReaders the readers for each field; 0 for the
	// defaults, which are less where many fields are asked for.
	Depth, MaxNodes, MaxReaders int
	// ReadersOnly spares what lies downstream: only readers are told of, and how
	// far each of them reaches.
	ReadersOnly bool
	Scope
}

const (
	// DefaultReaders is how many readers an Impact lists that does not say.
	DefaultReaders = 500
	// MaxChanged is for how many fields it answers.
	MaxChanged = 500
)

// Impact says who is hurt by a change.
type Impact struct {
	// Datasets are those that the graph holds, by the names it has for them.
	Datasets []ID `json:"datasets"`
	// Fields answer for each path asked for, in that order; one with path "" for
	// the stream as a whole if none was.
	Fields []FieldImpact `json:"fields"`
	// FieldsLeft is how many of the paths were not answered: there were more than
	// MaxChanged.
	FieldsLeft int `json:"fieldsLeft,omitempty"`
	// Downstream is what lies downstream of the stream, whatever the field. It has
	// no links, nor has that of a field.
	Downstream Reach `json:"downstream"`
	// Watch says whether all who read the stream are known.
	Watch Watch `json:"watch"`
}

// FieldImpact says who is hurt by a change of one field. A path stands for what
// lies below it, and who reads what it is part of as a whole reads it too.
type FieldImpact struct {
	Path string `json:"path"`
	// Readers are all who read the stream: first those known to use the field,
	// then those of whom it is not known, then those known to use others. Tools
	// and the least sure come last.
	Readers []Reader `json:"readers"`
	// ReadersLeft is how many more there are.
	ReadersLeft int `json:"readersLeft,omitempty"`
	// Downstream are the fields that the field flows into or has influence on.
	Downstream Reach `json:"downstream"`
}

// Impact answers a Proposal.
func (g *Graph) Impact(p Proposal) Impact {
	n := g.lens(p.Scope)
	out := Impact{Datasets: []ID{}, Fields: []FieldImpact{}}
	var datasets []int32
	for _, id := range p.Datasets {
		if v := g.find(Node{DatasetNode, id}); v >= 0 && !slices.Contains(datasets, v) {
			datasets = append(datasets, v)
			out.Datasets = append(out.Datasets, g.vertices.at(v).node.ID)
		}
	}
	paths := p.Fields
	if len(paths) == 0 {
		paths = []string{""}
	}
	if len(paths) > MaxChanged {
		paths, out.FieldsLeft = paths[:MaxChanged], len(paths)-MaxChanged
	}
	if p.MaxNodes <= 0 {
		p.MaxNodes = min(DefaultNodes, max(20, 10*DefaultNodes/len(paths)))
	}
	if p.MaxReaders <= 0 {
		p.MaxReaders = min(DefaultReaders, max(20, 10*DefaultReaders/len(paths)))
	}
	readers := n.readersOf(datasets, p.Subjects, bound(p.Depth, DefaultDepth, MaxDepth))
	for _, path := range paths {
		out.Fields = append(out.Fields, n.fieldImpact(p, datasets, readers, path))
	}
	if !p.ReadersOnly {
		out.Downstream = n.downstream(p, out.Datasets)
	}
	out.Watch = g.watchAll(p)
	return out
}

// downstream is what lies downstream of a stream.
func (n *lens) downstream(p Proposal, datasets []ID) Reach {
	places := make([]Place, len(datasets))
	for i, id := range datasets {
		places[i] = Place{Node: Node{DatasetNode, id}}
	}
	return n.Walk(Walk{From: places, Way: Downstream, Depth: p.Depth, MaxNodes: p.MaxNodes, NoLinks: true, Scope: p.Scope})
}

// fieldImpact answers for one field.
func (n *lens) fieldImpact(p Proposal, datasets []int32, readers []*reading, path string) FieldImpact {
	out := FieldImpact{Path: path, Readers: []Reader{}}
	uses := n.usesOf(datasets, path)
	for _, r := range readers {
		out.Readers = append(out.Readers, n.reader(r, uses[r.job], datasets, path, len(readers)))
	}
	slices.SortFunc(out.Readers, compareReaders)
	if most := bound(p.MaxReaders, DefaultReaders, MaxNodes); len(out.Readers) > most {
		out.Readers, out.ReadersLeft = out.Readers[:most], len(out.Readers)-most
	}
	if !p.ReadersOnly {
		out.Downstream = n.fieldsDownstream(p, datasets, path)
	}
	return out
}

// fieldsDownstream is what lies downstream of one field.
func (n *lens) fieldsDownstream(p Proposal, datasets []int32, path string) Reach {
	var from []place
	var asked []int32
	for i, v := range datasets {
		from, asked = append(from, place{v, path}), append(asked, int32(i))
	}
	most := bound(p.MaxNodes, DefaultNodes, MaxNodes)
	c := n.flowCrawl(n, Downstream, bound(p.Depth, DefaultDepth, MaxDepth), max(most, MaxCounted), from)
	defer c.release()
	c.asked, c.bare = asked, true
	c.run()
	return c.reachOf(most)
}
