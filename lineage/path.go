package lineage

// Between asks for the shortest path between two places, whichever is upstream
// of the other. Two places with paths are joined by fields; else by nodes.
type Between struct {
	From, To Place
	// Depth bounds the hops, 0 for MaxDepth.
	Depth int
	Scope
}

// Route is a path between two places.
type Route struct {
	// Way says where To lies, seen from From; "" if there is no path.
	Way Way `json:"way,omitempty"`
	// Steps lead with the data, from the upstream place to the downstream one.
	Steps []Link `json:"steps"`
	// Confidence is the weakest of the steps; Proven as in Hit.
	Confidence Confidence `json:"confidence"`
	Proven     bool       `json:"proven"`
	// Cut says whether the search was given up before all was searched.
	Cut
}

// Path answers Between. It reports false where no path is known: with a
// truncated route if there may be one beyond the bounds.
func (g *Graph) Path(b Between) (Route, bool) { return Route{}, false }
