package main

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTableFits(t *testing.T) {
	t.Parallel()
	rows := [][]string{{"fraud-scoring", "job", "", "Risk"}, {"  warehouse/sales/orders", "s3", "", ""}, {"old", "job", "", "Finance"}}
	for _, tt := range []struct {
		name  string
		table table
		want  string
	}{
		{"as it is", table{}, `
NODE                      KIND  SURE  OWNERS
fraud-scoring             job         Risk
  warehouse/sales/orders  s3
old                       job         Finance
`},
		{"without empty columns", table{sparse: true}, `
NODE                      KIND  OWNERS
fraud-scoring             job   Risk
  warehouse/sales/orders  s3
old                       job   Finance
`},
		{"on a narrow terminal", table{sparse: true, width: 32}, `
NODE               KIND  OWNERS
fraud-scoring      job   Risk
  wareho…s/orders  s3
old                job   Finance
`},
		{"on one that is too narrow", table{width: 3}, `
NODE      KIND  SURE  OWNERS
frau…ing  job         Risk
  wa…ers  s3
old       job         Finance
`},
		{"in colour", table{sparse: true, bold: true}, "\n\x1b[1mNODE                      KIND  OWNERS\x1b[0m\n" + `fraud-scoring             job   Risk
  warehouse/sales/orders  s3
` + "\x1b[2mold                       job   Finance\x1b[0m\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.table.header = []string{"NODE", "KIND", "SURE", "OWNERS"}
			tt.table.add(append([]string{}, rows[0]...)...)
			tt.table.add(append([]string{}, rows[1]...)...)
			tt.table.addFaint(append([]string{}, rows[2]...)...)
			var out bytes.Buffer
			out.WriteString("\n")
			tt.table.print(&out)
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
