package api

import (
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema/finding"
)

// routeGovernance is how streams stand: what is found, what is tolerated and
// what they have.
func (h *Handler) routeGovernance() {
	h.get("/accord/v1/findings", h.findings)
	h.get("/accord/v1/coverage", h.coverage)
	h.get("/accord/v1/exceptions", h.exceptions)
	h.post("/accord/v1/exceptions", h.addException)
	h.delete("/accord/v1/exceptions/{id}", h.deleteException)
	h.put("/accord/v1/baseline", h.setBaseline)
	h.post("/accord/v1/baseline", h.baselineImported)
	h.get("/accord/v1/baseline/{subject}", h.baseline)
}

// streams is the prefix of the subjects asked about: all contexts, unless the
// request says otherwise.
func (r *request) streams() string {
	if prefix := r.text("subjectPrefix"); prefix != "" {
		return prefix
	}
	return ":*:"
}

func (h *Handler) findings(r *request) (any, error) {
	win, err := r.window(0)
	if err != nil {
		return nil, err
	}
	most := math.MaxInt
	if win.limit > 0 {
		most = win.limit
	}
	return h.reg.FindingsPage(r.Context(), r.streams(), win.offset, most)
}

// coverage counts by stream, by team and as a whole. Gaps are told with their
// streams alone.
func (h *Handler) coverage(r *request) (any, error) {
	streams, err := h.reg.Coverage(r.Context(), r.streams())
	if err != nil {
		return nil, err
	}
	answer := client.CoverageReport{Teams: []client.TeamCoverage{}, Streams: []client.StreamCoverage{}}
	var total registry.Coverage
	teams := map[string]registry.Coverage{}
	for _, s := range streams {
		answer.Streams = append(answer.Streams, client.StreamCoverage{
			Subject: s.Subject, Team: s.Team, Governance: string(s.Governance), Coverage: coverageOf(s.Coverage),
		})
		s.Documentation.Gaps = nil
		total, teams[s.Team] = total.Add(s.Coverage), teams[s.Team].Add(s.Coverage)
	}
	answer.Total = coverageOf(total)
	for team, c := range teams {
		answer.Teams = append(answer.Teams, client.TeamCoverage{Team: team, Coverage: coverageOf(c)})
	}
	slices.SortFunc(answer.Teams, func(a, b client.TeamCoverage) int { return strings.Compare(a.Team, b.Team) })
	return answer, nil
}

func coverageOf(c registry.Coverage) client.Coverage {
	out := client.Coverage{
		Streams: c.Streams, Contract: c.Contract, InForce: c.InForce, Owner: c.Owner, Support: c.Support,
		SLA: c.Level, Complete: c.Complete, Broken: c.Broken,
		Documentation: client.DocumentationCoverage{
			Required: c.Documentation.Required, Documented: c.Documentation.Documented, Useful: c.Documentation.Useful,
		},
	}
	for _, g := range c.Documentation.Gaps {
		out.Documentation.Gaps = append(out.Documentation.Gaps, client.DocumentationGap{
			Path: g.Path, Code: g.Code, Line: g.Line, Column: g.Column,
		})
	}
	return out
}

func (h *Handler) exceptions(r *request) (any, error) {
	all := []client.Exception{}
	for _, e := range h.reg.Exceptions(r.text("subject")) {
		all = append(all, exceptionOf(e))
	}
	return list(r, all, nil)
}

func exceptionOf(e registry.Exception) client.Exception {
	return client.Exception{
		ID: e.ID, Subject: e.Subject, Path: e.Path, Code: e.Code, Reason: e.Reason,
		Approver: e.Author, Expires: e.Expires, Timestamp: e.Time.UnixMilli(),
	}
}

func (h *Handler) addException(r *request) (any, error) {
	var body client.Exception
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	approver := strings.TrimSpace(strings.TrimPrefix(body.Approver, unverifiedPrefix))
	if approver == "" {
		return nil, &requestError{
			status: http.StatusUnprocessableEntity, code: outcomes[registry.CodeInvalidException].code,
			message: "The exception is not valid: nobody approves of it, add an approver",
		}
	}
	e, err := h.reg.AddException(r.Context(), finding.Exemption{
		Subject: body.Subject, Path: body.Path, Code: body.Code, Reason: body.Reason,
		Author: unverified(approver), Expires: body.Expires,
	})
	if err != nil {
		return nil, err
	}
	return exceptionOf(e), nil
}

func (h *Handler) deleteException(r *request) (any, error) {
	return noContent{}, h.reg.DeleteException(r.Context(), r.param("id"))
}

func (h *Handler) baseline(r *request) (any, error) {
	return h.reg.Baseline(r.param("subject")), nil
}

func (h *Handler) setBaseline(r *request) (any, error) {
	return h.reg.SetBaseline(r.Context(), r.streams())
}

func (h *Handler) baselineImported(r *request) (any, error) {
	var body client.BaselineRequest
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if err := checkCount(client.MaxImported, len(body.Imported)); err != nil {
		return nil, err
	}
	return h.reg.BaselineImported(r.Context(), body.Imported)
}
