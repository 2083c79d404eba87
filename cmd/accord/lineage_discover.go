package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/accordhq/accord/lineage/connectscan"
	"github.com/accordhq/accord/lineage/kafkascan"
)

func newLineageDiscover(a *app) *cobra.Command {
	var d lineageDiscover
	cmd := &cobra.Command{
		Use:   "discover --kafka HOST:PORT",
		Short: "Look at a Kafka cluster: who reads which topic, who writes",
		Long: `Look at a Kafka cluster once: its topics, the groups that read them, the
producers that brokers know of; with --connect, also the connectors that copy
data into it and out of it. Nothing is read of any record and nothing is
written to the cluster. What Kafka cannot tell is said.

What is found goes to the registry, unless --dry-run is given. 'accord serve
--kafka' looks by itself, again and again.`,
		Example: `  accord lineage discover --kafka localhost:9092 --dry-run
  accord lineage discover --kafka kafka-1:9092,kafka-2:9092 --registry http://registry:8081
  accord lineage discover --kafka kafka-1:9092 --connect http://connect:8083
  accord lineage discover --kafka-config client.properties --output json`,
		Args: takes(0, 0, "no arguments"),
		RunE: a.does(func(ctx context.Context, _ []string) error { return d.run(ctx, a) }),
	}
	d.kafka.add(cmd)
	d.connect.add(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&d.dryRun, "dry-run", false, "show what is found and tell no registry")
	flags.BoolVar(&d.tools, "tools", false, "take in the groups of consoles and monitoring tools, too")
	flags.DurationVar(&d.timeout, "timeout", 15*time.Second, "`TIME` to wait for each answer of the cluster")
	flags.StringVar(&d.namespace, "namespace", "", "`NAMESPACE` of its datasets (default kafka:// and the first broker named)")
	addOutput(cmd, &d.output)
	return cmd
}

type lineageDiscover struct {
	kafka         kafkaFlags
	connect       connectFlags
	dryRun, tools bool
	timeout       time.Duration
	namespace     string
	output        format
}

func (d lineageDiscover) run(ctx context.Context, a *app) error {
	opts, unused, err := d.kafka.options()
	if err != nil {
		return err
	}
	if len(unused) > 0 {
		fmt.Fprintf(a.stderr, "accord: %s: mean nothing here: %s\n", d.kafka.config, strings.Join(unused, ", "))
	}
	cluster, err := kgo.NewClient(opts...)
	if err != nil {
		return unable("mend --kafka", "%w", err)
	}
	defer cluster.Close()
	scan, err := kafkascan.Run(ctx, cluster, kafkascan.Options{Now: a.now, Timeout: d.timeout, ACLs: true})
	if err != nil {
		return unable("is it running, and does it listen where --kafka says?", "%w", err)
	}
	workers, err := d.connect.look(ctx, a.now, d.timeout)
	if err != nil {
		return unable("is it running, and does it listen where --connect says?", "%w", err)
	}
	view := d.view(scan, workers)
	if !d.dryRun {
		if view.Facts, err = d.tell(ctx, a, scan, view.Namespace, workers); err != nil {
			return err
		}
	}
	return a.show(d.output, view, func() { view.print(a) })
}

// tell sends what was found to the registry.
func (d lineageDiscover) tell(ctx context.Context, a *app, scan *kafkascan.Scan, namespace string, workers []*connectscan.Scan) (int, error) {
	c, err := a.client()
	if err != nil {
		return 0, err
	}
	found := scan.Facts(kafkascan.FactOptions{Namespace: namespace, Ephemeral: d.tools})
	found = append(found, connectFacts(workers, scan.Cluster, namespace, fieldsIn(ctx, a, c))...)
	if err := c.Observe(ctx, found); err != nil {
		return 0, fmt.Errorf("tell the registry: %w", err)
	}
	return len(found), nil
}

