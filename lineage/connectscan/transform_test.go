package connectscan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const apache = "org.apache.kafka.connect.transforms."

// written reads a configuration as a properties file has it.
func written(lines ...string) config {
	cfg := make(config)
	for _, line := range lines {
		key, value, _ := strings.Cut(line, "=")
		cfg[key] = value
	}
	return cfg
}

func TestRoute(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		config config
		topic  string
		want   string // "" is not decided
	}{
		{"none", config{}, "orders", "orders"},
		{"regex", written("transforms=r", "transforms.r.type="+apache+"RegexRouter", `transforms.r.regex=([^.]+)\.([^.]+)\.([^.]+)`, "transforms.r.replacement=$3"), "shop.public.orders", "orders"},
		{"regex of the whole name", written("transforms=r", "transforms.r.type="+apache+"RegexRouter", "transforms.r.regex=order", "transforms.r.replacement=x"), "orders", "orders"},
		{"two in a row", written("transforms=a, b", "transforms.a.type="+apache+"RegexRouter", "transforms.a.regex=(.*)", "transforms.a.replacement=dev-$1",
			"transforms.b.type=io.debezium.transforms.ByLogicalTableRouter", "transforms.b.topic.regex=(.*)_\\d+", "transforms.b.topic.replacement=$1"), "orders_7", "dev-orders"},
		{"named group and dollar", written("transforms=r", "transforms.r.type="+apache+"RegexRouter", `transforms.r.regex=(?<all>.*)`, `transforms.r.replacement=\$${all}\.x`), "orders", "$orders.x"},
		{"Java alone knows the pattern", written("transforms=r", "transforms.r.type="+apache+"RegexRouter", "transforms.r.regex=(?!x).*", "transforms.r.replacement=y"), "orders", ""},
		{"by the record", written("transforms=o", "transforms.o.type=io.debezium.transforms.outbox.EventRouter"), "shop.outbox", ""},
		{"by the time", written("transforms=t", "transforms.t.type="+apache+"TimestampRouter"), "orders", ""},
		{"predicate on the topic holds", written("transforms=r", "transforms.r.type="+apache+"RegexRouter", "transforms.r.regex=(.*)", "transforms.r.replacement=x-$1", "transforms.r.predicate=p",
			"predicates=p", "predicates.p.type="+apache+"predicates.TopicNameMatches", "predicates.p.pattern=ord.*"), "orders", "x-orders"},
		{"predicate on the topic does not", written("transforms=r", "transforms.r.type="+apache+"RegexRouter", "transforms.r.regex=(.*)", "transforms.r.replacement=x-$1", "transforms.r.predicate=p", "transforms.r.negate=true",
			"predicates=p", "predicates.p.type="+apache+"predicates.TopicNameMatches", "predicates.p.pattern=ord.*"), "orders", "orders"},
		{"predicate on the record", written("transforms=r", "transforms.r.type="+apache+"RegexRouter", "transforms.r.regex=(.*)", "transforms.r.replacement=x-$1", "transforms.r.predicate=p",
			"predicates=p", "predicates.p.type="+apache+"predicates.RecordIsTombstone"), "orders", ""},
	} {
		got, sure := transforms(tt.config).route(tt.topic)
		if !sure {
			got = ""
		}
		if got != tt.want {
			t.Errorf("%s: %s is routed to %q, want %q", tt.name, tt.topic, got, tt.want)
		}
	}
}

// chainOf makes a chain of transforms, each a class and its configuration.
func chainOf(steps ...string) chain {
	cfg := config{}
	var aliases []string
	for i, step := range steps {
		alias := fmt.Sprint("t", i)
		aliases = append(aliases, alias)
		class, keys, _ := strings.Cut(step, " ")
		if !strings.Contains(class, ".") {
			class = apache + class
		}
		cfg["transforms."+alias+".type"] = class
		for key := range strings.FieldsSeq(keys) {
			name, value, _ := strings.Cut(key, "=")
			cfg["transforms."+alias+"."+name] = value
		}
	}
	cfg["transforms"] = strings.Join(aliases, ",")
	cfg["predicates.record.type"] = apache + "predicates.RecordIsTombstone"
	cfg["predicates.orders.type"] = apache + "predicates.TopicNameMatches"
	cfg["predicates.orders.pattern"] = "orders"
	return transforms(cfg)
}

