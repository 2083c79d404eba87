package compat

import (
	"strconv"
	"strings"
)

// maxShownSchema is where verbose messages cut the old schema's text.
const maxShownSchema = 10240

// VersionMessage names the version that failed (compatibility reference 1.4).
func VersionMessage(number int) string {
	return "{oldSchemaVersion: " + strconv.Itoa(number) + "}"
}

// SchemaMessage shows the schema that failed, cut where it is long.
func SchemaMessage(text string) string {
	if len(text) <= maxShownSchema {
		return "{oldSchema: '" + text + "'}"
	}
	return "{oldSchema: <truncated> '" + strings.ToValidUTF8(text[:maxShownSchema], "") + "...'}"
}

// ContextMessage closes every list of messages.
func ContextMessage(validateFields bool, level Level) string {
	return "{validateFields: '" + strconv.FormatBool(validateFields) + "', compatibility: '" + string(level) + "'}"
}

// Directions lists the checks a level asks for, in the order messages appear.
func (l Level) Directions() []Sides {
	switch l {
	case Backward, BackwardTransitive:
		return []Sides{NewReadsOld}
	case Forward, ForwardTransitive:
		return []Sides{OldReadsNew}
	case Full, FullTransitive:
		return []Sides{OldReadsNew, NewReadsOld}
	}
	return nil
}