func (d lineageDiscover) view(scan *kafkascan.Scan, workers []*connectscan.Scan) discoveryView {
	v := discoveryView{
		At: scan.At, Cluster: scan.Cluster.ID, Namespace: scan.Cluster.Namespace(), Brokers: scan.Cluster.Brokers, Complete: scan.Covers(),
		Topics: []topicView{}, Groups: []groupView{}, Producers: []transactionView{}, Connectors: []connectorView{},
		Unknown: scan.Unknown(),
	}
	if d.namespace != "" {
		v.Namespace = d.namespace
	}
	for _, t := range scan.Topics {
		v.Topics = append(v.Topics, topicView{Name: t.Name, Partitions: t.Partitions, Internal: t.Internal, Moving: t.Moving})
	}
	for _, g := range scan.Groups {
		shown := groupView{ID: g.ID, Kind: string(g.Kind), State: g.State, Members: len(g.Members), Topics: []string{}, Tool: g.Ephemeral}
		for _, t := range g.Topics {
			shown.Topics = append(shown.Topics, t.Name)
		}
		v.Groups = append(v.Groups, shown)
	}
	for _, t := range scan.Transactions {
		v.Producers = append(v.Producers, transactionView{ID: t.ID, State: t.State, Topics: append([]string{}, t.Topics...)})
	}
	for _, w := range workers {
		for _, c := range w.Connectors {
			v.Connectors = append(v.Connectors, viewOfConnector(c))
		}
		v.Unknown = append(v.Unknown, w.Unknown()...)
	}
	return v
}

func viewOfConnector(c connectscan.Connector) connectorView {
	v := connectorView{Name: c.Name, Kind: "sink", Class: c.Class, State: c.State, Topics: []string{}, Store: c.Store, Tables: append([]string{}, c.Tables...)}
	if c.Source {
		v.Kind = "source"
	}
	for _, t := range c.Topics {
		v.Topics = append(v.Topics, t.Name)
	}
	for _, f := range c.Flows {
		if !slices.Contains(v.Tables, f.Table) {
			v.Tables = append(v.Tables, f.Table)
		}
	}
	return v
}

func (v discoveryView) print(a *app) {
	f := facts{}
	f.add("Cluster", v.Cluster)
	f.add("Namespace", v.Namespace)
	f.add("Brokers", strings.Join(v.Brokers, ", "))
	f.print(a.stdout)
	a.say("")
	v.printTopics(a)
	v.printGroups(a)
	v.printTransactions(a)
	v.printConnectors(a)
	if len(v.Unknown) > 0 {
		a.say("What Kafka does not tell:")
		for _, sentence := range v.Unknown[:min(len(v.Unknown), maxUnknown)] {
			a.say("  %s", printable(sentence, false))
		}
		if left := len(v.Unknown) - maxUnknown; left > 0 {
			a.say("  and %d more; see --output json", left)
		}
	}
	if v.Facts > 0 {
		a.say("\n%s told to the registry", counted(v.Facts, "fact", "facts"))
	}
}

// maxUnknown is how many sentences on what is unknown are printed for people.
const maxUnknown = 20

func (v discoveryView) printTopics(a *app) {
	t := a.sparseTable("TOPIC", "PARTITIONS", "MOVES")
	for _, topic := range v.Topics {
		if topic.Internal {
			continue
		}
		t.add(topic.Name, fmt.Sprint(topic.Partitions), mark(topic.Moving))
	}
	printSection(a, t)
}

// printSection prints a table and an empty line, or nothing for no rows.
func printSection(a *app, t *table) {
	if len(t.rows) > 0 {
		t.print(a.stdout)
		a.say("")
	}
}

func (v discoveryView) printGroups(a *app) {
	t := a.sparseTable("GROUP", "KIND", "STATE", "MEMBERS", "READS")
	for _, g := range v.Groups {
		cells := []string{g.ID, g.Kind, g.State, fmt.Sprint(g.Members), strings.Join(g.Topics, ", ")}
		if g.Tool {
			cells[1] += ", a tool"
			t.addFaint(cells...)
			continue
		}
		t.add(cells...)
	}
	printSection(a, t)
}

func (v discoveryView) printTransactions(a *app) {
	t := a.sparseTable("TRANSACTIONAL ID", "STATE", "WRITES")
	for _, p := range v.Producers {
		t.add(p.ID, p.State, strings.Join(p.Topics, ", "))
	}
	printSection(a, t)
}

func (v discoveryView) printConnectors(a *app) {
	t := a.sparseTable("CONNECTOR", "KIND", "STATE", "TOPICS", "STORE", "TABLES")
	for _, c := range v.Connectors {
		t.add(c.Name, c.Kind, c.State, strings.Join(c.Topics, ", "), c.Store, strings.Join(c.Tables, ", "))
	}
	printSection(a, t)
}
