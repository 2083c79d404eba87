package contracts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// breaks judges what a change takes from what the contract promised before, at
// whatever compatibility level (design, section 4).
func (j *judge) breaks() {
	b, c := j.Before, j.Contract
	if b == nil {
		return
	}
	if b.ID != c.ID && b.ID != "" {
		j.broken(j.inContract(finding.Finding{
			Code: codeRenamed, Message: fmt.Sprintf("the contract of %s was %s and is %s", j.Subject, b.ID, c.ID),
			Hint: "keep the id, which names the contract for ever" + orMajor,
		}, "id"))
	}
	if j.changedSchema() && j.Previous.Format() != j.Schema.Format() {
		j.broken(j.inSchema(finding.Finding{
			Code: codeFormat, Message: fmt.Sprintf("the schema was %s and is %s: no reader of before can read it", j.Previous.Format(), j.Schema.Format()),
			Hint: "keep the language" + orMajor,
		}, nil))
	}
	judged := map[*schema.Field]bool{}
	for _, f := range b.Fields {
		if !f.Property.Required {
			continue
		}
		for _, old := range j.old.find(f.Path) {
			if !judged[old] {
				judged[old] = true
				j.required(f, old)
			}
		}
	}
	j.untagged()
	for _, f := range b.Fields {
		j.fieldTerms(f)
	}
}

// trail finds what became of the elements of a schema.
type trail struct {
	// moved are new paths by old ones.
	moved map[string]string
	// at are the edits by path: the new one, or the old one of what is gone.
	at map[string][]compat.Edit
	// lost are the symbols that are gone, by the loose path of their enum.
	lost map[string][]compat.Edit
	// alike are fields that came, by what makes two fields one for a person:
	// place, type and documentation. A field that is not alone is "".
	alike map[string]string
}

func trailOf(edits []compat.Edit, old, next *elements) trail {
	t := trail{moved: map[string]string{}, at: map[string][]compat.Edit{}, lost: map[string][]compat.Edit{}, alike: map[string]string{}}
	gone := map[string]int{}
	for _, e := range edits {
		if enum, _, ok := strings.Cut(e.Path, "#"); ok && e.Element == schema.KindSymbol {
			if e.Kind == compat.EditRemoved {
				t.lost[loosely(enum)] = append(t.lost[loosely(enum)], e)
			}
			continue
		}
		if e.OldPath != "" && e.Element == schema.KindField {
			t.moved[e.OldPath] = e.Path
		}
		for _, path := range append([]string{e.Path}, e.Also...) {
			if e.Element == schema.KindField {
				t.at[path] = append(t.at[path], e)
			}
		}
		switch e.Kind {
		case compat.EditRemoved:
			gone[likeness(old.field(e.Path))]++
		case compat.EditAdded:
			if key := likeness(next.field(e.Path)); t.alike[key] == "" {
				t.alike[key] = e.Path
			} else {
				gone[key] += 2 // two came: which of them it is, is a guess
			}
		}
	}
	for key, n := range gone {
		if n > 1 {
			delete(t.alike, key)
		}
	}
	delete(t.alike, "")
	return t
}

// likeness is what a field shares with itself under another name; "" if it says
// too little of itself to be recognised.
func likeness(f *schema.Field) string {
	if f == nil || f.Doc == "" {
		return ""
	}
	return strings.TrimSuffix(f.Path, f.Name) + "\x00" + f.Type + "\x00" + strings.Join(strings.Fields(f.Doc), " ")
}

// now is the new path of an element: its own, or that of the closest element
// around it that moved and what follows.
func (t trail) now(path string) string {
	for head := path; head != ""; head = outward(head) {
		if to, moved := t.moved[head]; moved {
			return to + path[len(head):]
		}
	}
	return path
}

// outward is the path of what is one step around a field.
func outward(path string) string { return path[:max(0, strings.LastIndexAny(path, ".[{<"))] }

