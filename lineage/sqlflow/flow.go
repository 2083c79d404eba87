package sqlflow

// on is what becomes of a source when something is done with it.
func (e effect) on(s Source) Source {
	all := e.after(effect{s.Subtype, s.Masking})
	s.Subtype, s.Masking = all.subtype, all.masking
	return s
}

// flow adds to into what an expression is made from, seen through what is done
// with its value.
func (r *resolver) flow(e *expression, s *scope, through effect, into *sources) {
	switch {
	case e.path != nil:
		from := r.reference(e, s)
		if !r.spend(len(from)) {
			return
		}
		for _, source := range from {
			into.add(through.on(source))
		}
	case e.query != nil:
		r.subquery(e, s, through, into)
	}
	if len(e.bound) > 0 {
		inner := *s
		inner.bound = append(inner.bound[:len(inner.bound):len(inner.bound)], e.bound...)
		s = &inner
	}
	each := func(list []*expression, how effect) {
		for _, operand := range list {
			r.flow(operand, s, through.after(how), into)
		}
	}
	each(e.operands, e.effect)
	each(e.deciding, effect{subtype: Conditional})
	each(e.sorting, effect{subtype: Sort})
	if e.window != nil {
		r.window(e.window, s, func(list []*expression) { each(list, effect{subtype: Window}) })
	}
}

// window gives the expressions of a window and of those it is based on.
func (r *resolver) window(w *window, s *scope, each func([]*expression)) {
	for range maxDepth { // a window may name itself
		if !r.spend(1 + len(w.expressions)) {
			return
		}
		each(w.expressions)
		if w = s.windows[fold(w.base)]; w == nil {
			return
		}
	}
}

// subquery adds what a query in an expression gives: its columns, of which
// most have one. Its tables and what decides about its rows belong to the
// query around it.
func (r *resolver) subquery(e *expression, s *scope, through effect, into *sources) {
	rel := r.query(e.query, s, s.queries)
	s.owner.reads = append(s.owner.reads, rel)
	if e.exists {
		return
	}
	if rel.rest.kind != restNone {
		r.starNote(e.at, rel)
	}
	for _, c := range rel.columns {
		if !r.spend(1 + len(c.from)) {
			return
		}
		for _, source := range c.from {
			into.add(through.on(source))
		}
	}
}
