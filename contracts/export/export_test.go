package export_test

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/export"
	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/formats"
)

var update = flag.Bool("update", false, "rewrite golden files")

func contract(t *testing.T, text string) *contracts.Contract {
	t.Helper()
	doc, faults := odcs.Parse("orders.odcs.yaml", []byte(text))
	if doc == nil {
		t.Fatal(faults)
	}
	all, _ := contracts.Of(doc)
	return all[0]
}

func avro(t *testing.T, text string) schema.Parsed {
	t.Helper()
	p, err := formats.Parse(t.Context(), schema.Source{Format: schema.Avro, Text: text})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const more = `
customProperties:
  - {property: accordSlo, value: {freshness: {objective: 99.5, window: 28d}}}
`

// page is the contract of the tests of package contracts, with a change.
func page(t *testing.T) export.Page {
	t.Helper()
	base := filepath.Join("..", "testdata", "base")
	next := read(t, filepath.Join(base, "orders.avsc"))
	old := strings.Replace(next, `"type": "int", "doc": "How many`, `"type": "string", "doc": "How many`, 1)
	return export.Page{
		Contract: contract(t, read(t, filepath.Join(base, "orders.odcs.yaml"))+more),
		Schema:   avro(t, next),
		At:       time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC),
		Changes:  compat.Diff(avro(t, old), avro(t, next)),
		Since:    "1.1.0",
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(read(t, path), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	p := page(t)
	golden(t, "orders.md", export.Markdown(p))
	p.Schema, p.Changes = nil, nil
	golden(t, "contract.md", export.Markdown(p))
}

func TestHTML(t *testing.T) {
	t.Parallel()
	text, err := export.HTML(page(t))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "orders.html", text)
	closed(t, text)
}

// closed checks that every element that opens closes again.
func closed(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	d.AutoClose, d.Entity = xml.HTMLAutoClose, xml.HTMLEntity
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

const hostile = `
apiVersion: v3.1.0
kind: DataContract
id: "<script>alert(1)</script>"
name: "# [x](javascript:alert(1)) | *y* <b>"
version: 1.0.0
status: active
description: {purpose: "line one\n<img src=x onerror=alert(1)>\n- | a"}
schema:
  - name: R
    physicalName: "a|b"
    properties: [{name: "f|` + "`" + `", logicalType: string, description: "<i>|</i>"}]
team: {name: "<u>"}
support:
  - {channel: "](x)", url: "javascript:alert(1)"}
  - {channel: ok, url: "https://example.com/a b>(<"}
slaProperties: [{property: "<s>", value: "<s>"}]
`

// Nothing that a contract says becomes markup.
func TestHostile(t *testing.T) {
	t.Parallel()
	p := export.Page{Contract: contract(t, hostile)}
	text, err := export.HTML(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "<img", "<b>", "<u>", "<s>", "<i>", `"javascript:`} {
		if strings.Contains(text, bad) {
			t.Errorf("%s in the page", bad)
		}
	}
	md := export.Markdown(p)
	golden(t, "hostile.md", md)
	for _, line := range strings.Split(md, "\n") {
		if strings.HasPrefix(line, "|") && strings.Count(line, "|")-strings.Count(line, `\|`) != 6 {
			t.Errorf("a row of other cells: %s", line)
		}
	}
}