// required judges what became of a field that the contract marks required.
func (j *judge) required(f Field, old *schema.Field) {
	if j.toldAround(old.Path) {
		return
	}
	path := j.trail.now(old.Path)
	next := j.next.field(path)
	if next == nil {
		j.gone(f, old)
		return
	}
	if path != old.Path {
		j.renamed(f, old, next, "")
	}
	for _, e := range j.trail.at[path] {
		j.edited(f, old, next, e)
	}
	for _, e := range j.trail.lost[loosely(old.Path)] {
		j.brokenField(f, next, finding.Finding{
			Code: codeFieldNarrowed, Message: fmt.Sprintf("field %s, which the contract requires, does not hold %s any more", old.Path, symbolName(e)),
			Hint: "put the symbol back" + orMajor, Evidence: []string{"change: " + e.Message + ": " + symbolName(e)},
		})
	}
}

func symbolName(e compat.Edit) string {
	_, symbol, _ := strings.Cut(e.Path, "#")
	return symbol
}

// gone reports a required field that is not where it was.
func (j *judge) gone(f Field, old *schema.Field) {
	j.tell(codeFieldRemoved, old.Path)
	j.tell(codeFieldRemoved, f.Path)
	if twin := j.next.field(j.trail.alike[likeness(old)]); twin != nil {
		j.renamed(f, old, twin, "both have the type "+old.Type+" and the same documentation")
		return
	}
	b := finding.Finding{
		Code: codeFieldRemoved, Path: old.Path,
		Message:  fmt.Sprintf("field %s is gone, and the contract requires it", old.Path),
		Hint:     "put the field back" + orMajor,
		Evidence: []string{j.promise(f), "version before: " + old.Type + place(old)},
	}
	if now, listed := j.Contract.Field(f.Path); listed {
		j.broken(j.inContract(b, now.Property.Path+".required"))
		return
	}
	j.broken(j.inSchema(b, j.next.around(old.Path)))
}

func place(f *schema.Field) string {
	if f.Line == 0 {
		return ""
	}
	return fmt.Sprintf(" at %d:%d", f.Line, f.Column)
}

// promise says where a field was promised.
func (j *judge) promise(f Field) string {
	at := j.Before.Document.Position(f.Property.Path + ".required")
	return fmt.Sprintf("version %s of the contract requires it, line %d", j.Before.VersionText, at.Line)
}

func (j *judge) renamed(f Field, old, next *schema.Field, reason string) {
	b := finding.Finding{
		Code:    codeFieldRenamed,
		Message: fmt.Sprintf("field %s, which the contract requires, is %s now", old.Path, next.Path),
		Hint:    "keep the name and place: readers ask for them" + orMajor,
	}
	if reason != "" {
		b.Evidence = append(b.Evidence, reason)
	}
	j.tell(codeFieldRemoved, f.Path)
	j.brokenField(f, next, b)
}

// brokenField adds a break of a required field that the schema still has. A
// declaration that is used in several places is spoken of once.
func (j *judge) brokenField(f Field, next *schema.Field, b finding.Finding) {
	b.Path = next.Path
	b.Evidence = append(b.Evidence, j.promise(f))
	b = j.inSchema(b, next)
	key := declared{b.Code, b.File, next.Pointer, next.Position, change(b)}
	if i, known := j.declared[key]; known {
		j.out[i].Also = append(j.out[i].Also, b.Path)
		return
	}
	j.declared[key] = len(j.out)
	j.broken(b)
}

// declared is a break of a declaration in a schema.
type declared struct {
	code          finding.Code
	file, pointer string
	schema.Position
	change string
}

// change is what sets two breaks of one code and declaration apart.
func change(b finding.Finding) string { return b.Evidence[0] }

