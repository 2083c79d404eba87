package openlineage

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestMaxFacts has an event of some megabytes whose job's long name would be in
// gigabytes of keys.
func TestMaxFacts(t *testing.T) {
	t.Parallel()
	var outputs []string
	for i := range 40_000 {
		outputs = append(outputs, fmt.Sprintf(`{"namespace":"n","name":"%d"}`, i))
	}
	long := strings.Repeat("j", maxName)
	body := fmt.Sprintf(`{"job":{"namespace":%q,"name":%q},"outputs":[%s]}`, long, long, strings.Join(outputs, ","))
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	e, err := Parse([]byte(body), now)
	if err != nil {
		t.Fatal(err)
	}
	facts, leftOut := prove(e)
	size := 0
	for _, f := range facts {
		size += len(f.Key) + len(f.Body)
	}
	if size > maxFacts || leftOut == 0 || len(facts)+leftOut != 2*40_000+2 {
		t.Errorf("%d bytes in %d facts, %d left out", size, len(facts), leftOut)
	}
}
