package docs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// The rules (contracts reference 4.4).
var (
	codeMissing     = finding.Claim("DOC_MISSING", "an element has no documentation")
	codePlaceholder = finding.Claim("DOC_PLACEHOLDER", "the documentation promises words instead of giving them")
	codeRepeatsName = finding.Claim("DOC_REPEATS_NAME", "the documentation says no more than the names do")
	codeGenerated   = finding.Claim("DOC_GENERATED", "the documentation follows a pattern that tools write")
	codeShort       = finding.Claim("DOC_SHORT", "the documentation has fewer than three words")
	codeAnonymousID = finding.Claim("DOC_ID_OF_WHAT", "an id does not say what it identifies")
	codeSameText    = finding.Claim("DOC_SAME_TEXT", "three or more differently named fields have one documentation")
	codeNoUnit      = finding.Claim("DOC_NO_UNIT", "a number or time has no unit, currency or zone, and its type carries none")
	codeSymbols     = finding.Claim("DOC_SYMBOLS", "an enum's documentation does not explain all of its symbols, which have no place of their own for words")
	codeNullMeaning = finding.Claim("DOC_NULL_MEANING", "a nullable field does not say what null means")
	codeNoSuccessor = finding.Claim("DOC_NO_REPLACEMENT", "something deprecated does not say what to use instead")
	codeRemoved     = finding.ClaimChange("DOC_REMOVED", "documentation that the version before had is gone")
	codeShrank      = finding.ClaimChange("DOC_SHRANK", "documentation lost more than half of its words against the version before")
)

const (
	// maxNamesListed bounds the names in a message.
	maxNamesListed = 5
	// minShrinkingLoss is how many words a text loses before that is worth
	// saying.
	minShrinkingLoss = 5
)

// removed reports documentation that the version before had. It stands for
// DOC_MISSING, and like every loss of documentation breaks the contract.
func (r *report) removed(e *element, old string) {
	r.add(e, finding.Finding{
		Code: codeRemoved, Severity: finding.Error,
		Message:  fmt.Sprintf("%s was documented and is not any more", e.title()),
		Hint:     "put the words back: " + r.slot(e, abridged(old)),
		Evidence: []string{"version before: " + abridged(old)},
	})
}

// quality reports what is wrong with the words as words.
func (r *report) quality(e *element, fault fault) {
	f := finding.Finding{Severity: finding.Warning, Hint: "say more: " + r.slot(e, e.advice())}
	switch fault {
	case none:
		return
	case missing:
		f.Code, f.Severity = codeMissing, finding.Error
		f.Message = e.title() + " has no documentation"
		f.Hint = "add " + r.slot(e, e.advice())
	case placeholder:
		f.Code, f.Severity = codePlaceholder, finding.Error
		f.Message = fmt.Sprintf("the documentation of %s is a placeholder", e.title())
		f.Hint = "replace it: " + r.slot(e, e.advice())
	case repeats:
		f.Code, f.Severity = codeRepeatsName, finding.Error
		f.Message = fmt.Sprintf("the documentation of %s is its name again", e.title())
	case generated:
		f.Code = codeGenerated
		f.Message = fmt.Sprintf("the documentation of %s is a pattern that tools write", e.title())
	case anonymous:
		f.Code = codeAnonymousID
		f.Message = fmt.Sprintf("%s does not say what it identifies", e.title())
	case restates:
		f.Code = codeRepeatsName
		f.Message = fmt.Sprintf("the documentation of %s says no more than the names do", e.title())
	case short:
		f.Code = codeShort
		f.Message = fmt.Sprintf("the documentation of %s is very short", e.title())
	}
	if e.Kind == schema.KindSymbol {
		f.Severity = finding.Warning
	}
	if e.Doc != "" {
		f.Evidence = []string{"it says: " + abridged(e.Doc)}
	}
	r.add(e, f)
}

// sameTexts maps texts to the names of the fields that have them, for texts of
// three or more differently named fields.
func sameTexts(elements []element) map[string][]string {
	names := map[string][]string{}
	for i := range elements {
		e := &elements[i]
		if e.Kind != schema.KindField || e.Doc == "" {
			continue
		}
		if text := e.text(); !slices.Contains(names[text], e.Name) && len(names[text]) <= maxNamesListed {
			names[text] = append(names[text], e.Name)
		}
	}
	for text, fields := range names {
		if len(fields) < 3 {
			delete(names, text)
		}
	}
	return names
}

