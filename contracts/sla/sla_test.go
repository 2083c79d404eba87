package sla_test

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/contracts/sla"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

func number(text string) sla.Value { return sla.Value{Type: sla.Number, Text: text} }
func text(s string) sla.Value      { return sla.Value{Type: sla.String, Text: s} }

// told writes findings as "CODE path", errors first letter capital.
func told(fs []finding.Finding) string {
	var lines []string
	for _, f := range fs {
		lines = append(lines, string(f.Code)+" "+string(f.Severity))
	}
	return strings.Join(lines, "|")
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		property string
		value    sla.Value
		unit     string
		want     string // the normal form, or the finding
	}{
		{"freshness", number("5"), "min", "5 min"},
		{"freshness", number("300"), "s", "5 min"},
		{"freshness", text("5 min"), "", "5 min"},
		{"freshness", text("PT5M"), "", "5 min"},
		{"freshness", number("5e0"), "min", "5 min"},
		{"freshness", number("90"), "s", "90 s"},
		{"freshness", number("1.5"), "h", "90 min"},
		{"Freshness", number("0.1"), "seconds", "100 ms"},
		{"freshness", number("5"), "m", "SLA_UNIT_AMBIGUOUS error"},
		{"freshness", number("5"), "M", "SLA_UNIT_AMBIGUOUS error"},
		{"freshness", text("5m"), "", "SLA_UNIT_AMBIGUOUS error"},
		{"freshness", text("5m"), "min", "SLA_UNIT_MISMATCH error"},
		{"freshness", text("5min"), "minutes", "5 min"},
		{"freshness", number("5"), "", "SLA_UNIT_MISSING error"},
		{"freshness", number("5"), "parsec", "SLA_UNIT_UNKNOWN error"},
		{"freshness", number("5"), "%", "SLA_UNIT_MISMATCH error"},
		{"freshness", number("0"), "s", "SLA_VALUE_INVALID error"},
		{"freshness", number("-5"), "s", "SLA_VALUE_INVALID error"},
		{"freshness", number("0x10"), "s", "SLA_VALUE_INVALID error"},
		{"freshness", number(".inf"), "s", "SLA_VALUE_INVALID error"},
		{"freshness", number("1e99"), "s", "SLA_VALUE_INVALID error"},
		{"freshness", number("1e999999999"), "s", "SLA_VALUE_INVALID error"},
		{"freshness", text("soon"), "", "SLA_VALUE_INVALID error"},
		{"freshness", sla.Value{}, "min", "SLA_VALUE_MISSING error"},
		{"freshness", text(" "), "min", "SLA_VALUE_MISSING error"},
		{"freshness", sla.Value{Type: sla.Bool, Text: "true"}, "", "SLA_VALUE_INVALID error"},
		{"freshness", sla.Value{Type: sla.Other}, "", "SLA_VALUE_INVALID error"},
		{"freshness", text("1h30m"), "", "SLA_UNIT_UNKNOWN error"},
		{"freshness", text("P1M"), "", "SLA_VALUE_INVALID error"},
		{"freshness", text("PT"), "", "SLA_VALUE_INVALID error"},
		{"ly", number("4"), "d", "4 d"},
		{"LY", number("250"), "ms", "250 ms"},
		{"retention", number("3"), "y", "3 y"},
		{"retention", number("365"), "day", "1 y"},
		{"retention", number("3"), "months", "SLA_UNIT_AMBIGUOUS error"},
		{"retention", text("P7D"), "", "7 d"},
		{"frequency", number("1"), "d", "1 d"},
		{"throughput", number("200"), "1/s", "200 records/s"},
		{"throughput", number("6000"), "records/min", "100 records/s"},
		{"throughput", number("12"), "messages per second", "12 records/s"},
		{"throughput", number("2"), "MB/s", "2000000 bytes/s"},
		{"throughput", number("1"), "KiB/s", "1024 bytes/s"},
		{"throughput", number("1"), "b/s", "SLA_UNIT_AMBIGUOUS error"},
		{"throughput", number("1"), "B/s", "1 bytes/s"},
		{"throughput", number("60"), "1/m", "SLA_UNIT_AMBIGUOUS error"},
		{"throughput", number("60"), "s", "SLA_UNIT_MISMATCH error"},
		{"availability", number("99.9"), "%", "99.9 %"},
		{"availability", number("99.9"), "", "99.9 %"},
		{"availability", text("99.5%"), "", "99.5 %"},
		{"availability", number("0.999"), "ratio", "99.9 %"},
		{"availability", number("0.999"), "", "SLA_UNIT_MISSING error"},
		{"availability", number("101"), "%", "SLA_VALUE_INVALID error"},
		{"errorRate", number("0"), "%", "0 %"},
		{"error_rate", number("0.1"), "percent", "0.1 %"},
		{"time to repair", number("4"), "h", "4 h"},
		{"td", number("15"), "min", "15 min"},
		{"endOfSupport", text("2032-05-12T09:30:10-08:00"), "", "2032-05-12T17:30:10Z"},
		{"endOfLife", text("2042-05-12"), "", "2042-05-12"},
		{"generalAvailability", text("12.05.2042"), "", "SLA_VALUE_INVALID error"},
		{"timeOfAvailability", text("09:00-08:00"), "", "17:00 UTC"},
		{"timeOfAvailability", text("09:00Z"), "", "09:00 UTC"},
		{"timeOfAvailability", text("09:00"), "", "SLA_ZONE_MISSING warning"},
		{"timeOfAvailability", text("25:00Z"), "", "SLA_VALUE_INVALID error"},
		{"latenncy", number("4"), "d", "SLA_PROPERTY_UNKNOWN warning"},
		{"servicehours", text("9-5 CET"), "", "SLA_PROPERTY_UNKNOWN warning"},
		{"", text("9"), "", "SLA_PROPERTY_UNKNOWN warning"},
	} {
		t.Run(strings.Join([]string{tt.property, tt.value.Text, tt.unit}, " "), func(t *testing.T) {
			t.Parallel()
			p := sla.Property{ID: "x", Property: tt.property, Value: tt.value, Unit: tt.unit, Position: schema.Position{Line: 3, Column: 5}}
			promises, fs := sla.Parse([]sla.Property{p}, nil, sla.Options{Subject: "s", File: "f"})
			got := told(fs)
			if fs == nil {
				got = promises[0].Quantity.String()
			}
			if got != tt.want {
				t.Errorf("got %s, want %s: %+v", got, tt.want, fs)
			}
			for _, f := range fs {
				if f.Line != 3 || f.Column != 5 || f.Subject != "s" || f.File != "f" || f.Path != "slaProperties.x" || f.Hint == "" {
					t.Errorf("incomplete: %+v", f)
				}
			}
		})
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	at := map[string]schema.Position{"unit": {Line: 9, Column: 11}}
	_, fs := sla.Parse([]sla.Property{
		{ID: "orders_fresh", Property: "freshness", Value: number("5"), Unit: "m", Places: at},
		{Property: "freshnes", Value: number("5"), Unit: "min"},
		{Property: "availability", Value: number("0.999")},
		{Property: "availability", Value: number("99"), Unit: "%"},
	}, []sla.Objective{{ID: "gone"}}, sla.Options{})
	var got []string
	for _, f := range fs {
		got = append(got, f.Message+" / "+f.Hint)
	}
	want := []string{
		`freshness (orders_fresh) has the unit "m", which is a minute to some and a month to others / write "min", or days: "d"`,
		`freshnes is no SLA property that can be measured / did you mean freshness?`,
		`availability is 0.999, which may be 0.999 % or 99.9 % / write value: 0.999, unit: '%' or value: 99.9, unit: '%'`,
		`availability is promised twice / keep one of them, or set them apart by element and id`,
		`accordSlo speaks of "gone", and no SLA property has that id / give the property it belongs to the id: gone`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if fs[0].Line != 9 || fs[0].Column != 11 {
		t.Errorf("place %d:%d is not that of the unit", fs[0].Line, fs[0].Column)
	}
}

func TestObjectives(t *testing.T) {
	t.Parallel()
	p := sla.Property{ID: "fresh", Property: "freshness", Value: number("5"), Unit: "min", ValueExt: number("99.5")}
	promises, fs := sla.Parse([]sla.Property{p}, []sla.Objective{{ID: "fresh", Percentile: number("99"), Window: text("7d"), Interval: text("30 s")}}, sla.Options{})
	if fs != nil {
		t.Fatal(fs)
	}
	got := promises[0]
	if got.Objective.RatString() != "199/200" || got.Percentile.RatString() != "99/100" || got.Window != 7*24*time.Hour || got.Interval != 30*time.Second {
		t.Errorf("%+v", got)
	}
	// The standard's own example has this valueExt.
	frequency := sla.Property{Property: "frequency", Value: number("1"), ValueExt: number("1"), Unit: "d"}
	if promises, fs := sla.Parse([]sla.Property{frequency}, nil, sla.Options{}); fs != nil || promises[0].Objective != nil {
		t.Errorf("%+v %v", promises, fs)
	}
	for _, bad := range []sla.Objective{
		{Objective: number("0")},
		{Objective: number("100.1")},
		{Objective: text("high")},
		{Percentile: sla.Value{Type: sla.Bool, Text: "true"}},
		{Window: text("28")},
		{Window: text("30m")},
		{Window: text("200y")},
		{Interval: text("often")},
		{Bound: "max"},
		{Bound: "no"},
	} {
		bad.ID = "fresh"
		if _, fs := sla.Parse([]sla.Property{p}, []sla.Objective{bad}, sla.Options{}); told(fs) != "SLA_OBJECTIVE_INVALID error" {
			t.Errorf("%+v: %v", bad, fs)
		}
	}
}

// version is a property with what accordSlo says of it.
type version struct {
	property sla.Property
	slo      sla.Objective
}

func (v version) parse(t *testing.T) []sla.Promise {
	t.Helper()
	v.property.ID, v.slo.ID = "p", "p"
	promises, fs := sla.Parse([]sla.Property{v.property}, []sla.Objective{v.slo}, sla.Options{})
	for _, f := range fs {
		if f.Severity == finding.Error {
			t.Fatal(f)
		}
	}
	return promises
}

func TestCompare(t *testing.T) {
	t.Parallel()
	value := func(property, value, unit string) version {
		return version{property: sla.Property{Property: property, Value: text(value), Unit: unit}}
	}
	driven := func(value string) version {
		return version{property: sla.Property{Property: "retention", Value: text(value), Driver: "regulatory"}}
	}
	fresh := func(slo sla.Objective) version {
		return version{sla.Property{Property: "freshness", Value: number("5"), Unit: "min"}, slo}
	}
	bound := func(value, bound string) version {
		return version{sla.Property{Property: "retention", Value: text(value)}, sla.Objective{Bound: bound}}
	}
	const same, stronger, weaker, mixed, incomparable = sla.Same, sla.Stronger, sla.Weaker, sla.Mixed, sla.Incomparable
	for _, tt := range []struct {
		name      string
		old, next version
		want      sla.Change
	}{
		{"same in other units", value("freshness", "300", "s"), value("freshness", "5", "min"), same},
		{"synonym", value("ly", "300", "s"), value("latency", "5", "min"), same},
		{"freshness relaxed", value("freshness", "5 min", ""), value("freshness", "1 h", ""), weaker},
		{"freshness tightened", value("freshness", "1 h", ""), value("freshness", "5 min", ""), stronger},
		{"latency relaxed", value("latency", "100 ms", ""), value("latency", "101 ms", ""), weaker},
		{"fewer batches", value("frequency", "1 h", ""), value("frequency", "1 d", ""), weaker},
		{"slower repair", value("timeToRepair", "4 h", ""), value("timeToRepair", "1 d", ""), weaker},
		{"slower notice", value("timeToNotify", "4 h", ""), value("timeToNotify", "1 d", ""), weaker},
		{"slower detection", value("timeToDetect", "4 h", ""), value("timeToDetect", "1 d", ""), weaker},
		{"less throughput", value("throughput", "200", "1/s"), value("throughput", "100", "1/s"), weaker},
		{"throughput per minute", value("throughput", "1", "1/s"), value("throughput", "60", "1/min"), same},
		{"throughput in bytes", value("throughput", "200", "1/s"), value("throughput", "100", "bytes/s"), incomparable},
		{"less available", value("availability", "99.9", "%"), value("availability", "99.89", "%"), weaker},
		{"a third nine", value("availability", "99.9", "%"), value("availability", "99.99", "%"), stronger},
		{"less complete", value("completeness", "99", "%"), value("completeness", "98", "%"), weaker},
		{"less valid", value("validity", "99", "%"), value("validity", "98", "%"), weaker},
		{"more errors", value("errorRate", "0.1", "%"), value("errorRate", "0.2", "%"), weaker},
		{"kept shorter", value("retention", "7 d", ""), value("retention", "6 d", ""), weaker},
		{"kept longer", value("retention", "7 d", ""), value("retention", "1 y", ""), stronger},
		{"kept longer than a maximum", bound("7 d", "max"), bound("8 d", "max"), weaker},
		{"kept shorter than a maximum", bound("7 d", "max"), bound("6 d", "max"), stronger},
		{"regulated, kept longer", driven("7 d"), driven("8 d"), mixed},
		{"regulated, kept shorter", driven("7 d"), driven("6 d"), mixed},
		{"regulated, the same", driven("7 d"), driven("168 h"), same},
		{"maximum added", bound("7 d", "min"), bound("7 d", "both"), stronger},
		{"maximum dropped", bound("7 d", "both"), bound("7 d", "min"), weaker},
		{"minimum for maximum", bound("7 d", "min"), bound("7 d", "max"), mixed},
		{"available later", value("generalAvailability", "2026-01-01", ""), value("generalAvailability", "2026-01-02", ""), weaker},
		{"support ends sooner", value("endOfSupport", "2032-01-02", ""), value("endOfSupport", "2032-01-01", ""), weaker},
		{"life ends later", value("endOfLife", "2032-01-02", ""), value("endOfLife", "2033-01-01", ""), stronger},
		{"later in the day", value("timeOfAvailability", "09:00Z", ""), value("timeOfAvailability", "09:00-01:00", ""), weaker},
		{"zone lost", value("timeOfAvailability", "09:00Z", ""), value("timeOfAvailability", "09:00", ""), incomparable},
		{"objective lowered", fresh(sla.Objective{Objective: number("99.9")}), fresh(sla.Objective{Objective: number("99.5")}), weaker},
		{"objective dropped", fresh(sla.Objective{Objective: number("99.9")}), fresh(sla.Objective{}), weaker},
		{"objective added", fresh(sla.Objective{}), fresh(sla.Objective{Objective: number("99.9")}), stronger},
		{"percentile lowered", fresh(sla.Objective{Percentile: number("99")}), fresh(sla.Objective{Percentile: number("50")}), weaker},
		{"window lengthened", fresh(sla.Objective{Window: text("7d")}), fresh(sla.Objective{Window: text("28d")}), weaker},
		{"window as by default", fresh(sla.Objective{}), fresh(sla.Objective{Window: text("28 d")}), same},
		{"give and take", fresh(sla.Objective{Objective: number("99.9"), Window: text("28d")}), fresh(sla.Objective{Objective: number("99.5"), Window: text("7d")}), mixed},
		{"another clock", fresh(sla.Objective{Clock: "eventTime"}), fresh(sla.Objective{Clock: "appendTime"}), incomparable},
		{"another element", fresh(sla.Objective{Element: "orders.placed_at"}), fresh(sla.Objective{Element: "orders.seen_at"}), incomparable},
		{"free text kept", value("servicehours", "9-5 CET", ""), value("serviceHours", "9-5 CET", ""), same},
		{"free text changed", value("servicehours", "9-5 CET", ""), value("servicehours", "9-4 CET", ""), incomparable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			old, next := tt.old.parse(t), tt.next.parse(t)
			got, clauses := sla.Compare(old[0], next[0])
			if got != tt.want {
				t.Errorf("got %s %v, want %s", got, clauses, tt.want)
			}
			found := told(sla.Changes(old, next, sla.Options{}))
			want := map[sla.Change]string{sla.Weaker: "SLA_WEAKENED error", sla.Mixed: "SLA_WEAKENED error", sla.Incomparable: "SLA_INCOMPARABLE error"}[tt.want]
			if found != want {
				t.Errorf("found %q, want %q", found, want)
			}
		})
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	parse := func(ps ...sla.Property) []sla.Promise {
		promises, _ := sla.Parse(ps, nil, sla.Options{})
		return promises
	}
	fresh := sla.Property{ID: "f", Property: "freshness", Value: number("5"), Unit: "min", ValueExt: number("99.5"), Position: schema.Position{Line: 40, Column: 5}}
	relaxed := fresh
	relaxed.Value, relaxed.Unit = number("1"), "h"
	broken := fresh
	broken.Unit = "m"
	placed := sla.Property{Property: "latency", Value: number("1"), Unit: "s", Element: "orders.placed_at"}
	seen := sla.Property{Property: "latency", Value: number("2"), Unit: "s", Element: "orders.seen_at"}
	renamed := fresh
	renamed.ID = "freshness_5m"
	hours := sla.Property{Property: "servicehours", Value: text("9-5")}
	for _, tt := range []struct {
		name      string
		old, next []sla.Promise
		want      string
	}{
		{"nothing", nil, parse(fresh), ""},
		{"same", parse(fresh, placed), parse(placed, fresh), ""},
		{"id changed", parse(fresh), parse(renamed), ""},
		{"relaxed", parse(fresh), parse(relaxed), "SLA_WEAKENED 40:5 freshness (f) went from 5 min to 1 h"},
		{"removed", parse(fresh), nil, "SLA_REMOVED 30:1 freshness (f) was promised and is not any more"},
		{"free text removed", parse(hours), nil, "SLA_REMOVED 30:1 servicehours was promised and is not any more"},
		{"one of two removed", parse(placed, seen), parse(seen), "SLA_REMOVED 30:1 latency was promised and is not any more"},
		{"element changed", parse(placed), parse(seen), "SLA_INCOMPARABLE 0:0 latency is measured on another element: orders.seen_at, before orders.placed_at, and went from 1 s to 2 s"},
		{"unreadable before", parse(broken), parse(fresh), ""},
		{"unreadable now", parse(fresh), parse(broken), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range sla.Changes(tt.old, tt.next, sla.Options{Place: schema.Position{Line: 30, Column: 1}}) {
				got = append(got, string(f.Code)+" "+big.NewInt(int64(f.Line)).String()+":"+big.NewInt(int64(f.Column)).String()+" "+f.Message)
			}
			if strings.Join(got, "|") != tt.want {
				t.Errorf("got  %v\nwant %s", got, tt.want)
			}
		})
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	objective := func(percent string) *big.Rat {
		r, _ := new(big.Rat).SetString(percent)
		return r.Quo(r, big.NewRat(100, 1))
	}
	const month = 28 * 24 * time.Hour
	for _, tt := range []struct {
		percent string
		bad     time.Duration
		checks  int64
	}{
		{"99.9", 40*time.Minute + 19200*time.Millisecond, 40},
		{"99.99", 4*time.Minute + 1920*time.Millisecond, 4},
		{"99", 6*time.Hour + 43*time.Minute + 12*time.Second, 403},
		{"100", 0, 0},
	} {
		b, err := sla.NewBudget(objective(tt.percent), month)
		if err != nil {
			t.Fatal(err)
		}
		if b.BadTime() != tt.bad || b.BadChecks(time.Minute) != tt.checks {
			t.Errorf("%s %%: %v, %d checks", tt.percent, b.BadTime(), b.BadChecks(time.Minute))
		}
	}
	b, _ := sla.NewBudget(objective("99.9"), 30*24*time.Hour)
	if burn, ok := b.Burn(144, 10_000); !ok || burn.Cmp(big.NewRat(144, 10)) != 0 {
		t.Errorf("burn %v", burn)
	}
	if _, ok := b.Burn(0, 0); ok {
		t.Error("no events burn")
	}
	var uses []string
	for _, a := range sla.Alerts() {
		uses = append(uses, a.Uses(b.Window).FloatString(3))
		if !a.Fires(a.Burn, a.Burn) || a.Fires(a.Burn, big.NewRat(1, 2)) || a.Fires(nil, a.Burn) {
			t.Errorf("%+v fires wrongly", a)
		}
	}
	if diff := cmp.Diff([]string{"0.020", "0.050", "0.100"}, uses); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []*big.Rat{nil, new(big.Rat), big.NewRat(101, 100)} {
		if _, err := sla.NewBudget(bad, month); err == nil {
			t.Errorf("%v is a budget", bad)
		}
	}
	if _, err := sla.NewBudget(big.NewRat(1, 2), 0); err == nil {
		t.Error("no window is a window")
	}
}

func TestLint(t *testing.T) {
	t.Parallel()
	lint := func(property, value, unit string, slo sla.Objective) string {
		v := version{sla.Property{Property: property, Value: text(value), Unit: unit}, slo}
		var got []string
		for _, f := range sla.Lint(v.parse(t), sla.Options{}) {
			got = append(got, string(f.Code)+": "+f.Message+" / "+f.Hint)
		}
		return strings.Join(got, "|")
	}
	for _, tt := range []struct {
		property, value, unit string
		slo                   sla.Objective
		want                  string
	}{
		{"availability", "99.9", "%", sla.Objective{}, ""},
		{"availability", "99.99", "%", sla.Objective{}, "SLA_BUDGET_COARSE: availability (p) asks for 99.99 %; checked every 1 min that allows 4 bad checks in 28 d / check every 8 s, or ask for 99.92 % at most"},
		{"availability", "99.99", "%", sla.Objective{Interval: text("5 s")}, ""},
		{"availability", "100", "%", sla.Objective{}, "SLA_NO_BUDGET: availability (p) asks for 100 %, which no stream keeps / promise what readers need: 99.9 % allows 40 bad minutes in 28 d"},
		{"freshness", "5", "min", sla.Objective{Objective: number("99.5"), Window: text("1d")}, "SLA_BUDGET_COARSE: freshness (p) asks for 99.5 %; checked every 1 min that allows 7 bad checks in 1 d / check every 14 s, or ask for 97.91 % at most"},
		{"freshness", "5", "min", sla.Objective{}, ""},
		{"errorRate", "0.001", "%", sla.Objective{}, ""},
		{"servicehours", "9-5", "", sla.Objective{}, ""},
	} {
		if got := lint(tt.property, tt.value, tt.unit, tt.slo); got != tt.want {
			t.Errorf("%s %s:\ngot  %s\nwant %s", tt.property, tt.value, got, tt.want)
		}
	}
}
