package finding

import "testing"

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"amount", "amount", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"amuont", "amount", 1},
		{"amont", "amount", 1},
		{"amounts", "amount", 1},
		{"ca", "abc", 3}, // letters that were swapped stay together
		{"kitten", "sitting", 3},
	} {
		if got := Distance(tt.a, tt.b); got != tt.want {
			t.Errorf("from %q to %q are %d letters, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
