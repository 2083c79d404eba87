package compat

import "strconv"

// memberPath is where a member of a combined schema stands.
func memberPath(criterion string, index int) string {
	return criterion + "/" + strconv.Itoa(index)
}

// maximumMatching pairs the vertices of the left side of a bipartite graph with
// those of the right, each at most once and as many as can be (Hopcroft and
// Karp, in E times the root of V steps). edges[i] lists the right partners that
// i may have; partner[i] is the chosen one or -1, size how many there are.
func maximumMatching(edges [][]int, right int) (partner []int, size int) {
	m := matching{edges: edges, left: filled(len(edges), -1), right: filled(right, -1), layer: make([]int, len(edges))}
	for m.layers() {
		for i, j := range m.left {
			if j < 0 && m.augment(i) {
				size++
			}
		}
	}
	return m.left, size
}

type matching struct {
	edges       [][]int
	left, right []int
	// layer is how many pairs an alternating path from a free left vertex
	// passes; -1 if it does not get here.
	layer []int
}

func filled(n, value int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = value
	}
	return s
}

// layers numbers the left vertices breadth first, and reports whether a free
// right vertex can be reached.
func (m *matching) layers() bool {
	var queue []int
	for i, j := range m.left {
		m.layer[i] = -1
		if j < 0 {
			m.layer[i] = 0
			queue = append(queue, i)
		}
	}
	found := false
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		for _, j := range m.edges[i] {
			next := m.right[j]
			if next < 0 {
				found = true
			} else if m.layer[next] < 0 {
				m.layer[next] = m.layer[i] + 1
				queue = append(queue, next)
			}
		}
	}
	return found
}

// augment looks along the layers for a path to a free right vertex, and turns
// its pairs over.
func (m *matching) augment(i int) bool {
	for _, j := range m.edges[i] {
		next := m.right[j]
		if next < 0 || m.layer[next] == m.layer[i]+1 && m.augment(next) {
			m.left[i], m.right[j] = j, i
			return true
		}
	}
	m.layer[i] = -1
	return false
}
