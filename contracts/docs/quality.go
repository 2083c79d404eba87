package docs

import (
	"slices"
	"strings"
	"unicode"

	"github.com/accordhq/accord/schema"
)

// fault is what is wrong with an element's words as words. An element has one
// at most, the gravest.
type fault int

const (
	none fault = iota
	missing
	placeholder
	repeats   // no word beyond the names
	generated // a pattern that tools write
	anonymous // an id that does not say of what
	restates  // no word beyond names and filler
	short
)

// quality judges the words of an element. What needs no words and has none is
// fine, and what it has from the field around it is judged there.
func (e *element) quality() fault {
	if e.Doc == "" {
		if e.required || e.Kind == schema.KindSymbol && e.slot && !e.selfExplaining() {
			return missing
		}
		return none
	}
	if e.inherited {
		return none
	}
	text := words(e.Doc)
	names := e.names()
	switch {
	case isPlaceholder(e.Doc, text):
		return placeholder
	case e.Kind != schema.KindSymbol && e.echoes(text):
		return repeats
	case isGenerated(text, names):
		return generated
	case e.Kind == schema.KindField && e.isBareID() && holdsAll(text, idFillers, stopWords):
		return anonymous
	case holdsAll(text, names, stopWords, fillers):
		return restates
	case countWords(e.Doc) < minWords && !strings.Contains(e.Doc, "://"):
		return short
	}
	return none
}

// minWords is how many words can say something (rule DOC_SHORT).
const minWords = 3

// selfExplaining reports whether a symbol needs no words: its enum explains it,
// or it is the zero that Protobuf's style asks for.
func (e *element) selfExplaining() bool {
	if e.format == schema.Protobuf && e.Number == 0 && strings.HasSuffix(e.Name, "_UNSPECIFIED") {
		return true
	}
	return mentions(e.around, e.Name)
}

// mentions reports whether a text speaks of a name.
func mentions(text []string, name string) bool {
	sought := words(name)
	if len(sought) == 0 {
		return true // a symbol of punctuation alone has no words to look for
	}
	for i := range text {
		if len(text)-i >= len(sought) && slices.Equal(text[i:i+len(sought)], sought) {
			return true
		}
	}
	return false
}

// names are the words a reader knows without documentation: the element's name,
// what holds it and the named type it is of.
func (e *element) names() wordSet {
	holder := container(e.Field)
	if e.Kind != schema.KindField {
		holder = strings.TrimSuffix(e.Path, "#"+e.Name)
	}
	holder = strings.TrimRight(holder[strings.LastIndexByte(holder, '.')+1:], "[]{}")
	return setOf(e.local(), e.owner(), holder, e.Ref[strings.LastIndexByte(e.Ref, '.')+1:])
}

// echoes reports whether a text is the element's name written out, alone or
// after its parent's: "Campaign name", "The order id". That is an error, so the
// same words in another order ("The name of the campaign") and abbreviations
// written out are not held against the author here, and neither is a name that
// says no more than a type ("string_value"): what else is there to say.
func (e *element) echoes(text []string) bool {
	if holdsAll(words(e.local()), typeWords) {
		return false
	}
	said := spine(text)
	name, owner := spine(words(e.local())), spine(words(e.owner()))
	return slices.Equal(said, name) || e.Kind == schema.KindField && slices.Equal(said, slices.Concat(owner, name))
}

// spine is a text without the words that hold a sentence together, each brought
// to one form. Abbreviations stay as they are.
func spine(text []string) []string {
	var out []string
	for _, w := range text {
		if _, abbreviated := abbreviations[w]; !abbreviated {
			w = stem(w)
		}
		if !stopWords[w] {
			out = append(out, w)
		}
	}
	return out
}

// isBareID reports whether the whole name says "identifier".
func (e *element) isBareID() bool {
	switch strings.ToLower(e.Name) {
	case "id", "uuid", "guid", "ulid", "key", "identifier", "pk":
		return true
	}
	return false
}

func isPlaceholder(doc string, text []string) bool {
	if len(text) == 0 {
		return true // "-", "...", "?"
	}
	if placeholders[strings.Join(text, " ")] {
		return true
	}
	if len(text) > 1 && text[0] == "lorem" && text[1] == "ipsum" {
		return true
	}
	begin := strings.TrimLeftFunc(doc, func(r rune) bool { return !unicode.IsLetter(r) })
	for _, p := range promises {
		if len(begin) < len(p) || !strings.EqualFold(begin[:len(p)], p) {
			continue
		}
		rest := begin[len(p):]
		if rest == "" || strings.ContainsRune(":;,.!?([-", rune(rest[0])) ||
			begin[:len(p)] == strings.ToUpper(p) && !unicode.IsLetter(rune(rest[0])) {
			return true
		}
	}
	return false
}

// generatedForms are how tools begin a text whose rest is the name: importers
// of contracts and database schemas, and code templates.
var generatedForms = [][]string{
	{"field"},
	{"the", "field"},
	{"enum", "field"},
	{"map", "field"},
	{"array", "field"},
	{"nested", "field"},
	{"column"},
	{"property"},
	{"details", "of"},
	{"details", "for"},
	{"list", "of"},
	{"array", "of"},
	{"collection", "of"},
	{"map", "of"},
	{"nested", "object", "of"},
	{"nested", "object"},
	{"object"},
	{"object", "for"},
	{"schema", "for"},
	{"schema", "of"},
	{"auto", "generated"},
	{"autogenerated"},
	{"automatically", "generated"},
	{"gets", "or", "sets"},
	{"gets", "or", "sets", "the"},
	{"getter", "for"},
	{"setter", "for"},
	{"deprecated", "field"},
}

// isGenerated reports whether a text is a form followed by nothing but names.
func isGenerated(text []string, names wordSet) bool {
	for _, form := range generatedForms {
		if len(text) >= len(form) && slices.Equal(text[:len(form)], form) && holdsAll(text[len(form):], names, generatedRest) {
			return true
		}
	}
	return false
}

// generatedRest may follow a form beside the names.
var generatedRest = setOf("the a field record object type message")
