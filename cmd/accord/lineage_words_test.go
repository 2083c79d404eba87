package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/client"
)

func TestLineageWords(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ got, want string }{
		{ago(now, time.Time{}), ""},
		{ago(now, now.Add(time.Hour)), "now"}, // a clock that is ahead
		{ago(now, now.Add(-59*time.Second)), "now"},
		{ago(now, now.Add(-90*time.Minute)), "1h ago"},
		{ago(now, now.Add(-47*time.Hour)), "47h ago"},
		{ago(now, now.Add(-97*24*time.Hour)), "97d ago"},
		{sureOf(lineage.Certain), ""},
		{sureOf(lineage.Possible), "0.5"},
		{nodeWord(lineage.Dataset("kafka://b:9092", "orders")), "topic"},
		{nodeWord(lineage.Dataset("postgres://db", "t")), "postgres"},
		{nodeWord(lineage.Dataset("bigquery", "p.d.t")), "dataset"},
		{nodeWord(lineage.Job("kafka://b:9092", "billing")), "group"},
		{nodeWord(lineage.Job("kafka-connect://c", "sink")), "connector"},
		{nodeWord(lineage.Job("airflow", "dag.task")), "job"},
		{evidenceOf([]lineage.Sighting{{Evidence: lineage.Reported}, {Evidence: lineage.Observed}, {Evidence: lineage.Observed}}), "reported+observed"},
		{extentOf(lineage.Extent{}), ""},
		{extentOf(lineage.Extent{Datasets: 1, Jobs: 2, AtLeast: true}), "at least 1 dataset, 2 jobs"},
		{transformationName(lineage.Transformation{Type: lineage.Direct, Subtype: "TRANSFORMATION", Masking: true}), "transformation, masked"},
		{transformationName(lineage.Transformation{Type: lineage.Direct}), "direct"},
		{transformationName(lineage.Transformation{Type: lineage.Indirect, Subtype: "GROUP_BY"}), "grouped by"},
		{transformationName(lineage.Transformation{Type: lineage.Indirect, Subtype: "LLM"}), "influenced llm"},
		{transformationName(lineage.Transformation{Type: lineage.Indirect}), "influenced"},
		{fieldName(lineage.Place{Node: lineage.Dataset("n", "orders")}), "orders (all)"},
		{idText(lineage.ID{Namespace: "n"}), "n"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}

// TestNoWalls prints answers that nobody would read to their end.
func TestNoWalls(t *testing.T) {
	t.Parallel()
	const many = 1000
	reach := &lineage.Reach{}
	impact := client.Impact{}
	for i := range many {
		job, topic := lineage.Job("n", fmt.Sprintf("job-%d", i)), lineage.Dataset("kafka://b", fmt.Sprint(i))
		reach.Blind = append(reach.Blind, lineage.Blind{Input: topic.ID, Job: job.ID, Output: topic.ID})
		reach.Links = append(reach.Links, lineage.Link{From: lineage.Place{Node: topic, Path: "a"}, To: lineage.Place{Node: topic, Path: "b"}})
		impact.Fields = append(impact.Fields, lineage.FieldImpact{Path: fmt.Sprint(i)})
		impact.Fields[0].Readers = append(impact.Fields[0].Readers, lineage.Reader{Job: job.ID, Knowledge: lineage.UsesField})
	}
	for what, show := range map[string]func(*app){
		"fields": func(a *app) { printFlows(a, "Downstream", reach, maxShown) },
		"impact": func(a *app) { lineageImpact{}.print(a, client.ImpactRequest{}, impact) },
	} {
		var out, errs bytes.Buffer
		show(&app{env: testEnv(&out, &errs)})
		if lines := strings.Count(out.String(), "\n"); lines > 150 || !strings.Contains(out.String(), "more") {
			t.Errorf("%s: %d lines:\n%s", what, lines, &out)
		}
	}
}
