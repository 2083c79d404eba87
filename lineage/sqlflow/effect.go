package sqlflow

// effect is what is done with a value on its way into another. The zero effect
// does nothing to it.
type effect struct {
	subtype Subtype
	masking bool
}

// strength orders the direct subtypes: what is done with a value in several
// steps is what the strongest does.
var strength = map[Subtype]int{"": 0, Identity: 0, Transformation: 1, Aggregation: 2}

// after is the effect of inner followed by this one. What is used indirectly
// stays indirect, and the last use names it.
func (e effect) after(inner effect) effect {
	out := effect{e.subtype, e.masking || inner.masking}
	switch {
	case !e.direct():
	case !inner.direct():
		out.subtype = inner.subtype
	case strength[inner.subtype] > strength[e.subtype]:
		out.subtype = inner.subtype
	}
	if out.subtype == "" {
		out.subtype = Identity
	}
	if !out.direct() {
		out.masking = false // what decides about a value is not in it
	}
	return out
}

func (e effect) direct() bool { return e.subtype == "" || e.subtype.direct() }

// functionEffect says what a function does with its arguments, by its name in
// lower case.
func functionEffect(name string) effect {
	e := effect{Transformation, masking[name]}
	switch {
	case aggregates[name]:
		e.subtype = Aggregation
	case choices[name]:
		e.subtype = Identity
	}
	return e
}

// aggregates make one value of many.
var aggregates = set("sum", "avg", "mean", "min", "max", "count", "count_if", "countif", "count_distinct", "approx_count_distinct",
	"any_value", "first", "last", "first_value", "last_value", "nth_value", "arbitrary", "min_by", "max_by", "argmin", "argmax",
	"array_agg", "collect", "collect_list", "collect_set", "listagg", "string_agg", "group_concat", "json_arrayagg", "json_objectagg",
	"json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg", "map_agg", "histogram", "bool_and", "bool_or", "every", "some",
	"bit_and", "bit_or", "bit_xor", "stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp", "covar_pop", "covar_samp",
	"corr", "regr_slope", "regr_intercept", "median", "mode", "percentile", "percentile_cont", "percentile_disc", "percentile_approx",
	"approx_percentile", "skewness", "kurtosis", "grouping", "grouping_id", "topk", "topkdistinct", "latest_by_offset",
	"earliest_by_offset", "sum_if", "product", "xmlagg", "hll_count", "hll_sketch_agg", "max_by_offset")

// masking functions give a value that no longer tells the one it was made
// from. The list follows OpenLineage's Spark integration: hashes and counts.
var masking = set("md5", "sha", "sha1", "sha2", "sha224", "sha256", "sha384", "sha512", "hash", "xxhash64", "crc32", "murmur_hash",
	"farm_fingerprint", "digest", "hmac", "standard_hash", "hashbytes", "fnv_hash", "siphash", "aes_encrypt", "encrypt", "mask",
	"mask_left", "mask_right", "mask_keep_left", "mask_keep_right", "mask_first_n", "mask_last_n", "mask_show_first_n",
	"mask_show_last_n", "mask_hash", "count", "count_if", "countif", "count_distinct", "approx_count_distinct", "hll_count",
	"bucketby", "width_bucket", "ntile")

// choices give one of their arguments as it is.
var choices = set("if", "iif", "iff", "coalesce", "ifnull", "nvl", "nvl2", "nullif", "decode", "as_value")

// decide moves the arguments of a choice that only decide to where conditions
// are.
func decide(name string, e *expression) {
	if !choices[name] {
		return
	}
	var values []*expression
	for i, argument := range e.operands {
		if decides(name, i, len(e.operands)) {
			e.deciding = append(e.deciding, argument)
		} else {
			values = append(values, argument)
		}
	}
	e.operands = values
}

// decides says whether argument i of n only decides which other is given.
func decides(name string, i, n int) bool {
	switch name {
	case "if", "iif", "iff", "nvl2":
		return i == 0
	case "nullif":
		return i == 1
	case "decode": // decode(x, search, result, ..., default)
		return i == 0 || i%2 == 1 && i != n-1
	}
	return false
}
