package registry

import (
	"maps"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxKeyText bounds each text of a key, in bytes: a wrapped key is a few
// hundred long, and all keys stay in memory.
const maxKeyText = 8 << 10

const maxKekName = 256 // characters

// secretProps are the KMS properties that are credentials. They are dropped
// before a key is stored: this server calls no KMS, and Confluent's, which
// does, leaves them out of answers, because a client that finds no credential
// takes the one of its surroundings.
var secretProps = map[string]bool{
	"token.id": true, "approle.secret.id": true, "ssl.keystore.password": true, // HashiCorp Vault
	"secret.access.key": true, // AWS
	"client.secret":     true, // Azure
	"private.key":       true, // Google
	"secret":            true, // local
}

// keyIDs say what key ids of the known KMS types look like (registry API 1.8).
// AWS has partitions beside "aws": aws-us-gov, aws-cn.
var keyIDs = map[string]*regexp.Regexp{
	"aws-kms":   regexp.MustCompile(`^arn:aws[a-z-]*:kms:.`),
	"azure-kms": regexp.MustCompile(`^https://.`),
	"gcp-kms":   regexp.MustCompile(`^projects/.`),
	"hcvault":   regexp.MustCompile(`^https?://.`),
}

// normalKmsType gives the types of the three clouds their one name, as in
// "AWS" for "aws-kms"; others stay as they are.
func normalKmsType(kmsType string) string {
	lower := strings.ToLower(kmsType)
	for _, cloud := range []string{"aws", "azure", "gcp"} {
		if strings.HasPrefix(lower, cloud) {
			return cloud + "-kms"
		}
	}
	return kmsType
}

// checkKmsKeyID refuses what cannot be a key of the KMS; of types that are not
// known, anything can.
func checkKmsKeyID(kmsType, id string) error {
	form, known := keyIDs[kmsType]
	if id == "" || len(id) > maxKeyText || known && !form.MatchString(id) {
		return invalidKey("kmsKeyId")
	}
	return nil
}

// storedProps are KMS properties as a key keeps them.
func storedProps(props map[string]string) map[string]string {
	kept := maps.Clone(props)
	maps.DeleteFunc(kept, func(name, _ string) bool { return secretProps[name] })
	return kept
}

func checkKmsProps(props map[string]string) error {
	size := 0
	for name, value := range props {
		size += len(name) + len(value)
	}
	if size > maxKeyText {
		return invalidKey("kmsProps")
	}
	return nil
}

// checkKekName wants a letter or "_", then letters, digits, "_" and "-".
func checkKekName(name string) error {
	for i, c := range name {
		inside := i > 0 && (unicode.IsDigit(c) || c == '-')
		if !unicode.IsLetter(c) && c != '_' && !inside {
			return invalidKey("name")
		}
	}
	if name == "" || utf8.RuneCountInString(name) > maxKekName {
		return invalidKey("name")
	}
	return nil
}
