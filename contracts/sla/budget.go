package sla

import (
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/accordhq/accord/schema/finding"
)

var (
	codeBudgetCoarse = finding.Claim("SLA_BUDGET_COARSE", "an objective leaves so few bad checks that one decides over it")
	codeNoBudget     = finding.Claim("SLA_NO_BUDGET", "an objective of 100 % leaves no room for a single bad minute")
)

// Budget is what an objective allows to go wrong within a window.
type Budget struct {
	// Objective is the share that has to be good, above 0 and at most 1.
	Objective *big.Rat
	Window    time.Duration
}

// NewBudget makes the budget of an objective, from 0 to 1, over a window.
func NewBudget(objective *big.Rat, window time.Duration) (Budget, error) {
	switch {
	case objective == nil || objective.Sign() <= 0 || objective.Cmp(big.NewRat(1, 1)) > 0:
		return Budget{}, errors.New("an objective is above 0 and at most 100 %")
	case window <= 0:
		return Budget{}, errors.New("an objective is counted over a window longer than zero")
	}
	return Budget{objective, window}, nil
}

// Budget is what the promise allows to go wrong; false if it has no objective.
// Availability, completeness, validity and errorRate are objectives themselves.
func (p Promise) Budget() (Budget, bool) {
	objective := p.Objective
	if v, known := vocabularyOf(p.Kind); known && p.Readable && v.dimensions[0] == Share {
		objective = p.Quantity.Amount
		if v.weaker == up {
			objective = new(big.Rat).Sub(big.NewRat(1, 1), objective)
		}
	}
	b, err := NewBudget(objective, window(p))
	return b, err == nil
}

// Share is the share that may be bad.
func (b Budget) Share() *big.Rat { return new(big.Rat).Sub(big.NewRat(1, 1), b.Objective) }

// BadTime is how long the window may be bad, rounded down to a nanosecond.
func (b Budget) BadTime() time.Duration {
	return time.Duration(floor(new(big.Rat).Mul(b.Share(), big.NewRat(int64(b.Window), 1))))
}

// BadOf is how many of a number of events or checks may be bad.
func (b Budget) BadOf(total int64) int64 {
	return floor(new(big.Rat).Mul(b.Share(), big.NewRat(total, 1)))
}

// BadChecks is how many checks within the window may be bad, if one looks every
// interval.
func (b Budget) BadChecks(interval time.Duration) int64 {
	if interval <= 0 {
		return 0
	}
	return b.BadOf(int64(b.Window / interval))
}

// Burn is how fast bad events use up the budget: 1 uses it up exactly at the
// end of the window. False if there are no events, or no budget to burn.
func (b Budget) Burn(bad, total int64) (*big.Rat, bool) {
	if total <= 0 || bad < 0 || b.Share().Sign() == 0 {
		return nil, false
	}
	return new(big.Rat).Quo(big.NewRat(bad, total), b.Share()), true
}

// Spent is the share of the budget that bad events of a whole window use up;
// above 1 the objective is missed. False as for Burn.
func (b Budget) Spent(bad, total int64) (*big.Rat, bool) { return b.Burn(bad, total) }

func floor(r *big.Rat) int64 { return new(big.Int).Div(r.Num(), r.Denom()).Int64() }

// Urgency is how soon somebody has to act.
type Urgency string

// The urgencies.
const (
	Page   Urgency = "page"
	Ticket Urgency = "ticket"
)

// Alert fires while the budget burns faster than Burn in both windows: the long
// one shows that it matters, the short one that it goes on.
type Alert struct {
	Urgency     Urgency
	Burn        *big.Rat
	Long, Short time.Duration
}

// Alerts is the table of contracts reference 5.3, most urgent first. Over 30
// days, they fire when 2, 5 and 10 % of the budget are used up.
func Alerts() []Alert {
	return []Alert{
		{Page, big.NewRat(144, 10), time.Hour, 5 * time.Minute},
		{Page, big.NewRat(6, 1), 6 * time.Hour, 30 * time.Minute},
		{Ticket, big.NewRat(1, 1), 72 * time.Hour, 6 * time.Hour},
	}
}

// Fires reports whether the alert fires at the burn rates of its two windows;
// nil is a window without events.
func (a Alert) Fires(long, short *big.Rat) bool {
	return long != nil && short != nil && long.Cmp(a.Burn) >= 0 && short.Cmp(a.Burn) >= 0
}

// Uses is the share of a window's budget that is used up when the alert fires.
func (a Alert) Uses(window time.Duration) *big.Rat {
	if window <= 0 {
		return new(big.Rat)
	}
	return new(big.Rat).Mul(a.Burn, big.NewRat(int64(a.Long), int64(window)))
}

// DefaultInterval is how often one looks where the document does not say, and
// MinBadChecks how many bad checks a budget needs so that one alone does not
// decide (contracts reference 5.3).
const (
	DefaultInterval = time.Minute
	MinBadChecks    = 30
)

// Lint reports objectives that no measurement can judge: 99.99 % in checks once
// a minute leaves four bad checks in 28 days.
func Lint(promises []Promise, o Options) []finding.Finding {
	r := reader{options: o}
	for _, p := range promises {
		b, found := p.Budget()
		interval := p.Interval
		if interval == 0 {
			interval = DefaultInterval
		}
		switch {
		case !found || p.Kind == Completeness || p.Kind == Validity || p.Kind == ErrorRate: // these count records
		case b.Share().Sign() == 0:
			r.add(finding.Finding{
				Code: codeNoBudget, Severity: finding.Warning, Path: p.path(),
				Message: p.title() + " asks for 100 %, which no stream keeps", Hint: "promise what readers need: 99.9 % allows 40 bad minutes in 28 d",
			}, p.Position)
		case b.BadChecks(interval) < MinBadChecks:
			r.add(finding.Finding{
				Code: codeBudgetCoarse, Severity: finding.Warning, Path: p.path(),
				Message:  fmt.Sprintf("%s asks for %s; checked every %s that allows %s in %s", p.title(), Quantity{Share, b.Objective}, quantityOf(interval), checks(b.BadChecks(interval)), quantityOf(b.Window)),
				Hint:     b.finer(interval),
				Evidence: []string{"the budget is " + b.BadTime().Round(time.Second).String()},
			}, p.Position)
		}
	}
	return r.out
}

func checks(n int64) string {
	if n == 1 {
		return "1 bad check"
	}
	return fmt.Sprintf("%d bad checks", n)
}

// finer says how to make a budget that can be measured.
func (b Budget) finer(interval time.Duration) string {
	often := b.BadTime() / MinBadChecks
	unit := time.Second
	if often < time.Second {
		unit = time.Millisecond
	}
	within := big.NewRat(int64(interval)*MinBadChecks, int64(b.Window))
	best := new(big.Rat).Sub(big.NewRat(1, 1), within)
	if often = often.Truncate(unit); often <= 0 || best.Sign() <= 0 {
		return "count over a longer window"
	}
	percent := new(big.Int).Div(new(big.Rat).Mul(best, big.NewRat(10_000, 1)).Num(), new(big.Rat).Mul(best, big.NewRat(10_000, 1)).Denom())
	return fmt.Sprintf("check every %s, or ask for %s %% at most", quantityOf(often), decimal(new(big.Rat).SetFrac(percent, big.NewInt(100))))
}
