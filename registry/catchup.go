package registry

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Several processes may write one log. Each follows it, a little behind, and
// answers from what it has read so far. So that nobody is misled by that:
//
//   - a refusal never rests on an old state: Current reads on before it counts;
//   - who must see a certain write says so with its offset: Await.
//
// Whoever needs the log read asks for a pass that begins after it asked; all
// who ask before it begins share it.

// pass is one reading of what the log has beyond the state.
type pass struct {
	done chan struct{}
	err  error // valid once done is closed
}

// nextPass is the pass that has been asked for and has not begun.
type nextPass struct {
	mu   sync.Mutex
	pass *pass
}

// catchUpPatience bounds how long a request waits for the log to be read.
const catchUpPatience = 5 * time.Second

// Current asks a question that may be refused. A refusal is repeated on what
// the log holds by then: what is not found here, or in the way here, another
// process may just have written or deleted. The question may run twice; it
// must not have written anything when it returns an error. If the log cannot
// be read, nobody knows the answer: CodeStoreUnavailable.
func (r *Registry) Current(ctx context.Context, question func() error) error {
	before := r.state.Load()
	err := question()
	if err == nil || !dependsOnState(err) {
		return err
	}
	if failed := r.catchUpSoon(ctx); failed != nil {
		return failed
	}
	if r.state.Load() == before {
		return err
	}
	return question()
}

// dependsOnState reports whether an error may be another one on a newer state.
func dependsOnState(err error) bool {
	var refused *Error
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Code {
	case CodeInvalidSchema, CodeInvalidVersion, CodeInvalidLevel, CodeInvalidPolicy, CodeInvalidMode, CodeInvalidSubject,
		CodeInvalidRuleSet, CodeSchemaTooLarge, CodeTooComplex, CodeStoreUnavailable, CodeReadOnlyNode, CodeUnknownOffset:
		return false // about what was sent, or about this node
	}
	return true
}

// Await returns when the state holds everything up to an offset that some
// process of the same log gave out: who wrote elsewhere reads here what it
// wrote. CodeUnknownOffset says that the log ends before it.
func (r *Registry) Await(ctx context.Context, at Offset) error {
	if r.Head().Covers(at) {
		return nil
	}
	if err := r.catchUpSoon(ctx); err != nil {
		return err
	}
	if head := r.Head(); !head.Covers(at) {
		return errorf(CodeUnknownOffset, "Offset %s is past the end of this registry's log, %s: it comes from another registry", at, head)
	}
	return nil
}

// Head is how far the state has read the log.
func (r *Registry) Head() Offset { return r.state.Load().head }

// catchUpSoon waits until the log has been read to its present end.
func (r *Registry) catchUpSoon(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, catchUpPatience)
	defer cancel()
	pass := r.askForPass()
	select {
	case <-pass.done:
	case <-ctx.Done():
		return unread(ctx.Err())
	case <-r.stopped:
		return errClosing
	}
	if pass.err != nil {
		return unread(pass.err)
	}
	return nil
}

// unread words that the log could not be asked. Nothing is said to be missing
// then: clients remember that for long.
func unread(cause error) error {
	return &Error{
		Code:    CodeStoreUnavailable,
		Message: "The store did not answer, so that it is not known whether this exists. Try again",
		Err:     fmt.Errorf("catch up with the log: %w", cause),
	}
}

// askForPass returns the next pass to begin.
func (r *Registry) askForPass() *pass {
	r.next.mu.Lock()
	defer r.next.mu.Unlock()
	if r.next.pass == nil {
		r.next.pass = &pass{done: make(chan struct{})}
		r.wanted <- struct{}{} // has room: it was emptied when the last pass began
	}
	return r.next.pass
}

// read does the pass that was asked for. Only the sequencer calls it.
func (r *Registry) read(ctx context.Context) {
	r.next.mu.Lock()
	pass := r.next.pass
	r.next.pass = nil
	r.next.mu.Unlock()
	pass.err = r.catchUp(ctx)
	close(pass.done)
}

// catchUp applies every entry past the published state and publishes the
// result. Only the sequencer calls it, and Open before there is one.
func (r *Registry) catchUp(ctx context.Context) error {
	st := r.state.Load()
	var next *State
	for e, err := range r.log.Read(ctx, st.head) {
		if err != nil {
			return fmt.Errorf("read the log after %s: %w", st.head, err)
		}
		if next == nil {
			next = st.clone()
		}
		next.apply(e)
	}
	if next != nil {
		r.state.Store(next)
	}
	return nil
}

// followPause is how long a follower leaves a log alone that failed.
const followPause = time.Second

// follow has the log read whenever it has grown past the state.
func (r *Registry) follow(ctx context.Context) {
	for ctx.Err() == nil {
		err := r.log.Wait(ctx, r.Head())
		if errors.Is(err, ErrClosed) {
			return
		}
		if err == nil {
			pass := r.askForPass()
			select {
			case <-pass.done:
				err = pass.err
			case <-r.stopped:
				return
			}
		}
		if err != nil && ctx.Err() == nil {
			r.logger.Error("following the log", "error", err)
			sleep(ctx, followPause)
		}
	}
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
