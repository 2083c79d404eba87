package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/registry/client"
)

func newSchema(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "List, read, register and delete schemas",
		Example: `  accord schema list
  accord schema get orders-value
  accord schema register orders-value --file orders.avsc`,
	}
	cmd.AddCommand(
		newSchemaList(a),
		newSchemaGet(a),
		newSchemaVersions(a),
		newSchemaRegister(a),
		newSchemaDiff(a),
		newSchemaCompat(a),
		newSchemaDelete(a),
	)
	return asGroup(cmd)
}

// splitVersion reads SUBJECT or SUBJECT@VERSION. What follows the last @ is a
// version if it is a number above zero or "latest"; else the @ belongs to the
// subject, as in a subject called "a@b".
func splitVersion(arg string) (subject string, version int, named bool) {
	at := strings.LastIndexByte(arg, '@')
	if at < 0 {
		return arg, client.Latest, false
	}
	last := arg[at+1:]
	if strings.EqualFold(last, "latest") || last == "-1" {
		return arg[:at], client.Latest, true
	}
	if n, err := strconv.ParseInt(last, 10, 32); err == nil && n > 0 {
		return arg[:at], int(n), true
	}
	return arg, client.Latest, false
}
