package contracts

import (
	"fmt"
	"strings"
	"time"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema/finding"
)

// Shown in hints.
const (
	teamExample    = "team: {name: checkout, members: [{username: ada@example.com, role: owner}]}"
	ownerExample   = "members: [{username: ada@example.com, role: owner}]"
	supportExample = `support: [{channel: "#checkout", tool: slack, url: https://example.com/checkout}]`
)

// Current returns the owners who are there on the day of a moment: who have come
// and have not left. A date that cannot be read keeps nobody out.
func (o Owner) Current(at time.Time) []odcs.Member {
	var out []odcs.Member
	for _, m := range o.Members {
		in, _ := date(m.DateIn)
		left, leaves := date(m.DateOut)
		if !at.Before(in) && (!leaves || at.Before(left)) {
			out = append(out, m)
		}
	}
	return out
}

// date reads a day, or a moment; false if the text is neither.
func date(text string) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, strings.TrimSpace(text)); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// ownership judges who answers for the stream, and where consumers find help.
func (j *judge) ownership() {
	c := j.Contract
	if b := j.Before; b != nil && (b.Owner.Team != "" && c.Owner.Team == "" || b.Owner.Members != nil && c.Owner.Members == nil) {
		j.loss(j.inContract(finding.Finding{
			Code: codeOwnerRemoved, Message: fmt.Sprintf("%s had an owner and has none any more", j.Subject),
			Hint:     "put back the team with its name and owner, or name who takes over: " + teamExample,
			Evidence: []string{"before: " + b.Owner.String()},
		}, "team"))
	} else {
		j.owner()
	}
	for i, m := range c.Owner.Members {
		j.dates(c.Owner.Members[i], "dateIn", m.DateIn)
		j.dates(c.Owner.Members[i], "dateOut", m.DateOut)
	}
	j.support()
}

// String names the owner: "checkout (ada@example.com)".
func (o Owner) String() string {
	names := make([]string, len(o.Members))
	for i, m := range o.Members {
		names[i] = m.Username
	}
	if len(names) == 0 {
		return o.Team
	}
	return strings.TrimSpace(o.Team + " (" + strings.Join(names, ", ") + ")")
}

func (j *judge) owner() {
	o := j.Contract.Owner
	f := finding.Finding{Severity: finding.Error}
	path := "team"
	switch {
	case o.Team == "" && o.Members == nil:
		f.Code, f.Message, f.Hint = codeNoTeam, "the contract names no team: nobody answers for "+j.Subject, "add "+teamExample
	case o.Team == "":
		f.Code, f.Message = codeNoTeam, "the contract's team has no name"
		f.Hint = "give it one; team is an object with name and members: " + teamExample
	case o.Members == nil:
		f.Code, f.Message = codeNoOwner, fmt.Sprintf("nobody in the team %s has the role owner", o.Team)
		f.Hint = "add " + ownerExample
	case len(o.Current(j.At)) == 0:
		last := o.Members[len(o.Members)-1]
		path = last.Path + ".dateOut"
		f.Code, f.Hint = codeOwnerLeft, "name who has taken over: "+ownerExample
		f.Message = fmt.Sprintf("the owner %s left on %s, and %s has no other", last.Username, last.DateOut, j.Subject)
		if last.DateOut == "" {
			f.Message = fmt.Sprintf("the owner %s comes on %s, and until then %s has none", last.Username, last.DateIn, j.Subject)
			path = last.Path + ".dateIn"
		}
	default:
		return
	}
	j.debt(j.inContract(f, path))
}

// dates reports a date that cannot be read.
func (j *judge) dates(m odcs.Member, key, text string) {
	if _, ok := date(text); ok || text == "" {
		return
	}
	j.debt(j.inContract(finding.Finding{
		Code: codeOwnerDate, Severity: finding.Warning,
		Message: fmt.Sprintf("%s of %s is no date: %s", key, m.Username, text), Hint: "write it as 2026-01-31",
	}, m.Path+"."+key))
}

func (j *judge) support() {
	if len(j.Contract.Support) > 0 {
		return
	}
	f := finding.Finding{
		Code: codeNoSupport, Severity: finding.Error,
		Message: "the contract names no channel where consumers find help", Hint: "add " + supportExample,
	}
	if j.Before != nil && len(j.Before.Support) > 0 {
		f.Code, f.Message = codeSupportRemoved, "the contract had a support channel and has none any more"
		f.Hint = "put it back, or name another: " + supportExample
		f.Evidence = []string{"before: " + j.Before.Support[0].Channel}
		j.loss(j.inContract(f, "support"))
		return
	}
	j.debt(j.inContract(f, "support"))
}
