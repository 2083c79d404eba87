package openlineage

import (
	"errors"
	"fmt"
	"time"
)

// MaxBatch bounds the events of one batch.
const MaxBatch = 50_000

// Batch is what became of an array of events.
type Batch struct {
	// Received is how many there were.
	Received int
	Events   []Event
	Failed   []Failure
}

// Failure is an event that was refused, and its index in the batch.
type Failure struct {
	Index int
	Fault *Fault
}

// ParseBatch reads an array of events, each for itself: one that is refused
// keeps none of the others from being taken. An error is a *Fault of the batch
// as a whole.
func ParseBatch(body []byte, received time.Time) (Batch, error) {
	whole := parser{}
	text, err := whole.compact(body)
	if err != nil {
		return Batch{}, err
	}
	if !text.isArray() {
		return Batch{}, &Fault{Reason: text.kind() + ": a batch is a JSON array of events"}
	}
	b := Batch{}
	for i, element := range text.elements() {
		if i == MaxBatch {
			return Batch{}, &Fault{Reason: fmt.Sprintf("more than %d events: send several batches", MaxBatch)}
		}
		b.Received++
		p := parser{notes: notes{texts: append([]string(nil), whole.notes.texts...)}}
		e, err := p.event(element, received)
		if fault := (*Fault)(nil); errors.As(err, &fault) {
			b.Failed = append(b.Failed, Failure{i, fault})
			continue
		}
		b.Events = append(b.Events, e)
	}
	return b, nil
}
