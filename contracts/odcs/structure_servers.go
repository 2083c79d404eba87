package odcs

// serverKeys are what each type of server adds to the keys all have. Kafka has
// no key for the topic: that is the physicalName of the schema object.
var serverKeys = map[string][]field{
	"api":        {{"location", "text", required}},
	"athena":     {{"stagingDir", "text", required}, {"schema", "text", required}, {"catalog", "text", false}, {"regionName", "text", false}},
	"azure":      {{"location", "text", required}, {"format", "text", required}, {"delimiter", "text", false}},
	"bigquery":   {{"project", "text", required}, {"dataset", "text", required}},
	"clickhouse": {{"host", "text", required}, {"port", "integer", required}, {"database", "text", required}},
	"cloudsql":   {{"host", "text", required}, {"port", "integer", required}, {"database", "text", required}, {"schema", "text", required}},
	"custom": {
		{"account", "text", false}, {"catalog", "text", false}, {"database", "text", false}, {"dataset", "text", false},
		{"delimiter", "text", false}, {"endpointUrl", "text", false}, {"format", "text", false}, {"host", "text", false},
		{"location", "text", false}, {"path", "text", false}, {"port", "integer", false}, {"project", "text", false},
		{"region", "text", false}, {"regionName", "text", false}, {"schema", "text", false}, {"serviceName", "text", false},
		{"stagingDir", "text", false}, {"stream", "text", false}, {"warehouse", "text", false},
	},
	"databricks": {{"host", "text", false}, {"catalog", "text", required}, {"schema", "text", required}},
	"db2":        {{"host", "text", required}, {"port", "integer", required}, {"database", "text", required}, {"schema", "text", false}},
	"denodo":     {{"host", "text", required}, {"port", "integer", required}, {"database", "text", false}},
	"dremio":     {{"host", "text", required}, {"port", "integer", required}, {"schema", "text", false}},
	"duckdb":     {{"database", "text", required}, {"schema", "text", false}},
	"glue":       {{"account", "text", required}, {"database", "text", required}, {"location", "text", false}, {"format", "text", false}},
	"hive":       {{"host", "text", required}, {"port", "integer", false}, {"database", "text", required}},
	"impala":     {{"host", "text", required}, {"port", "integer", false}, {"database", "text", required}},
	"informix":   {{"host", "text", required}, {"port", "integer", false}, {"database", "text", required}},
	"kafka":      {{"host", "text", required}, {"format", "text", false}},
	"kinesis":    {{"region", "text", false}, {"format", "text", false}},
	"local":      {{"path", "text", required}, {"format", "text", required}},
	"mysql":      {{"host", "text", required}, {"port", "integer", required}, {"database", "text", required}},
	"oracle":     {{"host", "text", required}, {"port", "integer", required}, {"serviceName", "text", required}},
	"postgres":   postgresKeys,
	"postgresql": postgresKeys,
	"presto":     {{"host", "text", required}, {"catalog", "text", false}, {"schema", "text", false}},
	"pubsub":     {{"project", "text", required}},
	"redshift": {
		{"host", "text", false}, {"database", "text", required}, {"schema", "text", required}, {"region", "text", false},
		{"account", "text", false},
	},
	"s3":   {{"location", "text", required}, {"endpointUrl", "text", false}, {"format", "text", false}, {"delimiter", "text", false}},
	"sftp": {{"location", "sftpURL", required}, {"format", "text", false}, {"delimiter", "text", false}},
	"snowflake": {
		{"host", "text", false}, {"port", "integer", false}, {"account", "text", required}, {"database", "text", required},
		{"schema", "text", required}, {"warehouse", "text", false},
	},
	"sqlserver": {{"host", "text", required}, {"port", "integer", false}, {"database", "text", required}, {"schema", "text", required}},
	"synapse":   {{"host", "text", required}, {"port", "integer", required}, {"database", "text", required}},
	"trino":     {{"host", "text", required}, {"port", "integer", required}, {"catalog", "text", required}, {"schema", "text", required}},
	"vertica":   postgresKeys,
	"zen":       {{"host", "text", required}, {"port", "integer", false}, {"database", "text", required}},
}

var postgresKeys = []field{
	{"host", "text", required}, {"port", "integer", required}, {"database", "text", required}, {"schema", "text", required},
}
