package sqlitelog_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/sqlitelog"
)

// crashFile, when set, makes the test binary a writer to the log at its value.
const crashFile = "ACCORD_CRASH_FILE"

// crashFacts let a reader check an entry and its batch for completeness.
type crashFacts struct {
	Records int    `json:"records"` // in the batch
	Sum     string `json:"sum"`     // of the body
}

// TestCrash kills processes in the middle of appending. What they were told is
// written must be there, whole, and what they were not told must be there
// whole or not at all. It cannot show what a power failure does to the disk:
// that is synchronous=FULL, which Open checks. ACCORD_SOAK is how many rounds
// to run.
func TestCrash(t *testing.T) {
	t.Parallel()
	rounds := 3
	if soak := os.Getenv("ACCORD_SOAK"); soak != "" {
		n, err := strconv.Atoi(soak)
		if err != nil {
			t.Fatalf("ACCORD_SOAK: want a number of rounds: %v", err)
		}
		rounds = max(rounds, n)
	}
	path := filepath.Join(t.TempDir(), "accord.db")
	acked := map[registry.Offset]bool{}
	for round := range rounds {
		for _, line := range killWriters(t, crashFile, path) {
			at, err := registry.ParseOffset(line)
			if err != nil {
				t.Errorf("a writer printed: %v", err)
			}
			acked[at] = true
		}
		verifyCrashed(t, path, acked)
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	t.Logf("%d appends acknowledged in %d rounds", len(acked), rounds)
}

// killWriters lets two processes write to one file, kills them at some moment
// after the first acknowledgement, and returns what they were acknowledged, a
// line each.
func killWriters(t *testing.T, kind, path string) []string {
	t.Helper()
	const writers = 2
	var mu sync.Mutex
	var acked []string
	started := make(chan struct{}, writers)
	var readers sync.WaitGroup
	var children []*exec.Cmd
	for range writers {
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), kind+"="+path)
		child.Stderr = t.Output()
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		children = append(children, child)
		readers.Go(func() {
			lines := bufio.NewScanner(out)
			for first := true; lines.Scan(); first = false {
				mu.Lock()
				acked = append(acked, lines.Text())
				mu.Unlock()
				if first {
					started <- struct{}{}
				}
			}
		})
	}
	select {
	case <-started:
	case <-time.After(30 * time.Second):
		t.Error("no writer began")
	}
	time.Sleep(rand.N(150 * time.Millisecond))
	for _, child := range children {
		_ = child.Process.Kill()
	}
	readers.Wait()
	for _, child := range children {
		_ = child.Wait() // says "killed"
	}
	return acked
}

// verifyCrashed reads a log whose writers were killed.
func verifyCrashed(t *testing.T, path string, acked map[registry.Offset]bool) {
	t.Helper()
	log := open(t, path)
	defer log.Close()
	batches := map[string]int{}
	wanted := map[string]int{}
	found := 0
	for e, err := range log.Read(t.Context(), registry.Offset{}) {
		if err != nil {
			t.Fatal(err)
		}
		var facts crashFacts
		if err := json.Unmarshal(e.Facts, &facts); err != nil {
			t.Fatalf("facts of %s are torn: %v", e.Offset, err)
		}
		batches[e.Change]++
		wanted[e.Change] = facts.Records
		if acked[e.Offset] {
			found++
		}
		whole, err := log.Get(t.Context(), e.Offset)
		if err != nil {
			t.Fatal(err)
		}
		if sum(whole.Body) != facts.Sum {
			t.Errorf("the body of %s is torn", e.Offset)
		}
	}
	for change, n := range batches {
		if n != wanted[change] {
			t.Errorf("change %s has %d of its %d records", change, n, wanted[change])
		}
	}
	if found != len(acked) {
		t.Errorf("%d of %d acknowledged appends are missing", len(acked)-found, len(acked))
	}
	if got := query(t, path, "PRAGMA integrity_check"); got != "ok" {
		t.Errorf("integrity check: %s", got)
	}
}

// appendForever appends batches of random records and prints the offset of
// each acknowledged one, until it is killed.
func appendForever(path string, out io.Writer) error {
	ctx := context.Background()
	log, err := sqlitelog.Open(ctx, path, sqlitelog.Options{})
	if err != nil {
		return err
	}
	var at registry.Offset
	for {
		head, err := log.Append(ctx, at, crashBatch()...)
		switch {
		case errors.Is(err, registry.ErrConflict):
			for e, err := range log.Read(ctx, at) {
				if err != nil {
					return err
				}
				at = e.Offset
			}
			continue
		case err != nil:
			return err
		}
		at = head
		// One write of one line: the pipe passes it whole or not at all.
		if _, err := fmt.Fprintln(out, at); err != nil {
			return err
		}
	}
}

func crashBatch() []registry.Record {
	recs := make([]registry.Record, 1+rand.N(5))
	change := strconv.FormatUint(rand.Uint64(), 36)
	for i := range recs {
		body := make([]byte, rand.N(20_000))
		for j := range body {
			body[j] = byte(rand.Uint32())
		}
		facts, _ := json.Marshal(crashFacts{Records: len(recs), Sum: sum(body)})
		recs[i] = registry.Record{
			Key: registry.Key{Kind: "crash", ID: strconv.Itoa(i)}, Op: registry.OpPut, Time: time.UnixMilli(0),
			Change: change, Facts: facts, Body: body,
		}
	}
	return recs
}

func sum(body []byte) string {
	digest := sha256.Sum256(body)
	return hex.EncodeToString(digest[:])
}
