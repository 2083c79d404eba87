package main

import (
	"time"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// The types of this file are what --output json and yaml print. They are a
// promise: fields are added, never renamed or given another meaning. Times are
// RFC 3339 in UTC, to the millisecond; absent means the registry does not say.

// subjectsView is what schema list prints.
type subjectsView struct {
	// Subjects are ordered by name.
	Subjects []subjectView `json:"subjects"`
}

// subjectView is a subject with its newest version.
type subjectView struct {
	// Subject is the name, qualified (":.eu:orders-value") outside the default
	// context.
	Subject string `json:"subject"`
	// Type is AVRO, JSON or PROTOBUF.
	Type schema.Format `json:"type"`
	// Version, ID and GUID are those of the newest version.
	Version int         `json:"version"`
	ID      int         `json:"id"`
	GUID    schema.GUID `json:"guid,omitzero"`
	// References is how many other schemas it uses.
	References int `json:"references"`
	// Rules is how many rules its rule set has.
	Rules int `json:"rules"`
	// Registered is when the version was stored.
	Registered *time.Time `json:"registered,omitempty"`
	// Deleted says that the subject is soft-deleted.
	Deleted bool `json:"deleted"`
}

// schemaView is what schema get prints.
type schemaView struct {
	// Subject and Version are absent for a schema read by GUID.
	Subject string `json:"subject,omitempty"`
	Version int    `json:"version,omitempty"`
	// ID is absent for a schema read by GUID.
	ID         int                `json:"id,omitempty"`
	GUID       schema.GUID        `json:"guid,omitzero"`
	Type       schema.Format      `json:"type"`
	References []schema.Reference `json:"references,omitempty"`
	Metadata   *schema.Metadata   `json:"metadata,omitempty"`
	RuleSet    *schema.RuleSet    `json:"ruleSet,omitempty"`
	Registered *time.Time         `json:"registered,omitempty"`
	Deleted    bool               `json:"deleted"`
	// Schema is the text as stored.
	Schema string `json:"schema"`
}

// versionsView is what schema versions prints.
type versionsView struct {
	Subject string `json:"subject"`
	// Versions are ordered by number.
	Versions []versionNumberView `json:"versions"`
}

// versionNumberView is one version of a subject.
type versionNumberView struct {
	Version int           `json:"version"`
	ID      int           `json:"id"`
	Type    schema.Format `json:"type"`
	// References counts the schemas the version uses directly.
	References int `json:"references"`
	// Registered is absent where the registry does not say.
	Registered *time.Time `json:"registered,omitempty"`
	// Deleted says that the version is soft-deleted.
	Deleted bool `json:"deleted"`
}

// registeredView is what schema register prints.
type registeredView struct {
	Subject string `json:"subject"`
	// Version is absent where the registry, older than 8.0, does not say.
	Version int           `json:"version,omitempty"`
	ID      int           `json:"id"`
	GUID    schema.GUID   `json:"guid,omitzero"`
	Type    schema.Format `json:"type"`
}

// deletedView is what schema delete prints.
type deletedView struct {
	Subject string `json:"subject"`
	// Versions are those deleted, ascending.
	Versions []int `json:"versions"`
	// Permanent says that they are gone for good.
	Permanent bool `json:"permanent"`
}

// configView is what the config commands print.
type configView struct {
	// Scope is the subject, or the context as ":.eu:"; "" is the top level.
	Scope string `json:"scope"`
	// Inherited says that the scope has no config of its own and Config is
	// what applies to it.
	Inherited bool `json:"inherited"`
	// Config has the fields of Confluent's API; absent ones are not set.
	Config client.Config `json:"config"`
	// Policy is what applies to the scope beside Config; absent where the
	// registry is not an Accord.
	Policy *client.Policy `json:"policy,omitempty"`
}

// modeView is what the mode commands print.
type modeView struct {
	// Scope is as in configView.
	Scope string `json:"scope"`
	// Inherited says that the scope has no mode of its own.
	Inherited bool `json:"inherited"`
	// Mode is READWRITE, READONLY, READONLY_OVERRIDE, IMPORT or FORWARD; ""
	// after deleting where none was set.
	Mode string `json:"mode"`
}

// importView is what import prints.
type importView struct {
	// Source and Target are the registries' URLs, without passwords.
	Source string `json:"source"`
	Target string `json:"target"`
	// Kind is accord for a source that is one, else registry.
	Kind string `json:"kind"`
	// DryRun says that nothing was written and the counts tell what would be.
	DryRun bool `json:"dryRun"`
	// Subjects is how many the source has, soft-deleted ones too.
	Subjects int             `json:"subjects"`
	Contexts importCountView `json:"contexts"`
	Versions importCountView `json:"versions"`
	Configs  importCountView `json:"configs"`
	Policies importCountView `json:"policies"`
	Modes    importCountView `json:"modes"`
	// Keks, Deks and Associations are what Confluent's registries have, too;
	// Contracts and Exceptions are an Accord's.
	Keks         importCountView `json:"keks"`
	Deks         importCountView `json:"deks"`
	Associations importCountView `json:"associations"`
	Contracts    importCountView `json:"contracts"`
	Exceptions   importCountView `json:"exceptions"`
	// Baseline is how many imported subjects owe what governance asks for; that
	// is tolerated from now on.
	Baseline int `json:"baseline"`
	// Findings are what conflicts, differs, or could not be imported.
	Findings []finding.Finding `json:"findings"`
}

// importCountView tells what became of the things of one kind.
type importCountView struct {
	// Read is how many the source has.
	Read int `json:"read"`
	// Stored are new in the target, Identical were there, Deleted are
	// soft-deleted since an earlier import.
	Stored    int `json:"stored"`
	Identical int `json:"identical"`
	Deleted   int `json:"deleted"`
	// Conflicts stand against something else in the target, Refused could not
	// be stored.
	Conflicts int `json:"conflicts"`
	Refused   int `json:"refused"`
}

// versionView is what version prints.
type versionView struct {
	// Version is the module's version, "devel" for a build from a checkout.
	Version string `json:"version"`
	// Commit and CommitTime are the checkout's, Modified says that it had
	// changes.
	Commit     string `json:"commit,omitempty"`
	CommitTime string `json:"commitTime,omitempty"`
	Modified   bool   `json:"modified"`
	// Go is the toolchain, Platform is "os/architecture".
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// registeredAt reads a time stamp of the wire.
func registeredAt(ms *int64) *time.Time {
	if ms == nil {
		return nil
	}
	t := time.UnixMilli(*ms).UTC()
	return &t
}

// when prints a time for people, "" if the registry does not say.
func when(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format("2006-01-02 15:04:05Z")
}
