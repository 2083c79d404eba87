package main

import (
	"math"
	"runtime"
	"runtime/debug"
)

// collectorFloor keeps the collector from working before the heap has grown by
// about so many bytes since it last did. Go collects when the heap has doubled;
// a registry of a few megabytes would be collected dozens of times a second
// while it is busy, at a third of its throughput.
const collectorFloor = 64 << 20

// holdFloor makes the collector count collectorFloor bytes that nobody writes
// to, and so nobody has to have memory for, until the returned function is
// called. Whoever bounds the memory with GOMEMLIMIT is left alone.
func holdFloor() (release func()) {
	if debug.SetMemoryLimit(-1) != math.MaxInt64 {
		return func() {}
	}
	floor := make([]byte, collectorFloor)
	return func() { runtime.KeepAlive(floor) }
}
