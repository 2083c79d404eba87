package lineage

import "iter"

// A vector is an array that is copied in constant time: a copy shares all with
// its original until one of its parts is edited, and then costs that part. An
// edition is who edits; parts it made itself are edited in place.
type vector[T any] struct {
	owner    *edition
	branches []*branch[T]
	n        int
}

// edition marks what one change of a graph made and nobody else has seen.
type edition struct{ _ byte }

const (
	leafBits   = 4
	branchBits = 7
	leafSize   = 1 << leafBits
	branchSize = 1 << branchBits
	chunkBits  = leafBits + branchBits
)

type branch[T any] struct {
	owner  *edition
	leaves [branchSize]*leaf[T]
}

type leaf[T any] struct {
	owner *edition
	items [leafSize]T
}

// at returns an item to read.
func (v *vector[T]) at(i int32) *T {
	return &v.branches[i>>chunkBits].leaves[i>>leafBits&(branchSize-1)].items[i&(leafSize-1)]
}

// all yields the items to read, with their indexes.
func (v *vector[T]) all() iter.Seq2[int32, *T] {
	return func(yield func(int32, *T) bool) {
		for i := range int32(v.n) { //nolint:gosec // as push
			if !yield(i, v.at(i)) {
				return
			}
		}
	}
}

// edit returns an item to write.
func (v *vector[T]) edit(e *edition, i int32) *T {
	b := v.branch(e, i)
	l := b.leaves[i>>leafBits&(branchSize-1)]
	if l.owner != e {
		l = &leaf[T]{e, l.items}
		b.leaves[i>>leafBits&(branchSize-1)] = l
	}
	return &l.items[i&(leafSize-1)]
}

// push appends an item and returns its index.
func (v *vector[T]) push(e *edition, item T) int32 {
	v.own(e)
	i := int32(v.n) //nolint:gosec // a graph of two thousand million nodes does not fit in memory
	if int(i>>chunkBits) == len(v.branches) {
		v.branches = append(v.branches, &branch[T]{owner: e})
	}
	b := v.branch(e, i)
	if b.leaves[i>>leafBits&(branchSize-1)] == nil {
		b.leaves[i>>leafBits&(branchSize-1)] = &leaf[T]{owner: e}
	}
	v.n++
	*v.edit(e, i) = item
	return i
}

// branch returns the branch of an item, to write.
func (v *vector[T]) branch(e *edition, i int32) *branch[T] {
	v.own(e)
	b := v.branches[i>>chunkBits]
	if b.owner != e {
		b = &branch[T]{e, b.leaves}
		v.branches[i>>chunkBits] = b
	}
	return b
}

func (v *vector[T]) own(e *edition) {
	if v.owner != e {
		v.branches = append(make([]*branch[T], 0, len(v.branches)+1), v.branches...)
		v.owner = e
	}
}
