package sla

import (
	"cmp"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// The rules for one document.
var (
	codePropertyUnknown  = finding.Claim("SLA_PROPERTY_UNKNOWN", "an SLA property is none that can be measured or compared")
	codeValueMissing     = finding.Claim("SLA_VALUE_MISSING", "an SLA property has no value")
	codeValueInvalid     = finding.Claim("SLA_VALUE_INVALID", "an SLA property's value does not fit the property")
	codeUnitMissing      = finding.Claim("SLA_UNIT_MISSING", "an SLA property's value has no unit and could mean several")
	codeUnitAmbiguous    = finding.Claim("SLA_UNIT_AMBIGUOUS", "a unit means different things to different readers")
	codeUnitUnknown      = finding.Claim("SLA_UNIT_UNKNOWN", "a unit is not known")
	codeUnitMismatch     = finding.Claim("SLA_UNIT_MISMATCH", "a unit does not fit the SLA property or its value")
	codeZoneMissing      = finding.Claim("SLA_ZONE_MISSING", "a time of day has no time zone")
	codeObjectiveInvalid = finding.Claim("SLA_OBJECTIVE_INVALID", "an objective, percentile, window or interval cannot be read")
	codeObjectiveOrphan  = finding.Claim("SLA_OBJECTIVE_ORPHAN", "accordSlo speaks of an SLA id that no property has")
	codeDuplicate        = finding.Claim("SLA_DUPLICATE", "two SLA properties promise the same thing, or have one id")
)

// Promise is a service level in its normal form.
type Promise struct {
	ID string
	// Kind is "" for a property that is free text; Property has its name then.
	Kind     Kind
	Property string
	// Readable: Quantity holds the value. Otherwise a finding says why not.
	Readable bool
	Quantity Quantity
	// Text is the value and unit as written.
	Text string
	// Objective is the share of good minutes or events, from 0 to 1, Percentile
	// that of a latency; nil if the document gives none.
	Objective, Percentile *big.Rat
	// Window is how long the objective is counted, Interval how often one
	// looks; zero if the document gives none.
	Window, Interval time.Duration
	// Bound is "min", "max" or "both" for what has bounds, else "". A retention
	// with the driver "regulatory" is both, unless the document says otherwise:
	// a promise to readers, and a limit for those who ask to be forgotten.
	Bound                  string
	Clock, Element, Driver string
	schema.Position
}

// Options say where the service levels stand.
type Options struct {
	Subject, File string
	// Place is where slaProperties begins: for what is no longer in it.
	Place schema.Position
}

// Parse reads the service levels of a contract with their objectives, and
// reports every fault of them. Every property yields a promise, in order: those
// that cannot be read, too, so that nothing is passed over in silence.
func Parse(properties []Property, objectives []Objective, o Options) ([]Promise, []finding.Finding) {
	r := reader{options: o, objectives: map[string]Objective{}, used: map[string]bool{}}
	for _, objective := range objectives {
		r.objectives[objective.ID] = objective
	}
	promises := make([]Promise, 0, len(properties))
	for _, p := range properties {
		promises = append(promises, r.promise(p))
	}
	r.duplicates(promises)
	for _, objective := range objectives {
		if !r.used[objective.ID] {
			r.add(finding.Finding{
				Code: codeObjectiveOrphan, Severity: finding.Warning, Path: path(objective.ID),
				Message: fmt.Sprintf("accordSlo speaks of %q, and no SLA property has that id", abridged(objective.ID)),
				Hint:    fmt.Sprintf("give the property it belongs to the id: %s", abridged(objective.ID)),
			}, objective.Position)
		}
	}
	return promises, r.out
}

type reader struct {
	options    Options
	objectives map[string]Objective
	used       map[string]bool
	out        []finding.Finding
}

// path is what findings call the SLA with an id or, without one, of a property.
func path(name string) string { return "slaProperties." + name }

func (p Promise) path() string { return path(cmp.Or(p.ID, p.Property)) }

// title names a promise in a sentence.
func (p Promise) title() string {
	name := cmp.Or(string(p.Kind), abridged(p.Property))
	if p.ID != "" && fold(p.ID) != fold(name) {
		name += " (" + abridged(p.ID) + ")"
	}
	return name
}

func (r *reader) add(f finding.Finding, at schema.Position) {
	f.Subject, f.File, f.Line, f.Column = r.options.Subject, r.options.File, at.Line, at.Column
	r.out = append(r.out, f)
}

// fault reports what is wrong with one key of a property.
func (r *reader) fault(p Promise, f *fault, at schema.Position) {
	r.add(finding.Finding{Code: f.code, Severity: finding.Error, Path: p.path(), Message: p.title() + " " + f.message, Hint: f.hint}, at)
}

func (r *reader) promise(p Property) Promise {
	out := Promise{
		ID: p.ID, Property: p.Property, Element: p.Element, Driver: p.Driver, Position: p.Position,
		Text: strings.TrimSpace(p.Value.Text + " " + p.Unit),
	}
	kind, known := ParseKind(p.Property)
	if !known {
		r.used[p.ID] = true
		r.unknown(p, out)
		return out
	}
	out.Kind = kind
	v, _ := vocabularyOf(kind)
	q, f := parseQuantity(v, p.Value, p.Unit)
	if f != nil {
		key := "value"
		if strings.HasPrefix(string(f.code), "SLA_UNIT") && p.Unit != "" {
			key = "unit"
		}
		r.fault(out, f, p.place(key))
	} else {
		out.Readable, out.Quantity = true, q
	}
	if q.Dimension == LocalTimeOfDay {
		r.add(finding.Finding{
			Code: codeZoneMissing, Severity: finding.Warning, Path: out.path(),
			Message: fmt.Sprintf("%s is %s in no time zone", out.title(), p.Value.Text), Hint: "add the zone: '09:00+01:00'",
		}, p.place("value"))
	}
	switch {
	case kind == Retention && strings.EqualFold(p.Driver, "regulatory"):
		out.Bound = "both"
	case v.bounded:
		out.Bound = "min"
	}
	r.objective(&out, p, v)
	return out
}

func (r *reader) unknown(p Property, out Promise) {
	f := finding.Finding{
		Code: codePropertyUnknown, Severity: finding.Warning, Path: out.path(),
		Message: fmt.Sprintf("%s is no SLA property that can be measured", cmp.Or(out.title(), "a property without a name")),
		Hint:    "use one of freshness, latency, frequency, throughput, completeness, validity, errorRate, availability, retention, timeToDetect, timeToNotify, timeToRepair, generalAvailability, endOfSupport, endOfLife, timeOfAvailability",
	}
	if near := nearest(p.Property); near != "" {
		f.Hint = fmt.Sprintf("did you mean %s?", near)
	}
	r.add(f, p.place("property"))
}

// objective reads what accordSlo says of the promise, and valueExt where that
// names no objective.
func (r *reader) objective(out *Promise, p Property, v vocabulary) {
	o, found := r.objectives[p.ID]
	found = found && p.ID != ""
	if found {
		r.used[p.ID] = true
		out.Objective = r.share(*out, "objective", o.Objective, o.Position)
		out.Percentile = r.share(*out, "percentile", o.Percentile, o.Position)
		out.Window = r.time(*out, "window", o.Window, o.Position)
		out.Interval = r.time(*out, "interval", o.Interval, o.Position)
		out.Clock, out.Element = o.Clock, cmp.Or(o.Element, out.Element)
		r.bound(out, o, v)
	}
	if out.Objective != nil || v.dimensions[0] != Duration && v.dimensions[0] != Rate {
		return
	}
	// The standard leaves valueExt open and its own examples write a 1 there:
	// only what reads as a high percentage is an objective.
	text := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(p.ValueExt.Text), "%"))
	if n, ok := parseNumber(text); ok && n.Cmp(big.NewRat(50, 1)) > 0 && n.Cmp(big.NewRat(100, 1)) <= 0 {
		out.Objective = n.Mul(n, big.NewRat(1, 100))
	}
}

