package schema_test

import (
	"testing"

	"github.com/accordhq/accord/schema"
)

// The GUID of the text "string" is given in the registry API reference, 1.10.
func TestContentGUIDMatchesConfluent(t *testing.T) {
	t.Parallel()
	got := schema.ContentGUID(`"string"`, nil, nil, nil)
	if want := "095d71cf-1255-6b9d-5e33-0ad575b3df5d"; got.String() != want {
		t.Errorf("GUID = %s, want %s", got, want)
	}
	back, err := schema.ParseGUID(got.String())
	if err != nil || back != got {
		t.Errorf("ParseGUID(%s) = %s, %v", got, back, err)
	}
}
