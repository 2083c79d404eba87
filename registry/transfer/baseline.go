package transfer

import (
	"context"
	"slices"
)

// batchBaseline is how many subjects one request has judged: each is parsed.
const batchBaseline = 100

// setBaseline makes old debt of what imported subjects owe under the target's
// governance (design, section 4): nobody asked for it where they come from. The
// target knows which subjects that has been done for, so a run that died before
// is made up for, and what they come to owe later stays due.
func (t *transfer) setBaseline(ctx context.Context) error {
	var subjects []string
	for _, s := range t.source.sorted() {
		subjects = append(subjects, s.Subject)
	}
	slices.Sort(subjects)
	subjects = slices.Compact(subjects)
	step := t.progress("Setting the baseline", len(subjects))
	for batch := range slices.Chunk(subjects, batchBaseline) {
		owing, err := t.Target.BaselineImported(ctx, batch)
		if err != nil {
			return err
		}
		t.report.Baseline += len(owing)
		step(len(batch))
	}
	return nil
}
