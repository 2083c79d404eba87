package docs

// Words that carry no meaning of their own.
var (
	// stopWords are what holds a sentence together.
	stopWords = setOf(`a an the this that these those its it their of for to in on at by with from and or as is are was
		were be been will if which`)
	// fillers describe nothing once the names are known.
	fillers = setOf(`field value data attribute property column element object record entry item message type kind
		unique primary key id number string text int uint integer 32 64 bytes null long double float boolean bool flag enum array list map
		given specified current associated related corresponding respective actual represents contains holds stores
		indicates denotes describes gives specifies defines sets gets returns has name named called info information`)
	// typeWords name types, as branches of a union are named.
	typeWords = setOf(`value string text int uint integer long double float bytes null bool boolean number enum array list
		map struct object 32 64`)
	// idFillers say that something identifies, and not what.
	idFillers = setOf(`id uuid guid ulid key unique primary number globally universally surrogate technical internal
		string value field record row object entity this assigned generated auto automatically`)
)

// placeholders are whole texts, punctuation aside, that promise words later or
// never.
var placeholders = set("todo", "to do", "tbd", "tbc", "fixme", "xxx", "n a", "na", "none", "null", "nil", "unknown", "undefined",
	"description", "desc", "descr", "doc", "docs", "documentation", "comment", "placeholder", "no description",
	"no doc", "no docs", "no documentation", "no comment", "missing", "missing description", "missing documentation",
	"to be defined", "to be determined", "to be documented", "to be described", "to be done", "to be added",
	"to be completed", "to be filled", "to be filled in", "add description", "add description here", "add a description",
	"add documentation", "description here", "insert description here", "your description here", "some description",
	"description goes here", "description tbd", "description todo", "not documented", "undocumented", "not available",
	"not applicable", "not described", "see name", "see above", "see below", "same as above", "as above", "self explanatory",
	"self explaining", "what it says", "as the name says", "as the name suggests", "test", "testing", "foo", "bar", "foobar",
	"foo bar", "blah", "asdf", "abc", "lorem ipsum", "sample", "example", "dummy", "string", "text", "empty", "blank",
	"my field", "a field", "some field", "sample documentation")

// promises begin a text that was never finished. They count when written in
// capitals or set off by punctuation: "Todo items of the user" is a sentence.
var promises = []string{"todo", "tbd", "tbc", "fixme", "xxx", "placeholder"}

// unitNames are fields that say how the numbers beside them are measured.
var unitNames = set("currency", "unit", "units", "uom", "timezone", "tz", "zone")

// Names of numbers that mean nothing without a unit. The last word of a name
// decides, or the one before a closing preposition.
var (
	moneyNames = setOf(`amount price cost fee total subtotal balance salary revenue tax discount payment charge wage income
		bonus premium deposit credit debit refund`)
	momentNames = setOf(`timestamp time epoch date datetime at instant`)
	spanNames   = setOf(`duration latency timeout delay interval elapsed age ttl period uptime downtime`)
	sizeNames   = setOf(`size length width height depth weight mass distance speed velocity altitude elevation
		temperature pressure humidity voltage power energy current bandwidth area radius angle bearing heading
		capacity volume memory mileage`)
)

// Words in a name or a text that give the unit.
var (
	timeUnits = set("ns", "nano", "nanos", "nanosecond", "nanoseconds", "us", "µs", "micro", "micros", "microsecond", "microseconds",
		"ms", "msec", "millis", "milli", "millisecond", "milliseconds", "s", "sec", "secs", "second", "seconds", "min", "mins", "minute",
		"minutes", "h", "hr", "hrs", "hour", "hours", "day", "days", "week", "weeks", "month", "months", "year", "years")
	zoneWords = set("utc", "gmt", "zulu", "z", "offset", "timezone", "zone", "tz", "local", "cet", "est", "pst", "rfc", "iso", "8601", "3339",
		"unix", "epoch", "midnight", "calendar", "yyyy", "yy", "hh", "mm", "dd")
	moneyUnits = set("currency", "currencies", "cent", "cents", "dollar", "dollars", "euro", "euros", "pound", "pounds", "yen", "usd", "eur",
		"gbp", "jpy", "chf", "cny", "inr", "aud", "cad", "sek", "nok", "dkk", "pln", "brl", "minor", "major", "micros", "units", "unit",
		"percent", "percentage", "points", "fraction", "ratio", "pence", "pennies")
	sizeUnits = set("unit", "units", "bytes", "byte", "b", "bits", "bit", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib", "kilobytes", "megabytes",
		"gigabytes", "mm", "cm", "m", "km", "millimeter", "millimeters", "millimetres", "centimeters", "centimetres", "meter", "meters", "metre",
		"metres", "kilometers", "kilometres", "inch", "inches", "ft", "feet", "foot", "yd", "yards", "mile", "miles", "g", "gram", "grams", "kg",
		"kilogram", "kilograms", "lb", "lbs", "pounds", "oz", "ounces", "ton", "tons", "tonnes", "celsius", "fahrenheit", "kelvin", "c", "f",
		"degree", "degrees", "radian", "radians", "percent", "percentage", "pct", "ratio", "fraction", "pa", "pascal", "pascals", "hpa", "kpa", "bar",
		"psi", "mbar", "v", "volt", "volts", "mv", "w", "kw", "watt", "watts", "wh", "kwh", "joule", "joules", "a", "amp", "amps", "ampere", "amperes",
		"mph", "kmh", "kph", "knots", "liter", "liters", "litre", "litres", "l", "ml", "gallons", "pixel", "pixels", "px", "characters", "chars",
		"runes", "elements", "items", "entries", "records", "rows", "pages", "points", "count", "number", "many", "hectares", "acres", "bps",
		"page", "batch", "pool", "group", "kbps", "mbps", "gbps", "cores", "tokens", "messages", "seats", "people", "persons")
)

// nullWords are how people say what no value means.
var nullWords = set("null", "none", "nil", "absent", "absence", "missing", "unset", "unknown", "optional", "optionally", "omitted", "omit",
	"empty", "blank", "if", "when", "unless", "until", "only", "not", "without", "never", "no", "yet", "default", "defaults", "otherwise",
	"once", "applicable")

// replacementWords are how people say what to use instead.
var replacementWords = set("use", "used", "instead", "replaced", "replacement", "replaces", "superseded", "supersedes", "see", "prefer",
	"favor", "favour", "migrate", "moved", "renamed", "removed", "removal", "unused", "ignored", "successor", "alternative")

// standardWords say that a list of symbols is kept elsewhere.
var standardWords = set("iso", "rfc", "iana", "ietf", "unece", "icao", "iata", "itu", "w3c", "bcp", "http", "https")

// set is a set of words as they are.
func set(ws ...string) map[string]bool {
	s := make(map[string]bool, len(ws))
	for _, w := range ws {
		s[w] = true
	}
	return s
}
