// Package demo fills a registry with the streams of Lumiharju, an invented
// outdoor outfitter: believable schemas in all three languages, with a history,
// references, owners, rules, personal data, a context of their own, and a data
// contract for every stream. Where governance is enforced, all of it passes.
//
// The folder company holds schemas and contracts as files, and company.yaml says
// under which subjects they go, in which order and with what beside them.
package demo

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/accordhq/accord/registry"
)

// Load registers the company's streams in order through reg, as their owners
// would have, and calls progress (which may be nil) after each version. On an
// empty registry ids are the same every time. What is already there is left
// alone, so loading again after a crash completes what is missing and loading
// twice writes nothing.
func Load(ctx context.Context, reg *registry.Registry, progress func(done, total int)) error {
	m, err := readManifest()
	if err != nil {
		return err
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	l := loader{reg: reg, total: m.versions(), progress: progress}
	for _, s := range m.Scopes {
		if err := l.configure(ctx, s.Scope, s.Config); err != nil {
			return err
		}
	}
	for _, s := range m.Subjects {
		if err := l.subject(ctx, s); err != nil {
			return err
		}
	}
	for _, s := range m.Scopes {
		if err := l.setMode(ctx, s.Scope, s.Mode); err != nil {
			return err
		}
	}
	return nil
}

// loader is one run of Load.
type loader struct {
	reg         *registry.Registry
	done, total int
	progress    func(done, total int)
}

// subject brings one subject with its configuration and missing versions in.
func (l *loader) subject(ctx context.Context, s subject) error {
	ctx = registry.WithActor(ctx, s.Metadata.Property("ownerEmail"))
	if err := l.configure(ctx, s.Subject, s.Config); err != nil {
		return err
	}
	present, err := l.versions(s.Subject)
	if err != nil {
		return err
	}
	for i := range s.Versions {
		if number := i + 1; !slices.Contains(present, number) {
			if err := l.register(ctx, s, number); err != nil {
				return err
			}
		}
		l.done++
		l.progress(l.done, l.total)
	}
	return nil
}

// versions lists the versions a subject has or once had; none for a subject
// that does not exist.
func (l *loader) versions(name string) ([]int, error) {
	present, err := l.reg.Versions(name, registry.VersionFilter{Deleted: true})
	if known := (*registry.Error)(nil); errors.As(err, &known) && known.Code == registry.CodeSubjectNotFound {
		return nil, nil
	}
	return present, err
}

// register stores one version with the contract that came with it, and deletes
// it softly if its history says so.
func (l *loader) register(ctx context.Context, s subject, number int) error {
	change, err := s.change(number)
	if err != nil {
		return err
	}
	if _, err := l.reg.Change(ctx, change); err != nil {
		return fmt.Errorf("register %s version %d: %w", s.Subject, number, err)
	}
	if !s.Versions[number-1].Deleted {
		return nil
	}
	if _, err := l.reg.DeleteVersion(ctx, s.Subject, registry.VersionRef{Number: number}, false); err != nil {
		return fmt.Errorf("delete %s version %d: %w", s.Subject, number, err)
	}
	return nil
}

// configure sets what differs from a scope's own configuration.
func (l *loader) configure(ctx context.Context, scope string, want registry.Config) error {
	if reflect.ValueOf(want).IsZero() {
		return nil
	}
	if have, err := l.reg.Config(scope, false); err == nil && reflect.DeepEqual(have, want) {
		return nil
	}
	if _, err := l.reg.SetConfig(ctx, scope, registry.ConfigChange{Set: want}); err != nil {
		return fmt.Errorf("configure %s: %w", scope, err)
	}
	return nil
}

// setMode sets a scope's mode unless it is in force already.
func (l *loader) setMode(ctx context.Context, scope string, want registry.Mode) error {
	if want == "" {
		return nil
	}
	if have, err := l.reg.Mode(scope, false); err == nil && have == want {
		return nil
	}
	if err := l.reg.SetMode(ctx, scope, string(want), false); err != nil {
		return fmt.Errorf("set mode of %s: %w", scope, err)
	}
	return nil
}
