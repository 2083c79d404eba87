package pglog

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"
)

// Neither a connection that is silent nor one that is never made outlives
// sever.
func TestSever(t *testing.T) {
	t.Parallel()
	s := newSockets()
	near, far := net.Pipe()
	defer far.Close()
	silent, err := s.tracking(func(context.Context, string, string) (net.Conn, error) { return near, nil })(t.Context(), "tcp", "")
	check(t, err)
	ended := make(chan error, 2)
	go func() {
		_, err := silent.Read(make([]byte, 1))
		ended <- err
	}()
	dialing := make(chan struct{})
	never := s.tracking(func(ctx context.Context, _, _ string) (net.Conn, error) {
		close(dialing)
		<-ctx.Done()
		return nil, ctx.Err()
	})
	go func() {
		_, err := never(t.Context(), "tcp", "")
		ended <- err
	}()
	<-dialing
	s.sever()
	for range 2 {
		select {
		case err := <-ended:
			if err == nil {
				t.Error("it went on")
			}
		case <-time.After(10 * time.Second):
			t.Fatal("it hangs")
		}
	}
	late, _ := net.Pipe()
	if _, err := s.add(late); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a connection after sever: got %v, want net.ErrClosed", err)
	}
}