// share reads a percentage above 0 as a share.
func (r *reader) share(out Promise, key string, v Value, at schema.Position) *big.Rat {
	if v.Type == Absent {
		return nil
	}
	n, ok := parseNumber(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(v.Text), "%")))
	if v.Type != Number && v.Type != String || !ok || n.Sign() <= 0 || n.Cmp(big.NewRat(100, 1)) > 0 {
		r.fault(out, &fault{codeObjectiveInvalid, fmt.Sprintf("has the %s %q, which is no percentage", key, abridged(v.Text)), fmt.Sprintf("write %s: 99.5", key)}, at)
		return nil
	}
	return n.Mul(n, big.NewRat(1, 100))
}

// time reads a time with its unit.
func (r *reader) time(out Promise, key string, v Value, at schema.Position) time.Duration {
	if v.Type == Absent {
		return 0
	}
	q, f := parseQuantity(vocabulary{dimensions: []Dimension{Duration}, example: key + ": 28d"}, v, "")
	if f == nil {
		if d, ok := q.Time(); ok {
			return d
		}
		f = &fault{"", "is out of range", "write a time between a millisecond and 100 years"}
	}
	r.fault(out, &fault{codeObjectiveInvalid, fmt.Sprintf("has a %s that %s", key, f.message), f.hint}, at)
	return 0
}

// bound reads how a retention or throughput is meant, where the document says
// so.
func (r *reader) bound(out *Promise, o Objective, v vocabulary) {
	switch {
	case o.Bound == "":
	case !v.bounded || o.Bound != "min" && o.Bound != "max" && o.Bound != "both":
		r.fault(*out, &fault{codeObjectiveInvalid, fmt.Sprintf("has the bound %q", abridged(o.Bound)), "only retention and throughput have one: min, max or both"}, o.Position)
	default:
		out.Bound = o.Bound
	}
}

// Time is the quantity as a duration; false if it is none, or out of range.
func (q Quantity) Time() (time.Duration, bool) {
	if q.Dimension != Duration || q.Amount == nil {
		return 0, false
	}
	ns := new(big.Rat).Mul(q.Amount, big.NewRat(int64(time.Second), 1))
	whole := new(big.Int).Quo(ns.Num(), ns.Denom())
	if !whole.IsInt64() || whole.Sign() <= 0 || whole.Int64() > int64(100*365*24*time.Hour) {
		return 0, false
	}
	return time.Duration(whole.Int64()), true
}

// duplicates reports promises that say one thing twice.
func (r *reader) duplicates(promises []Promise) {
	type meaning struct {
		subject
		bound, percentile, clock string
	}
	byID, byMeaning := map[string]bool{}, map[meaning]bool{}
	for _, p := range promises {
		m := meaning{p.subject(), p.Bound, "", p.Clock}
		if p.Percentile != nil {
			m.percentile = p.Percentile.String()
		}
		message := ""
		switch {
		case p.ID != "" && byID[p.ID]:
			message = fmt.Sprintf("the id %q is taken by another SLA property", abridged(p.ID))
		case byMeaning[m]:
			message = p.title() + " is promised twice"
		}
		if message != "" {
			r.add(finding.Finding{
				Code: codeDuplicate, Severity: finding.Error, Path: p.path(), Message: message,
				Hint: "keep one of them, or set them apart by element and id",
			}, p.Position)
		}
		byID[p.ID], byMeaning[m] = true, true
	}
}