func (r *report) twins(e *element, names []string) {
	if e.Kind != schema.KindField || len(names) == 0 {
		return
	}
	others := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == e.Name })
	r.add(e, finding.Finding{
		Code: codeSameText, Severity: finding.Warning,
		Message:  fmt.Sprintf("%s has the same documentation as %s", e.title(), listed(others)),
		Hint:     "say what sets it apart: " + r.slot(e, e.advice()),
		Evidence: []string{"all say: " + abridged(e.Doc)},
	})
}

// symbols reports the symbols of an enum that nothing explains, in languages or
// forms without a place for a symbol's words. A list that a standard keeps
// needs no explanation here.
func (r *report) symbols(e *element) {
	if e.Kind != schema.KindEnum || len(e.symbols) < 2 {
		return
	}
	if anyIn(standardWords, e.around) {
		return
	}
	var silent []string
	for _, s := range e.symbols {
		if s.Doc == "" && !symbolSlot(e.format, s.Pointer) && !mentions(e.around, s.Name) {
			silent = append(silent, s.Name)
		}
	}
	if len(silent) == 0 {
		return
	}
	r.add(e, finding.Finding{
		Code: codeSymbols, Severity: finding.Warning,
		Message: fmt.Sprintf("the documentation of %s does not explain %s", e.title(), listed(silent)),
		Hint:    "name each symbol in it, or give them words of their own: " + symbolSlots(e.format, silent[0]),
	})
}

func symbolSlots(format schema.Format, symbol string) string {
	if format == schema.JSON {
		return fmt.Sprintf(`"oneOf": [{"const": %s, "description": "…"}] in place of "enum"`, strconv.Quote(symbol))
	}
	return fmt.Sprintf(`"symbolDocs": {%s: "…"}`, strconv.Quote(symbol))
}

// null asks what null means where a value may be null. Protobuf has no null.
func (r *report) null(e *element) {
	nullable := e.format == schema.Avro && e.Optional || e.format == schema.JSON && slices.Contains(strings.Split(e.Type, " | "), "null")
	if e.Kind != schema.KindField || !nullable || anyIn(nullWords, words(e.Doc)) {
		return
	}
	r.add(e, finding.Finding{
		Code: codeNullMeaning, Severity: finding.Info,
		Message: fmt.Sprintf("%s may be null and does not say what that means", e.title()),
		Hint:    `end its documentation with the meaning: "…; null if not known yet"`,
	})
}

func (r *report) deprecated(e *element) {
	text := words(e.Doc)
	says := len(text) > 0 && (text[0] == "deprecated" || text[0] == "obsolete")
	if !e.Deprecated && !says || anyIn(replacementWords, text) {
		return
	}
	r.add(e, finding.Finding{
		Code: codeNoSuccessor, Severity: finding.Warning,
		Message: fmt.Sprintf("%s is deprecated and does not say what to use instead", e.title()),
		Hint:    `say it: "Deprecated: use <the other field> instead", or that nothing replaces it`,
	})
}

func (r *report) shrank(e *element, old string) {
	before, now := countWords(old), countWords(e.Doc)
	if before-now < minShrinkingLoss || 2*now >= before {
		return
	}
	r.add(e, finding.Finding{
		Code: codeShrank, Severity: finding.Info,
		Message:  fmt.Sprintf("the documentation of %s shrank from %d words to %d", e.title(), before, now),
		Hint:     "check that nothing readers need is lost",
		Evidence: []string{"version before: " + abridged(old), "now: " + abridged(e.Doc)},
	})
}

// history is the documentation of the version before, by element.
type history map[place]string

type place struct {
	kind schema.Kind
	path string
}

// documented collects what the version before said. A version in another
// language has other paths, and says nothing here.
func documented(next, previous schema.Parsed) history {
	if previous == nil || previous.Format() != next.Format() {
		return nil
	}
	h := history{}
	for _, f := range previous.Fields() {
		if f.Doc != "" {
			h[place{f.Kind, f.Path}] = f.Doc
		}
	}
	return h
}

// of is what the version before said of an element, at any of its paths.
func (h history) of(e *element) string {
	for _, path := range append([]string{e.Path}, e.also...) {
		if doc := h[place{e.Kind, path}]; doc != "" {
			return doc
		}
	}
	return ""
}

// listed joins names for a sentence.
func listed(names []string) string {
	if len(names) > maxNamesListed {
		return strings.Join(names[:maxNamesListed], ", ") + fmt.Sprintf(" and %d more", len(names)-maxNamesListed)
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return strings.Join(names, "")
}

// maxQuoted bounds the documentation that findings quote, in letters.
const maxQuoted = 120

func abridged(doc string) string {
	folded := strings.Join(strings.Fields(doc), " ")
	if runes := []rune(folded); len(runes) > maxQuoted {
		return string(runes[:maxQuoted]) + "…"
	}
	return folded
}