// what is said of a field that was followed; "" if it ends.
func said(f field, ok bool) string {
	switch {
	case !ok:
		return ""
	case f.Masking:
		return f.path + " masked"
	case f.Subtype != "IDENTITY":
		return f.path + " transformed"
	}
	return f.path
}

func TestForth(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		steps []string
		want  map[string]string // from before the chain to after it
	}{
		{nil, map[string]string{"id": "id", "address.city": "address.city"}},
		{[]string{"ReplaceField$Value exclude=secret renames=id:order_id,lines:items"}, map[string]string{
			"id": "order_id", "lines[].sku": "items[].sku", "secret.word": "", "amount": "amount",
		}},
		{[]string{"ReplaceField$Value whitelist=id"}, map[string]string{"id": "id", "amount": ""}},
		{[]string{"ReplaceField$Key exclude=id"}, map[string]string{"id": "id"}},
		{[]string{"MaskField$Value fields=email,phone"}, map[string]string{"email": "email masked", "id": "id"}},
		{[]string{"ExtractField$Value field=order"}, map[string]string{"order.id": "id", "order": "", "other": ""}},
		{[]string{"HoistField$Value field=row"}, map[string]string{"id": "row.id", "lines[].sku": "row.lines[].sku"}},
		{[]string{"Flatten$Value delimiter=_"}, map[string]string{"a.b.c": "a_b_c", "a.lines[].sku": "a_lines[].sku"}},
		{[]string{"Flatten$Value"}, map[string]string{"a.b": "a.b"}},
		{[]string{"Cast$Value spec=id:string"}, map[string]string{"id": "id transformed", "n": "n"}},
		{[]string{"Cast$Value spec=string"}, map[string]string{"n": "n transformed"}},
		{[]string{"TimestampConverter$Value field=at target.type=string"}, map[string]string{"at": "at transformed", "n": "n"}},
		{[]string{"InsertField$Value topic.field=t", "Filter", "InsertHeader header=h", "SetSchemaMetadata$Value", "RegexRouter regex=a replacement=b"}, map[string]string{"id": "id"}},
		{[]string{"HeaderFrom$Value fields=trace headers=t operation=move"}, map[string]string{"trace": "", "id": "id"}},
		{[]string{"io.debezium.transforms.ExtractNewRecordState"}, map[string]string{"after.id": "id", "before.id": "", "op": "", "after": ""}},
		{[]string{"com.acme.Scramble$Value"}, map[string]string{"id": ""}},
		{[]string{"MaskField$Value fields=email", "ReplaceField$Value renames=email:mail"}, map[string]string{"email": "mail masked"}},
		// For some records only.
		{[]string{"MaskField$Value fields=email predicate=record"}, map[string]string{"email": "email transformed"}},
		{[]string{"ReplaceField$Value exclude=email renames=id:order predicate=record"}, map[string]string{"email": "email", "id": "", "n": "n"}},
		// For some topics only.
		{[]string{"MaskField$Value fields=email predicate=orders"}, map[string]string{"email": "email masked"}},
		{[]string{"MaskField$Value fields=email predicate=orders negate=true"}, map[string]string{"email": "email"}},
		{[]string{"RegexRouter regex=orders replacement=x", "MaskField$Value fields=email predicate=orders"}, map[string]string{"email": "email"}},
	} {
		for path, want := range tt.want {
			if got := said(chainOf(tt.steps...).on("orders").forth(path)); got != want {
				t.Errorf("%q: %s becomes %q, want %q", tt.steps, path, got, want)
			}
		}
	}
}

func TestBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		steps []string
		want  map[string]string // from after the chain to before it
	}{
		{[]string{"ReplaceField$Value exclude=secret renames=id:order_id"}, map[string]string{"order_id": "id", "id": "", "secret": "", "n": "n"}},
		{[]string{"ExtractField$Value field=order"}, map[string]string{"id": "order.id", "": "order", "[].x": "order[].x"}},
		{[]string{"HoistField$Value field=row"}, map[string]string{"row.id": "id", "x": ""}},
		{[]string{"Flatten$Value delimiter=_"}, map[string]string{"a_b": "", "id": "id"}},
		{[]string{"InsertField$Value static.field=source!"}, map[string]string{"source": "", "id": "id"}},
		{[]string{"io.debezium.transforms.ExtractNewRecordState add.fields=op,source.ts_ms:at"}, map[string]string{
			"id": "after.id", "__op": "", "__at": "", "__deleted": "", "__own": "after.__own",
		}},
		{[]string{"io.debezium.transforms.ExtractNewRecordState", "MaskField$Value fields=email", "ReplaceField$Value renames=email:mail"}, map[string]string{"mail": "after.email masked"}},
	} {
		for path, want := range tt.want {
			if got := said(chainOf(tt.steps...).back(path)); got != want {
				t.Errorf("%q: %s was %q, want %q", tt.steps, path, got, want)
			}
		}
	}
}

// Where both ways are known, a field that went forth comes back.
func TestForthAndBack(t *testing.T) {
	t.Parallel()
	for _, steps := range [][]string{
		nil,
		{"ReplaceField$Value exclude=x renames=id:key"},
		{"HoistField$Value field=row", "Flatten$Value"},
		{"HoistField$Value field=a", "ExtractField$Value field=a"},
		{"io.debezium.transforms.ExtractNewRecordState", "InsertField$Value static.field=s", "MaskField$Value fields=id"},
	} {
		c := chainOf(steps...)
		for _, path := range []string{"id", "after.id", "after.a.b", "lines[].sku", "x"} {
			forth, ok := c.forth(path)
			if !ok {
				continue
			}
			if back, ok := c.back(forth.path); !ok || back.path != path {
				t.Errorf("%q: %s became %s, which was %q", steps, path, forth.path, back.path)
			}
		}
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	got := chainOf("io.debezium.transforms.outbox.EventRouter", "com.acme.Scramble", "RegexRouter regex=a replacement=b predicate=record", "MaskField$Value fields=a").notes()
	want := []string{
		"the transform t0 names topics by what is in the record",
		"what the transform t1 (com.acme.Scramble) does to fields is not known",
		"the transform t2 names topics if a predicate on the record holds",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

// Patterns, replacements and paths come from configurations and schemas.
func FuzzChain(f *testing.F) {
	f.Add("(.*)", "$1", "orders", "a.b[].c")
	f.Add(`([^.]+)\.(.*)`, `\$${x}$9$`, "a.b", "")
	f.Add("(", "\\", "", "[")
	f.Fuzz(func(t *testing.T, regex, replacement, topic, path string) {
		cfg := written("transforms=r,f,m,e,h,x", "transforms.r.type="+apache+"RegexRouter", "transforms.f.type="+apache+"Flatten$Value",
			"transforms.m.type="+apache+"ReplaceField$Value", "transforms.e.type="+apache+"HoistField$Value", "transforms.e.field=row",
			"transforms.h.type="+apache+"HeaderFrom$Value", "transforms.x.type=io.debezium.transforms.ExtractNewRecordState")
		cfg["transforms.r.regex"], cfg["transforms.r.replacement"], cfg["transforms.f.delimiter"], cfg["transforms.m.renames"] = regex, replacement, replacement, replacement
		c := transforms(cfg)
		c.route(topic)
		c.on(topic).forth(path)
		c.back(path)
	})
}
