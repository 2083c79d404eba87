package main

import (
	"slices"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/accordhq/accord/testdata/clients/go/shop"
	"github.com/accordhq/accord/testdata/clients/go/tap"
)

// settings reads, writes and removes levels and modes.
func (s *suite) settings() {
	const subject = "settings-value"
	s.Case("config: global and of a subject", func() {
		global := sr.CompatibilityResult{Level: sr.CompatNone}
		tap.Equal("global", []sr.CompatibilityResult{global}, s.Compatibility(s.ctx))
		refused(40408, s.Compatibility(s.ctx, subject)[0].Err)
		inherited := s.Compatibility(sr.WithParams(s.ctx, sr.DefaultToGlobal), subject)
		tap.Equal("inherited", sr.CompatNone, inherited[0].Level)
		full := sr.SetCompatibility{Level: sr.CompatFullTransitive, Normalize: true}
		tap.Equal("set", sr.CompatFullTransitive, s.SetCompatibility(s.ctx, full, subject)[0].Level)
		tap.Equal("read", sr.CompatFullTransitive, s.Compatibility(s.ctx, subject)[0].Level)
		tap.OK(s.ResetCompatibility(s.ctx, subject)[0].Err)
		refused(40408, s.Compatibility(s.ctx, subject)[0].Err)
	})
	s.Case("mode: of a subject", func() {
		refused(40409, s.Mode(s.ctx, subject)[0].Err)
		customer := schema(shop.Avro, "customer")
		made := tap.Must(s.CreateSchema(s.ctx, subject, customer))
		tap.Equal("set", sr.ModeReadOnly, s.SetMode(s.ctx, sr.ModeReadOnly, subject)[0].Mode)
		tap.Equal("what stands", made, tap.Must(s.CreateSchema(s.ctx, subject, customer)))
		refused(42205, refusal(s.CreateSchema(s.ctx, subject, schema(shop.JSON, "customer"))))
		refused(42205, refusal(s.DeleteSubject(s.ctx, subject, sr.SoftDelete)))
		tap.OK(s.ResetMode(s.ctx, subject)[0].Err)
	})
	s.Case("mode: import with an id", func() {
		tap.OK(s.SetMode(s.ctx, sr.ModeImport, "import-value")[0].Err)
		made := tap.Must(s.CreateSchemaWithIDAndVersion(s.ctx, "import-value", sr.Schema{Schema: `"bytes"`}, 7000, 5))
		tap.Equal("id and version", []int{7000, 5}, []int{made.ID, made.Version})
		refused(42205, refusal(s.RegisterSchema(s.ctx, "import-value", sr.Schema{Schema: `"long"`}, 7000, 6)))
		tap.Equal("global", sr.ModeReadWrite, s.Mode(s.ctx)[0].Mode)
	})
}

// contexts keeps schemas apart that have the same subject and the same id.
func (s *suite) contexts() {
	s.Case("context: of a call", func() {
		lab := sr.InContext(s.ctx, ".lab")
		made := tap.Must(s.CreateSchema(lab, "context-value", schema(shop.JSON, "customer")))
		tap.Equal("id", 1, made.ID)
		tap.Equal("subject", ":.lab:context-value", made.Subject)
		tap.Equal("by id", made.Schema, tap.Must(s.SchemaByID(lab, 1)))
		tap.Equal("contexts", []string{".", ".lab"}, tap.Must(s.Contexts(s.ctx)))
	})
	s.Case("context: of a client", func() {
		c := tap.Must(sr.NewClient(sr.URLs(s.url), sr.DefaultSchemaContext(".lab")))
		tap.Equal("subjects", []string{":.lab:context-value"}, tap.Must(c.Subjects(s.ctx)))
		tap.Must(c.DeleteSubject(s.ctx, "context-value", sr.SoftDelete))
		tap.Must(c.DeleteSubject(s.ctx, "context-value", sr.HardDelete))
		tap.OK(c.DeleteContext(s.ctx, ".lab"))
	})
}

// addresses calls subjects and the registry what people call them.
func (s *suite) addresses() {
	for _, subject := range []string{"shop/orders-value", "100%-value", "größe-値段-☃", "a b+c", "a?b#c&d=e", "%2F-value", "a//b"} {
		s.Case("address: subject "+subject, func() {
			customer := schema(shop.Avro, "customer")
			made := tap.Must(s.CreateSchema(s.ctx, subject, customer))
			tap.Equal("subject", subject, made.Subject)
			tap.Equal("look up", made, tap.Must(s.LookupSchema(s.ctx, subject, customer)))
			if all := tap.Must(s.Subjects(s.ctx)); !slices.Contains(all, subject) {
				tap.Failf("subjects: %v", all)
			}
			tap.Equal("deleted", []int{1}, tap.Must(s.DeleteSubject(s.ctx, subject, sr.SoftDelete)))
		})
	}
	s.Case("address: a slash at the end", func() {
		tap.Must(s.at(s.url+"/").CreateSchema(s.ctx, "slash-value", schema(shop.Protobuf, "customer")))
		tap.Must(s.at(s.url + "//").Subjects(s.ctx))
	})
}
