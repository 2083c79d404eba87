package compat

import (
	"context"
	"errors"

	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/jsonschema"
)

// Codes of what Confluent's rules pass over, judge too kindly or too hard.
const (
	jsonRequiredUnlisted finding.Code = "JSON_REQUIRED_NAME_UNLISTED"
	jsonRequiredDefault  finding.Code = "JSON_REQUIRED_WITH_DEFAULT"
	jsonConditionChanged finding.Code = "JSON_CONDITION_CHANGED"
	jsonContainsChanged  finding.Code = "JSON_CONTAINS_CHANGED"
	jsonNamesChanged     finding.Code = "JSON_PROPERTY_NAMES_CHANGED"
	jsonPatternsChanged  finding.Code = "JSON_PATTERN_PROPERTIES_CHANGED"
	jsonTypeChanged      finding.Code = "JSON_TYPE_KEYWORD_CHANGED"
	jsonFormatChanged    finding.Code = "JSON_FORMAT_CHANGED"
	jsonFlagChanged      finding.Code = "JSON_EXCLUSIVE_FLAG_CHANGED"
	jsonOneOfOverlaps    finding.Code = "JSON_ONE_OF_OVERLAPS"
	jsonPatternedOpen    finding.Code = "JSON_PATTERNED_OBJECT_IS_OPEN"
	jsonOpenModel        finding.Code = "JSON_OPEN_CONTENT_MODEL"
	jsonRemovalHarmless  finding.Code = "JSON_REMOVAL_IS_HARMLESS"
	jsonConstInEnum      finding.Code = "JSON_CONST_WITHIN_ENUM"
	jsonBranchesDisjoint finding.Code = "JSON_BRANCHES_ARE_DISJOINT"
)

// jsonRisks are the rules of jsonFindings (compatibility reference 4.8, 6.1
// and 6.4).
var jsonRisks = claimRisks(
	risk{
		jsonRequiredUnlisted, finding.Warning, "a name is required that \"properties\" does not list, which the comparison passes over",
		"List the name under \"properties\", so that the comparison sees it, or do not require it.",
	},
	risk{
		jsonRequiredDefault, finding.Warning, "a required property has a default, which no validator fills in",
		"Leave the property optional: a default is for readers and does not make data without it valid.",
	},
	risk{
		jsonConditionChanged, finding.Warning, "if, then or else changed, which the comparison passes over",
		"Only loosen what then and else ask for, and leave if as it is.",
	},
	risk{
		jsonContainsChanged, finding.Warning, "the schema of contains changed, which the comparison passes over",
		"Only loosen the schema of contains.",
	},
	risk{
		jsonNamesChanged, finding.Warning, "propertyNames changed, which the comparison passes over",
		"Only loosen what property names must fit.",
	},
	risk{
		jsonPatternsChanged, finding.Warning, "the schemas of patternProperties changed, which the comparison passes over",
		"Only loosen the schemas of patternProperties, and keep patterns where other names are not allowed.",
	},
	risk{
		jsonTypeChanged, finding.Warning, "one schema names a type where the other only has keywords for it, which the comparison passes over",
		"Write the type in both versions or in neither: keywords without it accept values of all other types.",
	},
	risk{
		jsonFormatChanged, finding.Warning, "a format changed, which the comparison passes over and validators up to draft-07 assert",
		"Keep the format, or check that all data fits the other.",
	},
	risk{
		jsonFlagChanged, finding.Warning, "draft-04's exclusiveMaximum or exclusiveMinimum changed, which the comparison passes over",
		"Leave the flag as it was, or move the bound by one.",
	},
	risk{
		jsonOneOfOverlaps, finding.Warning, "a value may fit two branches of oneOf, and then it fits none",
		"Give every branch a required property with its own const, or use anyOf.",
	},
	risk{
		jsonPatternedOpen, finding.Warning, "an object with patternProperties and nothing else counts as closed, and is open",
		"Set \"additionalProperties\": false where other names are not meant to be.",
	},
	risk{
		jsonOpenModel, finding.Info, "a property is described that the other side's open object left free",
		"Set \"additionalProperties\": false on the object in the version before, or the subject's compatibilityPolicy to LENIENT.",
	},
	risk{
		jsonRemovalHarmless, finding.Info, "a removal is refused because an object with patternProperties counts as closed",
		"Keep the property listed, or set the subject's compatibilityPolicy to LENIENT.",
	},
	risk{
		jsonConstInEnum, finding.Info, "const and enum are never compared, though every value stays allowed",
		"Keep the keyword: write const as an enum of one value, or the enum as const, in both versions.",
	},
	risk{
		jsonBranchesDisjoint, finding.Info, "anyOf becomes oneOf, which is refused though no value fits two branches",
		"Keep anyOf: with disjoint branches it means the same.",
	},
)

// jsonFindings: see Findings. Every rule is applied in both directions, so that
// what breaks old readers is told too.
func jsonFindings(ctx context.Context, old, next *jsonschema.Schema) ([]finding.Finding, error) {
	report := newRiskReport(jsonRisks, next)
	for _, d := range []struct {
		sides            Sides
		original, update *jsonschema.Node
	}{{NewReadsOld, old.Root(), next.Root()}, {OldReadsNew, next.Root(), old.Root()}} {
		w := &jsonRiskWalk{
			riskReport: report, sides: d.sides, judge: newJSONComparison(ctx, Strict, breakingAlone), seen: map[jsonNodePair]bool{},
		}
		w.pair(jsonNodePair{d.original, d.update})
		// What is too much work to look into stays untold: findings are advice.
		if err := w.judge.err; err != nil && !errors.Is(err, ErrTooComplex) {
			return nil, err
		}
	}
	return report.findings(), nil
}
