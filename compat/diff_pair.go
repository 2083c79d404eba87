package compat

import (
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema"
)

// pair makes two elements partners, and their children as far as they are the
// same.
func (d *differ) pair(o, n *element) {
	o.partner, n.partner = n, o
	if o.isType() && o.Name != "" && o.Name != n.Name {
		d.renames[o.Name] = n.Name
	}
	for _, key := range d.keys() {
		match(o.children, n.children, key)
	}
	d.matchAliases(o.children, n.children)
	matchLone(o.children, n.children)
	for _, child := range n.children {
		if child.partner != nil {
			d.pair(child.partner, child)
		}
	}
}

// keyFunc names an element among its siblings; "" is no name.
type keyFunc func(*element) string

// keys are the ways two siblings are recognised, the surest first.
func (d *differ) keys() []keyFunc {
	keys := []keyFunc{exactly}
	if d.numbered {
		keys = append(keys, byNumber)
	}
	keys = append(keys, byName)
	if d.cross {
		keys = append(keys, bySimpleName)
	}
	return append(keys, byPlace)
}

func exactly(e *element) string {
	key := string(e.Kind) + " " + strconv.Itoa(e.Number) + " " + e.Name
	if e.isType() {
		key += " " + e.suffix()
	}
	return key
}

func byNumber(e *element) string {
	if e.isType() {
		return ""
	}
	return string(e.Kind) + strconv.Itoa(e.Number)
}

func byName(e *element) string {
	if e.Name == "" {
		return ""
	}
	return string(e.Kind) + " " + e.Name
}

// bySimpleName is the name as no language's custom writes it: "customerId" and
// "customer_id" are one, and so are "com.acme.Order" and "acme.v1.Order".
func bySimpleName(e *element) string {
	name := e.Name
	if e.isType() {
		name = name[strings.LastIndexByte(name, '.')+1:]
	}
	if name = strings.ToLower(strings.ReplaceAll(name, "_", "")); name == "" {
		return ""
	}
	return string(e.Kind) + " " + name
}

// byPlace is for types alone: what stands at the same place below a field.
func byPlace(e *element) string {
	if !e.isType() {
		return ""
	}
	return string(e.Kind) + " " + e.suffix()
}

// match makes those without a partner partners that have the same key. Where
// several have, the first ones are.
func match(olds, news []*element, key keyFunc) {
	free := map[string]*element{}
	for _, o := range olds {
		if k := key(o); o.partner == nil && k != "" && free[k] == nil {
			free[k] = o
		}
	}
	if len(free) == 0 {
		return
	}
	for _, n := range news {
		k := key(n)
		if o := free[k]; n.partner == nil && o != nil {
			o.partner, n.partner = n, o
			delete(free, k)
		}
	}
}

// matchAliases finds what a new element of Avro says it was called.
func (d *differ) matchAliases(olds, news []*element) {
	free := map[string]*element{}
	for _, o := range olds {
		if o.partner == nil {
			free[byName(o)] = o
		}
	}
	for _, n := range news {
		for _, alias := range n.aliases {
			key := string(n.Kind) + " " + alias
			if o := free[key]; n.partner == nil && o != nil {
				o.partner, n.partner = n, o
				delete(free, key)
			}
		}
	}
}

// matchLone makes the only type that a field holds the partner of the only one
// it held: "lines" may have become "lines[]".
func matchLone(olds, news []*element) {
	lone := func(elements []*element) (found *element) {
		for _, e := range elements {
			if e.isType() && found != nil {
				return nil
			}
			if e.isType() {
				found = e
			}
		}
		return found
	}
	o, n := lone(olds), lone(news)
	if o != nil && n != nil && o.Kind == n.Kind && o.partner == nil && n.partner == nil {
		o.partner, n.partner = n, o
	}
}

// relocate finds elements without a partner somewhere else in the other tree:
// types that are now reached from another place, and fields that are the only
// one of their name and type on either side.
func (d *differ) relocate() {
	d.relocateBy(func(e *element) string {
		if e.isType() {
			return byName(e)
		}
		return ""
	}, false)
	d.relocateBy(func(e *element) string {
		if e.Kind != schema.KindField || d.cross {
			return ""
		}
		return e.Name + " " + e.Type
	}, true)
}

// relocateBy pairs elements that share a key; alone: only where no other has
// it, so that nothing is guessed.
func (d *differ) relocateBy(key keyFunc, alone bool) {
	free, taken := map[string]*element{}, map[string]int{}
	for _, o := range d.old.all {
		if k := key(o); o.partner == nil && k != "" {
			if free[k] == nil {
				free[k] = o
			}
			taken["old "+k]++
		}
	}
	for _, n := range d.next.all {
		if k := key(n); n.partner == nil && free[k] != nil {
			taken["new "+k]++
		}
	}
	for _, n := range d.next.all {
		k := key(n)
		o := free[k]
		if o == nil || o.partner != nil || n.partner != nil || alone && (taken["old "+k] > 1 || taken["new "+k] > 1) {
			continue
		}
		d.pair(o, n)
	}
}
