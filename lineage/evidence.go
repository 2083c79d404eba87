package lineage

// Evidence says how something came to be known. It is part of a fact's
// identity: what an event reported and what Kafka showed are two facts, and the
// stronger one is shown first.
type Evidence string

// The kinds of evidence, strongest first.
const (
	Declared   Evidence = "declared"   // a person said so
	Reported   Evidence = "reported"   // the job said so itself, in an OpenLineage event
	Observed   Evidence = "observed"   // a Kafka cluster showed it: group, transaction
	Configured Evidence = "configured" // the configuration of a connector says so
	Parsed     Evidence = "parsed"     // read out of the job's SQL
	Used       Evidence = "used"       // a client used the registry so
	Inferred   Evidence = "inferred"   // a guess, by name or by everything-to-everything
	Permitted  Evidence = "permitted"  // an access rule allows it; nobody saw it happen
)

// evidences are all kinds, strongest first.
var evidences = []Evidence{Declared, Reported, Observed, Configured, Parsed, Used, Inferred, Permitted}

// Evidences lists all kinds of evidence, strongest first.
func Evidences() []Evidence { return append([]Evidence(nil), evidences...) }

// ParseEvidence reads a kind of evidence.
func ParseEvidence(s string) (Evidence, bool) {
	e := Evidence(s)
	return e, e.rank() < len(evidences)
}

// rank orders evidence, the strongest first; what is unknown comes last.
func (e Evidence) rank() int {
	for i, known := range evidences {
		if e == known {
			return i
		}
	}
	return len(evidences)
}

// Proves reports whether evidence is of something that happens. A guess and a
// permission are shown, and never refuse a change or clear one.
func (e Evidence) Proves() bool { return e.rank() < Inferred.rank() }

// Confidence is how sure a piece of evidence is, from 0 to 1.
type Confidence float64

// What the kinds of evidence are worth where a collector knows no better.
const (
	Certain    Confidence = 1
	VeryLikely Confidence = 0.9
	Likely     Confidence = 0.7
	Possible   Confidence = 0.5
	Doubtful   Confidence = 0.3
)
