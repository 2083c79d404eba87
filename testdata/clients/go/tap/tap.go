// Package tap runs the cases of a suite one after another and prints what
// became of each in the Test Anything Protocol: "ok 1 - name" or "not ok 1 -
// name" with the reason in comment lines, and in the end the plan "1..N".
package tap

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
)

// Suite counts cases. The zero value is ready.
type Suite struct{ ran, failed int }

// failure is what ends a case that met something unexpected.
type failure struct{ why string }

// Case runs one case and prints its line.
func (s *Suite) Case(name string, run func()) {
	s.ran++
	if why := reason(run); why != "" {
		s.failed++
		fmt.Printf("not ok %d - %s\n", s.ran, name)
		fmt.Printf("# %s\n", strings.ReplaceAll(strings.TrimSpace(why), "\n", "\n# "))
		return
	}
	fmt.Printf("ok %d - %s\n", s.ran, name)
}

// reason runs a case and says why it failed, if it did.
func reason(run func()) (why string) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case failure:
			why = p.why
		default:
			why = fmt.Sprintf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	run()
	return ""
}

// Done prints the plan and ends the process, with code 1 if a case failed.
func (s *Suite) Done() {
	fmt.Printf("1..%d\n", s.ran)
	if s.failed > 0 {
		os.Exit(1)
	}
}

// Failf ends the running case.
func Failf(format string, args ...any) {
	panic(failure{fmt.Sprintf(format, args...)})
}

// OK ends the running case on an error.
func OK(err error) {
	if err != nil {
		panic(failure{fmt.Sprintf("%v\n%s", err, debug.Stack())})
	}
}

// Must returns v, or ends the running case on an error.
func Must[V any](v V, err error) V {
	OK(err)
	return v
}

// Equal ends the running case if got is not what was wanted. Protobuf messages
// are compared as such.
func Equal(what string, want, got any) {
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		Failf("%s (-want +got):\n%s", what, diff)
	}
}
