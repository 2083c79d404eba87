package export

import (
	"cmp"
	"fmt"
	"math/big"
	"time"

	"github.com/accordhq/accord/contracts/sla"
)

// sentences say what a service level promises; %s is its value.
var sentences = map[sla.Kind]string{
	sla.Freshness:           "The newest record is at most %s old.",
	sla.Latency:             "A record is there at most %s after what it speaks of.",
	sla.Frequency:           "Records come at least every %s.",
	sla.Completeness:        "At least %s of what should be there is there.",
	sla.Validity:            "At least %s of the records are valid.",
	sla.ErrorRate:           "At most %s of the records are wrong.",
	sla.Availability:        "The stream can be read and written %s of the time.",
	sla.TimeToDetect:        "A fault is noticed within %s.",
	sla.TimeToNotify:        "Consumers are told of a fault within %s.",
	sla.TimeToRepair:        "A fault is repaired within %s.",
	sla.GeneralAvailability: "The stream is generally available from %s on.",
	sla.EndOfSupport:        "The stream is supported until %s.",
	sla.EndOfLife:           "The stream ends on %s.",
	sla.TimeOfAvailability:  "The records of a day are there at %s.",
}

// bounded are the sentences of what has a minimum, a maximum or both.
var bounded = map[sla.Kind]map[string]string{
	sla.Retention: {
		"min": "Records are kept for at least %s.", "max": "Records are deleted after %s at the latest.",
		"both": "Records are kept for %s, no less and no longer.",
	},
	sla.Throughput: {
		"min": "The stream carries at least %s.", "max": "The stream carries at most %s.",
		"both": "The stream carries %s, no less and no more.",
	},
}

// level is a service level in words.
func level(p sla.Promise) fact {
	out := fact{Name: cmp.Or(string(p.Kind), p.Property)}
	sentence := cmp.Or(sentences[p.Kind], bounded[p.Kind][p.Bound])
	if !p.Readable || sentence == "" {
		out.Text = p.Text
		return out
	}
	out.Text = fmt.Sprintf(sentence, p.Quantity)
	if p.Percentile != nil {
		out.Text += fmt.Sprintf(" This holds for %s of the records.", share(p.Percentile))
	}
	if b, ok := p.Budget(); ok {
		out.Text += fmt.Sprintf(" The objective is %s over %s, which leaves %s for what goes wrong.",
			share(b.Objective), lasting(b.Window), lasting(b.BadTime()))
	}
	if p.Element != "" {
		out.Text += " It is measured on " + p.Element + "."
	}
	return out
}

func share(of *big.Rat) sla.Quantity { return sla.Quantity{Dimension: sla.Share, Amount: of} }

// lasting is a duration as people say it: long ones to the hour or minute.
func lasting(d time.Duration) sla.Quantity {
	to := time.Second
	switch {
	case d > 48*time.Hour:
		to = time.Hour
	case d > 10*time.Minute:
		to = time.Minute
	}
	return sla.Quantity{Dimension: sla.Duration, Amount: big.NewRat(int64(d.Round(to)), int64(time.Second))}
}
