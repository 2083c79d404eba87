package rules

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/accordhq/accord/schema/finding"
)

// dekAlgorithms are the values of encrypt.dek.algorithm (contracts reference
// 3.6).
var dekAlgorithms = []string{"AES128_GCM", "AES256_GCM", "AES256_SIV"}

// encryption checks the parameters of an encryption rule.
func (r *ruleCheck) encryption() {
	get := func(name string) string { return parameter(r.rule, r.metadata, "encrypt."+name) }
	say := func(severity finding.Severity, message, hint string) {
		r.report(finding.Finding{Code: codeEncrypt, Severity: severity, Message: message, Hint: hint})
	}
	switch kek := get("kek.name"); {
	case kek == "":
		say(finding.Error, "it names no key: no client can encrypt with it", `set the parameter encrypt.kek.name, for example "params": {"encrypt.kek.name": "orders"}`)
	case !validKEKName(kek):
		say(finding.Error, fmt.Sprintf("its key name %q is not allowed", kek), "use letters, digits, - and _")
	}
	if (get("kms.type") == "") != (get("kms.key.id") == "") {
		say(finding.Warning, "it has one of encrypt.kms.type and encrypt.kms.key.id: a key that does not exist yet cannot be made from it", "set both, or neither for a key that exists")
	}
	if algorithm := get("dek.algorithm"); algorithm != "" && !slices.Contains(dekAlgorithms, algorithm) {
		hint := "use AES128_GCM, AES256_GCM or AES256_SIV"
		if near := nearest(algorithm, dekAlgorithms); near != "" {
			hint = fmt.Sprintf("did you mean %s?", near)
		}
		say(finding.Error, fmt.Sprintf("its algorithm %q is none that clients know", algorithm), hint)
	}
	if days := get("dek.expiry.days"); days != "" {
		if n, err := strconv.Atoi(days); err != nil || n < 0 {
			say(finding.Error, fmt.Sprintf("encrypt.dek.expiry.days is %q and no number of days", days), "use a whole number, 0 or more")
		}
	}
	if r.rule.Kind == kindCondition {
		say(finding.Warning, "it encrypts, so it is a TRANSFORM; as a CONDITION its result is thrown away", `set "kind": "TRANSFORM"`)
	}
	if r.rule.Mode == "WRITE" {
		say(finding.Warning, "it encrypts when writing and never decrypts: readers get ciphertext", `set "mode": "WRITEREAD"`)
	}
}

func validKEKName(name string) bool {
	return !slices.ContainsFunc([]rune(name), func(r rune) bool { return r != '-' && !isWord(r) })
}

// encryptedFields reports fields that carry the rule's tags and cannot be
// encrypted.
func (r *ruleCheck) encryptedFields() {
	if len(r.rule.Tags) == 0 {
		r.report(finding.Finding{
			Code: codeTag, Severity: finding.Warning, Message: "it has no tags, so it encrypts every field of the message",
			Hint: "give it the tags of the fields to encrypt",
		})
		return
	}
	var failing, missed []string
	for _, e := range r.space.elements {
		if !selects(r.rule.Tags, e.tags) || e.shape.isNull() || e.shape.kind == leaf && slices.Contains([]string{"STRING", "BYTES"}, e.shape.typeName) {
			continue
		}
		name := fmt.Sprintf("%s (%s)", e.path, e.shape.typeName)
		if e.shape.kind == leaf && e.member.shape.kind != union {
			failing = append(failing, name)
		} else if e.shape.cel == nil || e.shape.typeName != "COMBINED" {
			missed = append(missed, name)
		}
	}
	if len(failing) > 0 {
		r.report(finding.Finding{
			Code: codeEncrypt, Severity: finding.Error, Message: "it cannot encrypt " + summary(failing) + ": every record would fail",
			Hint: "only strings and bytes can be encrypted: change the field's type, or take its tag away",
		})
	}
	if len(missed) > 0 {
		r.report(finding.Finding{
			Code: codeEncrypt, Severity: finding.Warning, Message: "its tags do not reach " + summary(missed) + ": the values stay in the clear",
			Hint: "only strings and bytes are encrypted; tag the fields inside a record one by one",
		})
	}
}
