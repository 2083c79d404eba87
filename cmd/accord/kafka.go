package main

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// kafkaFlags say how a Kafka cluster is reached.
type kafkaFlags struct {
	// brokers is a list of HOST:PORT, "" for no cluster or that of the file.
	brokers string
	// config is a file of client properties, as Kafka's own tools take it.
	config string
}

func (k *kafkaFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&k.brokers, "kafka", "", "Kafka cluster: `HOST:PORT` of a broker, several with commas")
	cmd.Flags().StringVar(&k.config, "kafka-config", "", "`FILE` of client properties, as Kafka's own tools take them")
}

// given reports whether a cluster is named.
func (k *kafkaFlags) given() bool { return k.brokers != "" || k.config != "" }

// clientID names Accord to brokers.
const clientID = "accord"

// options are what a client of the cluster is made with, and the properties of
// the file that mean nothing here.
func (k *kafkaFlags) options() (opts []kgo.Opt, unused []string, err error) {
	props := properties{}
	if k.config != "" {
		text, err := os.ReadFile(k.config)
		if err != nil {
			return nil, nil, unable("name a file with --kafka-config FILE", "%w", err)
		}
		if props, err = parseProperties(string(text)); err != nil {
			return nil, nil, unable("write lines of KEY=VALUE, as Kafka's own tools take them", "%s: %w", k.config, err)
		}
	}
	brokers := k.brokers
	if fromFile := props.take("bootstrap.servers"); brokers == "" {
		brokers = fromFile
	}
	if brokers == "" {
		return nil, nil, misuse("name a broker with --kafka HOST:PORT", "no Kafka cluster is named")
	}
	opts = []kgo.Opt{kgo.SeedBrokers(splitList(brokers)...), kgo.ClientID(clientID)}
	security, err := props.security()
	if err != nil {
		return nil, nil, unable("mend --kafka-config "+k.config, "%w", err)
	}
	return append(opts, security...), slices.Sorted(maps.Keys(props)), nil
}

// splitList takes a list with commas apart.
func splitList(list string) []string {
	var out []string
	for part := range strings.SplitSeq(list, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// protocols are the values of security.protocol.
var protocols = []string{"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"}

// security reads security.protocol and what belongs to it.
func (p properties) security() ([]kgo.Opt, error) {
	var opts []kgo.Opt
	protocol := strings.ToUpper(p.take("security.protocol"))
	if protocol != "" && !slices.Contains(protocols, protocol) {
		return nil, fmt.Errorf("security.protocol=%s: use %s", protocol, strings.Join(protocols, ", "))
	}
	if strings.HasSuffix(protocol, "SSL") {
		config, err := p.tls()
		if err != nil {
			return nil, err
		}
		opts = append(opts, kgo.DialTLSConfig(config))
	}
	if strings.HasPrefix(protocol, "SASL_") {
		mechanism, err := p.sasl()
		if err != nil {
			return nil, err
		}
		opts = append(opts, kgo.SASL(mechanism))
	}
	return opts, nil
}

// tls reads certificates in PEM, under Kafka's names and librdkafka's: from
// files, or from the properties themselves (KIP-651).
func (p properties) tls() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	for _, key := range []string{"ssl.truststore.type", "ssl.keystore.type"} {
		if kind := p.take(key); kind != "" && !strings.EqualFold(kind, "PEM") {
			return nil, fmt.Errorf("%s=%s: only PEM is read; 'keytool -exportcert -rfc' writes it", key, kind)
		}
	}
	ca, err := p.pem("ssl.truststore.certificates", "ssl.truststore.location", "ssl.ca.location")
	if err != nil {
		return nil, err
	}
	if ca != nil {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(ca) {
			return nil, errors.New("the trust store holds no certificate in PEM: 'keytool -exportcert -rfc' writes it")
		}
	}
	store := p["ssl.keystore.location"] // holds both
	certificate, err := p.pem("ssl.keystore.certificate.chain", "ssl.certificate.location", "ssl.keystore.location")
	if err != nil || certificate == nil {
		return config, err
	}
	p["ssl.keystore.location"] = store
	key, err := p.pem("ssl.keystore.key", "ssl.key.location", "ssl.keystore.location")
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return nil, fmt.Errorf("read the client's certificate and key (keys with a password are not read): %w", err)
	}
	config.Certificates = []tls.Certificate{pair}
	return config, nil
}

// pem is the text that a property holds, or that lies in the file which the
// first of others names; nil for none.
func (p properties) pem(inline string, files ...string) ([]byte, error) {
	text := p.take(inline)
	name := ""
	for _, key := range files {
		name = cmp.Or(name, p.take(key))
	}
	switch {
	case text != "":
		return []byte(text), nil
	case name != "":
		return os.ReadFile(name)
	}
	return nil, nil
}

// jaas finds one option of sasl.jaas.config.
var jaas = regexp.MustCompile(`\b(username|password)\s*=\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')`)

// sasl reads name and password, under librdkafka's names or out of
// sasl.jaas.config.
func (p properties) sasl() (sasl.Mechanism, error) {
	said := map[string]string{}
	for _, m := range jaas.FindAllStringSubmatch(p.take("sasl.jaas.config"), -1) {
		said[m[1]] = escaped.ReplaceAllString(m[2][1:len(m[2])-1], "$1")
	}
	user, password := cmp.Or(p.take("sasl.username"), said["username"]), cmp.Or(p.take("sasl.password"), said["password"])
	mechanism := strings.ToUpper(cmp.Or(p.take("sasl.mechanism"), p.take("sasl.mechanisms")))
	switch {
	case !slices.Contains(mechanisms, mechanism):
		return nil, fmt.Errorf("sasl.mechanism=%s: use %s", mechanism, strings.Join(mechanisms, ", "))
	case user == "":
		return nil, fmt.Errorf("sasl.mechanism=%s needs sasl.username and sasl.password, or both in sasl.jaas.config", mechanism)
	}
	switch mechanism {
	case "SCRAM-SHA-256":
		return scram.Auth{User: user, Pass: password}.AsSha256Mechanism(), nil
	case "SCRAM-SHA-512":
		return scram.Auth{User: user, Pass: password}.AsSha512Mechanism(), nil
	default:
		return plain.Auth{User: user, Pass: password}.AsMechanism(), nil
	}
}

// mechanisms are those of SASL that are spoken.
var mechanisms = []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}

// escaped is a character that a backslash stands before.
var escaped = regexp.MustCompile(`\\(.)`)
