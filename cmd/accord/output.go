package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
)

// format is the value of --output.
type format string

const (
	asTable format = "table"
	asJSON  format = "json"
	asYAML  format = "yaml"
)

var formats = []format{asTable, asJSON, asYAML}

// String, Set and Type make format a flag.
func (f *format) String() string { return string(*f) }

// Set refuses what is no format.
func (f *format) Set(s string) error {
	if !slices.Contains(formats, format(s)) {
		return fmt.Errorf("want table, json or yaml")
	}
	*f = format(s)
	return nil
}

// Type names the value in help texts.
func (f *format) Type() string { return "format" }

// addOutput adds --output to a command.
func addOutput(cmd *cobra.Command, f *format) {
	*f = asTable
	cmd.Flags().VarP(f, "output", "o", "print as table, json or yaml")
	completes(cmd, "output", formats)
}

// show prints a view: as JSON or YAML whole, as a table by the function given.
func (a *app) show(f format, view any, table func()) error {
	if f == asTable {
		table()
		return nil
	}
	text, err := encode(f, view)
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(text)
	return err
}

// encode prints a view as JSON with two spaces, or as the same tree in YAML.
func encode(f format, view any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(view); err != nil {
		return nil, fmt.Errorf("print as %s: %w", f, err)
	}
	if f == asJSON {
		return buf.Bytes(), nil
	}
	return toYAML(buf.Bytes())
}

// toYAML prints JSON as YAML with its keys in their order.
func toYAML(text []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	root, err := yamlNode(dec)
	if err != nil {
		return nil, fmt.Errorf("print as yaml: %w", err)
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, fmt.Errorf("print as yaml: %w", err)
	}
	return out.Bytes(), enc.Close()
}

// yamlNode reads the next JSON value. Reading the text as YAML, which JSON
// nearly is, would refuse some characters and leave words like "no" bare.
func yamlNode(dec *json.Decoder) (*yaml.Node, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	node := new(yaml.Node)
	switch value := token.(type) {
	case json.Delim:
		node.Kind = yaml.SequenceNode
		if value == '{' {
			node.Kind = yaml.MappingNode
		}
		for dec.More() {
			item, err := yamlNode(dec) // keys are values as any other
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, item)
		}
		if len(node.Content) == 0 {
			node.Style = yaml.FlowStyle
		}
		_, err := dec.Token()
		return node, err
	case json.Number:
		node.Kind, node.Value = yaml.ScalarNode, value.String()
		return node, nil
	default:
		return node, node.Encode(value)
	}
}

const barWidth = 24

// progress shows how far a long work is, as a bar that grows on a terminal;
// elsewhere it is nil.
func (a *app) progress(what string) func(done, total int) {
	if !a.isTTY(a.stderr) {
		return nil
	}
	return func(done, total int) {
		if done < total && done%max(1, total/200) != 0 {
			return // as fine as anybody can see
		}
		full := barWidth * done / max(total, 1)
		bar := strings.Repeat("#", full) + strings.Repeat(".", barWidth-full)
		fmt.Fprintf(a.stderr, "\r%-18s [%s] %d of %d", what, bar, done, total)
		if done == total {
			fmt.Fprintln(a.stderr)
		}
	}
}
