package connectscan

import (
	"fmt"
	"regexp"
	"strings"
)

// chain are the transforms (SMTs) of a connector, in the order in which they
// see a record: before it is written to Kafka, or after it was read.
type chain []transform

// transform is one of a chain.
type transform struct {
	alias, class string
	cfg          config // with the transform's own keys
	// only says for which topics it is applied; nil is all, and not known if
	// undecided.
	only      func(topic string) bool
	undecided bool
}

// transforms reads the chain of a connector's configuration.
func transforms(cfg config) chain {
	var c chain
	for _, alias := range cfg.list("transforms") {
		prefix := "transforms." + alias + "."
		t := transform{alias: alias, class: cfg[prefix+"type"], cfg: make(config)}
		for key, value := range cfg {
			if own, ok := strings.CutPrefix(key, prefix); ok {
				t.cfg[own] = value
			}
		}
		if predicate := t.cfg["predicate"]; predicate != "" {
			t.only, t.undecided = predicateOn(cfg, predicate, t.cfg["negate"] == "true")
		}
		c = append(c, t)
	}
	return c
}

// predicateOn reads a predicate on the name of the topic; one on the record
// leaves undecided whether a transform is applied.
func predicateOn(cfg config, name string, negate bool) (only func(string) bool, undecided bool) {
	prefix := "predicates." + name + "."
	if !strings.HasSuffix(cfg[prefix+"type"], ".TopicNameMatches") {
		return nil, true
	}
	pattern, err := whole(cfg[prefix+"pattern"])
	if err != nil {
		return nil, true
	}
	return func(topic string) bool { return pattern.MatchString(topic) != negate }, false
}

// whole compiles one of Java's patterns that has to match all of a name. Java
// knows more than RE2; such a pattern is an error.
func whole(pattern string) (*regexp.Regexp, error) {
	return regexp.Compile(`^(?:` + pattern + `)$`)
}

// The transforms that change the name of a record's topic by its name alone,
// and the keys of their pattern and replacement.
var routers = map[string][2]string{
	"org.apache.kafka.connect.transforms.RegexRouter":        {"regex", "replacement"},
	"io.debezium.transforms.ByLogicalTableRouter":            {"topic.regex", "topic.replacement"},
	"io.confluent.connect.cloud.transforms.TopicRegexRouter": {"topic.regex", "topic.replacement"},
}

// recordRouters are those that look into the record, so that only the topics
// really used tell where it went.
var recordRouters = regexp.MustCompile(`(\.EventRouter|\.MongoEventRouter|\.ExtractTopic(\$(Key|Value|Header))?|\.TimestampRouter|\.MessageTimestampRouter|\.TopicRouter)$`)

// routes reports whether any of the chain changes names of topics.
func (c chain) routes() bool {
	for _, t := range c {
		if _, ok := routers[t.class]; ok || recordRouters.MatchString(t.class) {
			return true
		}
	}
	return false
}

// route returns the name that a topic has after the chain, and false if the
// configuration alone does not decide it.
func (c chain) route(topic string) (string, bool) {
	for _, t := range c {
		keys, isRouter := routers[t.class]
		if recordRouters.MatchString(t.class) {
			return topic, false
		}
		if !isRouter || t.only != nil && !t.only(topic) {
			continue
		}
		pattern, err := whole(t.cfg[keys[0]])
		if err != nil || t.undecided {
			return topic, false
		}
		if pattern.MatchString(topic) {
			topic = pattern.ReplaceAllString(topic, replacement(t.cfg[keys[1]]))
		}
	}
	return topic, true
}

var group = regexp.MustCompile(`\\(.)|\$(\d|\{\w+\})|\$`)

// replacement turns one of Java's, "$1-x" and "\$", into one of Go's.
func replacement(java string) string {
	return group.ReplaceAllStringFunc(java, func(s string) string {
		switch {
		case s == `\$`, s == "$":
			return "$$"
		case s[0] == '\\':
			return s[1:]
		case s[1] == '{':
			return s
		}
		return "${" + s[1:] + "}"
	})
}

// notes are sentences on transforms that leave something open.
func (c chain) notes() []string {
	var notes []string
	for _, t := range c {
		_, isRouter := routers[t.class]
		_, isShaper := shapers[kind(t.class)]
		switch {
		case recordRouters.MatchString(t.class):
			notes = append(notes, fmt.Sprintf("the transform %s names topics by what is in the record", t.alias))
		case isRouter && t.undecided:
			notes = append(notes, fmt.Sprintf("the transform %s names topics if a predicate on the record holds", t.alias))
		case !isShaper:
			notes = append(notes, fmt.Sprintf("what the transform %s (%s) does to fields is not known", t.alias, t.class))
		}
	}
	return notes
}
