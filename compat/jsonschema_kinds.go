package compat

import (
	"slices"
	"strings"
)

// jsonLenientKinds are decided by the policy (compatibility reference 4.6).
var jsonLenientKinds = []string{
	"ADDITIONAL_PROPERTIES_NARROWED",
	"ADDITIONAL_PROPERTIES_REMOVED",
	"OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL",
	"PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL",
	"PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL",
	"PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL",
	"REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL",
	"UNEVALUATED_PROPERTIES_NARROWED",
	"UNEVALUATED_PROPERTIES_REMOVED",
}

// jsonCompatibleKinds break nothing (compatibility reference 4.4); kinds in
// neither list do.
var jsonCompatibleKinds = []string{
	"ADDITIONAL_ITEMS_ADDED",
	"ADDITIONAL_ITEMS_EXTENDED",
	"ADDITIONAL_PROPERTIES_ADDED",
	"ADDITIONAL_PROPERTIES_EXTENDED",
	"COMBINED_TYPE_EXTENDED",
	"DEFAULT_CHANGED",
	"DEPENDENCY_ARRAY_NARROWED",
	"DEPENDENCY_ARRAY_REMOVED",
	"DEPENDENCY_SCHEMA_REMOVED",
	"DESCRIPTION_CHANGED",
	"ENUM_ARRAY_EXTENDED",
	"EXCLUSIVE_MAXIMUM_INCREASED",
	"EXCLUSIVE_MAXIMUM_REMOVED",
	"EXCLUSIVE_MINIMUM_DECREASED",
	"EXCLUSIVE_MINIMUM_REMOVED",
	"ID_CHANGED",
	"ITEM_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL",
	"ITEM_ADDED_TO_CLOSED_CONTENT_MODEL",
	"ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL",
	"ITEM_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL",
	"ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL",
	"ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL",
	"MAXIMUM_INCREASED",
	"MAXIMUM_REMOVED",
	"MAX_CONTAINS_INCREASED",
	"MAX_CONTAINS_REMOVED",
	"MAX_ITEMS_INCREASED",
	"MAX_ITEMS_REMOVED",
	"MAX_LENGTH_INCREASED",
	"MAX_LENGTH_REMOVED",
	"MAX_PROPERTIES_INCREASED",
	"MAX_PROPERTIES_REMOVED",
	"MINIMUM_DECREASED",
	"MINIMUM_REMOVED",
	"MIN_CONTAINS_DECREASED",
	"MIN_CONTAINS_REMOVED",
	"MIN_ITEMS_DECREASED",
	"MIN_ITEMS_REMOVED",
	"MIN_LENGTH_DECREASED",
	"MIN_LENGTH_REMOVED",
	"MIN_PROPERTIES_DECREASED",
	"MIN_PROPERTIES_REMOVED",
	"MULTIPLE_OF_REDUCED",
	"MULTIPLE_OF_REMOVED",
	"NOT_TYPE_NARROWED",
	"OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL",
	"PATTERN_REMOVED",
	"PRODUCT_TYPE_NARROWED",
	"PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL",
	"PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL",
	"PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL",
	"PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL",
	"PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL",
	"REQUIRED_ATTRIBUTE_REMOVED",
	"REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED",
	"REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL",
	"SCHEMA_REMOVED",
	"SUM_TYPE_EXTENDED",
	"TITLE_CHANGED",
	"TYPE_EXTENDED",
	"UNEVALUATED_ITEMS_ADDED",
	"UNEVALUATED_ITEMS_EXTENDED",
	"UNEVALUATED_PROPERTIES_ADDED",
	"UNEVALUATED_PROPERTIES_EXTENDED",
	"UNIQUE_ITEMS_REMOVED",
}

// jsonVerdicts are the verdicts of the kinds in the two lists.
var jsonVerdicts = func() map[string]Verdict {
	verdicts := make(map[string]Verdict, len(jsonCompatibleKinds)+len(jsonLenientKinds))
	for _, kind := range jsonCompatibleKinds {
		verdicts[kind] = Compatible
	}
	for _, kind := range jsonLenientKinds {
		verdicts[kind] = LenientOnly
	}
	return verdicts
}()

// jsonVerdict judges a kind.
func jsonVerdict(kind string) Verdict {
	if verdict, listed := jsonVerdicts[kind]; listed {
		return verdict
	}
	return Incompatible
}

// sentence is a description in two pieces: what stands before the path, and
// what follows it, with {reader} and {writer} for the names of the sides.
type sentence struct{ before, after string }

// print puts path and sides in. The path is never read as a pattern, so that no
// property's name can upset it.
func (s sentence) print(path string, sides Sides) string {
	var b strings.Builder
	b.Grow(len(s.before) + len(path) + len(s.after) + len("''"))
	sides.fillIn(&b, s.before)
	b.WriteByte('\'')
	b.WriteString(path)
	b.WriteByte('\'')
	sides.fillIn(&b, s.after)
	return b.String()
}

// fillIn writes a text with the names of the sides in their places.
func (s Sides) fillIn(b *strings.Builder, text string) {
	for {
		before, behind, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return
		}
		side, rest, _ := strings.Cut(behind, "}")
		if side == "reader" {
			b.WriteString(s.Reader)
		} else {
			b.WriteString(s.Writer)
		}
		text = rest
	}
}

