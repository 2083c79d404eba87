package lineage

import (
	"hash/maphash"
	"iter"
)

// A table finds the index of a thing by its hash. Like a vector it is copied in
// constant time. Things have the indexes 0, 1, 2 in the order of their add.
type table struct {
	heads vector[int32] // by the low bits of a hash: the newest thing with those, or -1
	slots vector[slot]
}

type slot struct {
	hash uint32
	next int32 // an older thing with the same low bits, or -1
}

// seed keeps the hashes of names from being chosen by who sends them.
var seed = maphash.MakeSeed()

// hashOf hashes what identifies a thing.
func hashOf[T comparable](key T) uint32 {
	return uint32(maphash.Comparable(seed, key)) //nolint:gosec // the low half will do
}

// with yields the indexes of the things with a hash, the newest first.
func (t *table) with(hash uint32) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		if t.heads.n == 0 {
			return
		}
		for i := *t.heads.at(t.head(hash)); i >= 0; {
			s := t.slots.at(i)
			if s.hash == hash && !yield(i) {
				return
			}
			i = s.next
		}
	}
}

// find returns the index of the thing with a hash that is the one, or -1.
func (t *table) find(hash uint32, is func(i int32) bool) int32 {
	for i := range t.with(hash) {
		if is(i) {
			return i
		}
	}
	return -1
}

// add returns the index of a new thing.
func (t *table) add(e *edition, hash uint32) int32 {
	if t.slots.n >= t.heads.n {
		t.grow(e)
	}
	head := t.heads.edit(e, t.head(hash))
	i := t.slots.push(e, slot{hash, *head})
	*head = i
	return i
}

func (t *table) head(hash uint32) int32 { return int32(hash & uint32(t.heads.n-1)) } //nolint:gosec // below n

// grow doubles the heads and chains all things anew.
func (t *table) grow(e *edition) {
	size := max(leafSize, 2*t.heads.n)
	t.heads = vector[int32]{}
	for range size {
		t.heads.push(e, -1)
	}
	for i := range int32(t.slots.n) { //nolint:gosec // as push
		s := t.slots.edit(e, i)
		head := t.heads.edit(e, t.head(s.hash))
		s.next, *head = *head, i
	}
}
