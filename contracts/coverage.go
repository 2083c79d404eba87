package contracts

import (
	"github.com/accordhq/accord/contracts/docs"
)

// Coverage counts what streams have of what they owe. Coverages add up: of a
// team, of a registry.
type Coverage struct {
	// Streams is the number of streams looked at. The others count those of
	// them that have a contract at all, an active or deprecated one, an owner
	// who is there, a support channel, and a service level.
	Streams  int `json:"streams"`
	Contract int `json:"contract"`
	InForce  int `json:"inForce"`
	Owner    int `json:"owner"`
	Support  int `json:"support"`
	Level    int `json:"sla"`
	// Complete have all of these, and useful words on every element.
	Complete int `json:"complete"`
	// Broken have a promise on record that was broken and is not whole again.
	// Cover leaves it 0: it knows no history.
	Broken int `json:"broken"`
	// Documentation counts elements of schemas.
	Documentation docs.Coverage `json:"documentation"`
}

// Cover counts what one stream has, as it is after the change. A subject that
// inherits its contract counts its words alone.
func Cover(c Case) Coverage {
	var out Coverage
	if c.Schema != nil {
		out.Documentation = docs.Cover(c.Subject, c.Schema)
	}
	if c.inherits() {
		return out
	}
	out.Streams = 1
	if c.Contract == nil {
		return out
	}
	count := func(has bool) int {
		if has {
			return 1
		}
		return 0
	}
	stage := c.Contract.Status.stage()
	out.Contract = 1
	out.InForce = count(stage.debt.AtLeast(Active.stage().debt))
	out.Owner = count(c.Contract.Owner.Team != "" && len(c.Contract.Owner.Current(c.At)) > 0)
	out.Support = count(len(c.Contract.Support) > 0)
	out.Level = count(len(c.Contract.SLAs) > 0)
	all := out.InForce + out.Owner + out.Support + out.Level
	out.Complete = count(all == 4 && len(out.Documentation.Gaps) == 0)
	return out
}

// Add returns two coverages taken together.
func (c Coverage) Add(d Coverage) Coverage {
	return Coverage{
		Streams: c.Streams + d.Streams, Contract: c.Contract + d.Contract, InForce: c.InForce + d.InForce,
		Owner: c.Owner + d.Owner, Support: c.Support + d.Support, Level: c.Level + d.Level,
		Complete: c.Complete + d.Complete, Broken: c.Broken + d.Broken, Documentation: c.Documentation.Add(d.Documentation),
	}
}
