package api

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/accordhq/accord/registry/client"
)

// TestConcurrentRegistrations lets 32 clients register into one subject and
// their own, the same schemas and different ones.
func TestConcurrentRegistrations(t *testing.T) {
	t.Parallel()
	const clients, schemas = 32, 8
	s := newServer(t, Options{})
	ask[any](t, s, http.MethodPut, "/config", `{"compatibility":"NONE"}`, http.StatusOK)
	ids := make([][schemas]int, clients)
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for i := range schemas {
				n := (c + i) % schemas
				body := fmt.Sprintf(`{"schema":"{\"type\":\"fixed\",\"name\":\"F\",\"size\":%d}"}`, n+1)
				for _, subject := range []string{"shared", fmt.Sprintf("own-%d", c)} {
					rec := s.send(t, http.MethodPost, "/subjects/"+subject+"/versions", body, nil)
					if rec.Code != http.StatusOK {
						t.Errorf("register %d in %s: %d %s", n, subject, rec.Code, rec.Body)
					}
				}
				look := s.send(t, http.MethodPost, "/subjects/shared", body, nil)
				if _, err := fmt.Sscanf(look.Body.String(), `{"subject":"shared","version":%d,"id":%d,`, new(int), &ids[c][n]); err != nil {
					t.Errorf("lookup %d: %s: %v", n, look.Body, err)
				}
			}
		})
	}
	wg.Wait()
	for c, seen := range ids {
		if seen != ids[0] {
			t.Errorf("client %d was told ids %v, client 0 %v", c, seen, ids[0])
		}
	}
	distinct := slices.Sorted(slices.Values(ids[0][:]))
	want := []int{1, 2, 3, 4, 5, 6, 7, 8}
	if !slices.Equal(distinct, want) {
		t.Errorf("ids are %v, want %v", distinct, want)
	}
	for c := -1; c < clients; c++ {
		subject := "shared"
		if c >= 0 {
			subject = fmt.Sprintf("own-%d", c)
		}
		if got := ask[[]int](t, s, http.MethodGet, "/subjects/"+subject+"/versions", "", http.StatusOK); !slices.Equal(got, want) {
			t.Errorf("%s has versions %v, want %v", subject, got, want)
		}
	}
}

// TestConcurrentVersionPins lets clients compete for one version number: the
// metadata property confluent:version is compare-and-set.
func TestConcurrentVersionPins(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	ask[any](t, s, http.MethodPut, "/config", `{"compatibility":"NONE"}`, http.StatusOK)
	ask[client.RegisterResponse](t, s, http.MethodPost, "/subjects/s/versions", `{"schema":"\"string\""}`, http.StatusOK)
	var (
		wg  sync.WaitGroup
		mu  sync.Mutex
		won int
	)
	for c := range 16 {
		wg.Go(func() {
			body := fmt.Sprintf(`{"version":2,"schema":"{\"type\":\"fixed\",\"name\":\"F\",\"size\":%d}"}`, c+1)
			rec := s.send(t, http.MethodPost, "/subjects/s/versions", body, nil)
			mu.Lock()
			defer mu.Unlock()
			switch rec.Code {
			case http.StatusOK:
				won++
			case http.StatusUnprocessableEntity:
			default:
				t.Errorf("%d %s", rec.Code, rec.Body)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d clients became version 2, want 1", won)
	}
}