// edited judges one edit of a required field.
func (j *judge) edited(f Field, old, next *schema.Field, e compat.Edit) {
	b := finding.Finding{Evidence: []string{"change: " + e.Message}}
	switch e.Kind {
	case compat.EditNarrowed:
		b.Code, b.Hint = codeFieldNarrowed, "keep the type "+old.Type+orMajor
		b.Message = fmt.Sprintf("field %s, which the contract requires, holds less: %s", next.Path, e.Message)
	case compat.EditRetyped, compat.EditWidened:
		b.Code, b.Hint = codeFieldRetyped, "keep the type "+old.Type+", add a field of the new type beside it"+orMajor
		b.Message = fmt.Sprintf("field %s, which the contract requires, has a type that old readers misread: %s", next.Path, e.Message)
	case compat.EditRenumbered:
		b.Code, b.Hint = codeFieldRetyped, "keep the number "+e.Old+orMajor
		b.Message = fmt.Sprintf("field %s, which the contract requires, has another number, and old readers miss it: %s", next.Path, e.Message)
	case compat.EditOptional:
		if !j.presencePromised(old) {
			return
		}
		j.tell(codeFieldRelaxed, f.Path)
		b.Code, b.Hint = codeFieldRelaxed, "let it always have a value"+orMajor
		b.Message = fmt.Sprintf("field %s may be absent or null now, and the contract requires it", next.Path)
	case compat.EditRedocumented:
		j.remeant(next, e)
		return
	default:
		return
	}
	j.brokenField(f, next, b)
}

// remeant warns where the words about a required field are mostly others than
// before: its values may mean something else.
func (j *judge) remeant(next *schema.Field, e compat.Edit) {
	if !remeans(e) {
		return
	}
	j.add(j.inSchema(finding.Finding{
		Code: codeFieldRemeant, Severity: weaker(finding.Warning, j.before.breaks), Path: next.Path,
		Message:  fmt.Sprintf("the documentation of field %s, which the contract requires, says something else than before", next.Path),
		Hint:     "if its values mean something else now, give them a field of their own" + orMajor + j.announcement(),
		Evidence: []string{"before: " + abridged(e.Old), "now: " + abridged(e.New)},
	}, next))
}

// presencePromised reports whether a schema could say that a field always has a
// value, and said so: presence in Protobuf is no promise.
func (j *judge) presencePromised(old *schema.Field) bool {
	return j.old.format != schema.Protobuf || demanded(j.Previous, old)
}

// remeans reports whether most words of a field's documentation are gone.
func remeans(e compat.Edit) bool {
	was, is := strings.Fields(strings.ToLower(e.Old)), strings.Fields(strings.ToLower(e.New))
	kept := 0
	for _, word := range was {
		if slices.Contains(is, word) {
			kept++
		}
	}
	return 2*kept < len(was)
}

// untagged reports tags that the schema has lost.
func (j *judge) untagged() {
	for _, e := range j.edits {
		if e.Kind != compat.EditUntagged || j.told[told{codeTagRemoved, e.Path}] {
			continue
		}
		j.tell(codeTagRemoved, e.Path)
		f := finding.Finding{
			Code: codeTagRemoved, Path: e.Path, Also: e.Also,
			Message: fmt.Sprintf("%s is not tagged %s any more, and rules that act on the tag pass it by", called(e.Path), e.Old),
			Hint:    "put the tag back" + orMajor,
		}
		f = j.inSchema(f, nil)
		f.Line, f.Column = e.NewAt.Line, e.NewAt.Column
		if e.NewFile != "" {
			f.File = e.NewFile
		}
		j.broken(f)
	}
}

// tell notes that a path needs no other finding about the same.
func (j *judge) tell(what finding.Code, path string) { j.told[told{what, path}] = true }

// toldAround reports whether a path, or one that it leads through, is gone.
func (j *judge) toldAround(path string) bool {
	for path != "" {
		if j.told[told{codeFieldRemoved, path}] {
			return true
		}
		path = outward(path)
	}
	return false
}