// jsonSentences say what happened, by the end of a kind's name; the first that
// fits counts. Those of incompatible kinds are Confluent's (registry API 2.12),
// which has none for the others.
var jsonSentences = []struct {
	suffixes []string
	sentence
}{
	{
		[]string{"REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"},
		sentence{
			"A property or item is missing in the {reader} schema but present at path ",
			" in the {writer} schema and is not covered by its partially open content model",
		},
	},
	{
		[]string{"ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"},
		sentence{
			"The {reader} schema has a property or item at path ",
			" which is missing in the {writer} schema and is not covered by its partially open content model",
		},
	},
	{[]string{"IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"}, sentence{
		"The property or item at path ", " is in one of the {reader} and {writer} schema only and covered by the partially open content model of the other",
	}},
	{
		[]string{"REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL"},
		sentence{"The {reader} schema has an unopen content model and has a required property at path ", " which is missing in the {writer} schema"},
	},
	{
		[]string{"ADDED_TO_OPEN_CONTENT_MODEL"},
		sentence{"The {reader} schema has an open content model and has a property or item at path ", " which is missing in the {writer} schema"},
	},
	{
		[]string{"ADDED_TO_UNOPEN_CONTENT_MODEL", "ADDED_TO_CLOSED_CONTENT_MODEL"},
		sentence{"The {reader} schema has a property or item at path ", " which the content model of the {writer} schema did not allow"},
	},
	{
		[]string{"REMOVED_FROM_CLOSED_CONTENT_MODEL"},
		sentence{"The {reader} has a closed content model and is missing a property or item present at path ", " in the {writer} schema"},
	},
	{
		[]string{"REMOVED_FROM_OPEN_CONTENT_MODEL"},
		sentence{"The {reader} schema has an open content model and is missing a property or item present at path ", " in the {writer} schema"},
	},
	{
		[]string{"SCHEMA_ADDED"},
		sentence{"The schema at path ", " is in the {reader} schema and not in the {writer} schema"},
	},
	{
		[]string{"SCHEMA_REMOVED"},
		sentence{"The schema at path ", " is in the {writer} schema and not in the {reader} schema"},
	},
	{
		[]string{"ADDITIONAL_PROPERTIES_ADDED", "ADDITIONAL_ITEMS_ADDED", "UNEVALUATED_PROPERTIES_ADDED", "UNEVALUATED_ITEMS_ADDED"},
		sentence{"The {reader} schema allows what the keyword at path ", " forbids in the {writer} schema"},
	},
	{
		[]string{
			"ADDITIONAL_PROPERTIES_REMOVED", "ADDITIONAL_ITEMS_REMOVED", "UNEVALUATED_PROPERTIES_REMOVED",
			"UNEVALUATED_ITEMS_REMOVED", "_ADDED",
		},
		sentence{"The keyword at path ", " in the {reader} schema is not present in the {writer} schema"},
	},
	{
		[]string{"_REMOVED"},
		sentence{"The keyword at path ", " in the {writer} schema is not present in the {reader} schema"},
	},
	{
		[]string{"_INCREASED", "MULTIPLE_OF_EXPANDED"},
		sentence{"The value at path ", " in the {reader} schema is more than its value in the {writer} schema"},
	},
	{
		[]string{"_DECREASED", "MULTIPLE_OF_REDUCED"},
		sentence{"The value at path ", " in the {reader} schema is less than its value in the {writer} schema"},
	},
	{
		[]string{
			"PATTERN_CHANGED", "MULTIPLE_OF_CHANGED", "DEPENDENCY_ARRAY_CHANGED", "ID_CHANGED", "TITLE_CHANGED",
			"DESCRIPTION_CHANGED", "DEFAULT_CHANGED",
		},
		sentence{"The value at path ", " is different between the {reader} and {writer} schema"},
	},
	{
		[]string{"COMBINED_TYPE_EXTENDED", "_CHANGED"},
		sentence{"A type at path ", " is different between the {reader} schema and the {writer} schema"},
	},
	{
		[]string{
			"ADDITIONAL_ITEMS_NARROWED", "ADDITIONAL_PROPERTIES_NARROWED", "UNEVALUATED_ITEMS_NARROWED",
			"UNEVALUATED_PROPERTIES_NARROWED", "ARRAY_NARROWED", "SUM_TYPE_NARROWED", "PRODUCT_TYPE_NARROWED", "NOT_TYPE_NARROWED",
		},
		sentence{"An array or combined type at path ", " has fewer elements in the {reader} schema than the {writer} schema"},
	},
	{
		[]string{
			"ADDITIONAL_ITEMS_EXTENDED", "ADDITIONAL_PROPERTIES_EXTENDED", "UNEVALUATED_ITEMS_EXTENDED",
			"UNEVALUATED_PROPERTIES_EXTENDED", "ARRAY_EXTENDED", "SUM_TYPE_EXTENDED", "PRODUCT_TYPE_EXTENDED", "NOT_TYPE_EXTENDED",
		},
		sentence{"An array or combined type at path ", " has more elements in the {reader} schema than the {writer} schema"},
	},
	{
		[]string{"TYPE_NARROWED", "TYPE_EXTENDED"},
		sentence{"A type at path ", " is different between the {reader} schema and the {writer} schema"},
	},
}

// describeJSON is the sentence for a difference.
func describeJSON(kind, path string, sides Sides) string {
	for _, s := range jsonSentences {
		if slices.ContainsFunc(s.suffixes, func(suffix string) bool { return strings.HasSuffix(kind, suffix) }) {
			return s.print(path, sides)
		}
	}
	return ""
}
