package api

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

// declaredHere is the source of what people say through this API.
const declaredHere = "api"

// aliases lists the names that mean another, the newest first.
func (h *Handler) aliases(r *request) (any, error) {
	facts, err := h.facts(r, lineage.KindAlias, lineage.Query{Newest: true})
	all := []lineage.Alias{}
	for _, f := range facts {
		if a, wrong := lineage.AliasOf(f); wrong == nil {
			all = append(all, a)
		}
	}
	return list(r, all, err)
}

// setAlias declares an alias, or takes one back. What was declared before stays
// known with its time.
func (h *Handler) setAlias(r *request) (any, error) {
	var a lineage.Alias
	if err := r.decode(&a); err != nil {
		return nil, err
	}
	if a.Kind == "" {
		a.Kind = lineage.DatasetNode
	}
	switch {
	case !a.Kind.Known():
		return nil, unusable("kind=%s: send dataset or job", a.Kind)
	case a.From.Namespace == "" || a.To.Namespace == "":
		return nil, unusable("from and to need a namespace, and a name unless the whole namespace is meant")
	case (a.From.Name == "") != (a.To.Name == ""):
		return nil, unusable("from and to must both name a namespace, or both a dataset or job in one")
	case a.From == a.To:
		return nil, unusable("from and to are the same")
	}
	a.Evidence, a.Source, a.Interval = lineage.Declared, declaredHere, lineage.At(h.opts.Now())
	if a.Note == "" {
		a.Note = "by " + actor(r.Request)
	}
	return a, h.tell(r, a.Fact())
}

// rules lists what people say of jobs by their names.
func (h *Handler) rules(r *request) (any, error) {
	facts, err := h.facts(r, lineage.KindRule, lineage.Query{})
	all := []lineage.Rule{}
	for _, f := range facts {
		if rule, wrong := lineage.RuleOf(f); wrong == nil && !rule.Ended {
			all = append(all, rule)
		}
	}
	return list(r, all, err)
}

// maxPattern bounds what is matched with every job there is.
const maxPattern = 500

// setRule says something of the jobs that a pattern matches, or takes it back.
func (h *Handler) setRule(r *request) (any, error) {
	var rule lineage.Rule
	if err := r.decode(&rule); err != nil {
		return nil, err
	}
	if rule.Pattern == "" || len(rule.Pattern) > maxPattern {
		return nil, unusable("send a pattern of 1 to %d characters", maxPattern)
	}
	if _, err := regexp.Compile(rule.Pattern); err != nil {
		return nil, unusable("pattern %q is no regular expression of RE2: %v", rule.Pattern, err)
	}
	if rule.Owner == "" && !rule.Tool && !rule.Hidden && !rule.Ended {
		return nil, unusable("the rule says nothing: send owner, tool, hidden, or ended to take it back")
	}
	rule.By, rule.Interval = actor(r.Request), lineage.At(h.opts.Now())
	return rule, h.tell(r, rule.Fact())
}

// observable are the kinds of facts that collectors elsewhere may send. What
// people declare has endpoints of its own, and runs come as events.
var observable = []lineage.Kind{
	lineage.KindNode, lineage.KindEdge, lineage.KindThrough, lineage.KindField, lineage.KindFacet,
	lineage.KindAlias, lineage.KindStatement, lineage.KindCoverage,
}

// observe takes what a collector saw, such as 'accord lineage discover'.
func (h *Handler) observe(r *request) (any, error) {
	var body []client.Observation
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if err := checkCount(client.MaxObservations, len(body)); err != nil {
		return nil, err
	}
	facts := make([]lineage.Fact, len(body))
	for i, o := range body {
		f := o.Fact()
		if !slices.Contains(observable, f.Kind) {
			return nil, unusable("observation %d: kind %q cannot be sent here. Valid kinds are %v", i, f.Kind, observable)
		}
		if err := f.Check(h.opts.Now().Add(maxSkew)); err != nil {
			return nil, unusable("observation %d: %s", i, err)
		}
		if said := f.Evidence(); said == lineage.Declared {
			return nil, unusable("observation %d: what a person declares is sent as an alias or a rule", i)
		} else if _, known := lineage.ParseEvidence(string(said)); said != "" && !known {
			return nil, unusable("observation %d: evidence %q is not known. Valid values are %v", i, said, lineage.Evidences())
		}
		facts[i] = f
	}
	if err := checkUsable(facts); err != nil {
		return nil, err
	}
	return noContent{}, unobservable(h.opts.Observations.Put(r.Context(), facts))
}

// checkUsable refuses facts that a graph has no use for.
func checkUsable(facts []lineage.Fact) error {
	if lineage.Build(facts, lineage.Options{}).Stats().Malformed == 0 {
		return nil
	}
	for i, f := range facts {
		if lineage.Build(facts[i:i+1], lineage.Options{}).Stats().Malformed > 0 {
			return unusable("observation %d: %s %s names nothing, or has a value that is not known", i, f.Kind, f.Key)
		}
	}
	return nil
}

// facts are those of a kind.
func (h *Handler) facts(r *request, kind lineage.Kind, q lineage.Query) ([]lineage.Fact, error) {
	facts, err := h.opts.Observations.List(r.Context(), kind, q)
	return facts, unobservable(err)
}

// tell keeps what a person says, and has them see it in the next answer.
func (h *Handler) tell(r *request, f lineage.Fact) error {
	if err := f.Check(h.opts.Now()); err != nil {
		return unusable("%s", err)
	}
	return unobservable(h.opts.Observations.Tell(r.Context(), []lineage.Fact{f}))
}

// unobservable says that lineage is away. The registry may be well.
func unobservable(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &registry.Error{Code: registry.CodeStoreUnavailable, Message: "Lineage cannot be stored or read now: try again", Err: err}
}

// maxSkew is how far a collector's clock may be ahead.
const maxSkew = time.Minute
