package main

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/tls"
	"crypto/x509"
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
		if props, err = parseProperties(text); err != nil {
			return nil, nil, unable("write lines of KEY=VALUE", "%s: %w", k.config, err)
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

// properties are those of a Java client that have not been taken yet.
type properties map[string]string

// parseProperties reads lines of KEY=VALUE or KEY: VALUE; # and ! begin a
// comment, and a line that ends in a backslash goes on in the next.
func parseProperties(text []byte) (properties, error) {
	out := properties{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	var line string
	for n := 1; lines.Scan(); n++ {
		line += strings.TrimLeft(lines.Text(), " \t\f")
		if head, goesOn := strings.CutSuffix(line, `\`); goesOn && !strings.HasSuffix(head, `\`) {
			line = head
			continue
		}
		if line != "" && line[0] != '#' && line[0] != '!' {
			i := strings.IndexAny(line, "=: ")
			if i < 1 {
				return nil, fmt.Errorf("line %d: %q is no property", n, line)
			}
			out[line[:i]] = strings.TrimSpace(strings.TrimLeft(line[i:], "=: "))
		}
		line = ""
	}
	return out, lines.Err()
}

// take returns a property and takes it out.
func (p properties) take(key string) string {
	value := p[key]
	delete(p, key)
	return value
}

// security reads security.protocol and what belongs to it.
func (p properties) security() ([]kgo.Opt, error) {
	var opts []kgo.Opt
	protocol := strings.ToUpper(p.take("security.protocol"))
	switch protocol {
	case "", "PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL":
	default:
		return nil, fmt.Errorf("security.protocol=%s: use PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL", protocol)
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

// tls reads certificates in PEM, under Kafka's names and librdkafka's.
func (p properties) tls() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	for _, key := range []string{"ssl.truststore.type", "ssl.keystore.type"} {
		if kind := p.take(key); kind != "" && kind != "PEM" {
			return nil, fmt.Errorf("%s=%s: only PEM is read; 'keytool -exportcert -rfc' writes it", key, kind)
		}
	}
	ca := cmp.Or(p.take("ssl.truststore.location"), p.take("ssl.ca.location"))
	if ca != "" {
		text, err := os.ReadFile(ca)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s holds no certificate in PEM", ca)
		}
	}
	store := p.take("ssl.keystore.location")
	certificate, key := cmp.Or(p.take("ssl.certificate.location"), store), cmp.Or(p.take("ssl.key.location"), store)
	if certificate != "" {
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// jaas finds one option of sasl.jaas.config.
var jaas = regexp.MustCompile(`(username|password)\s*=\s*"((?:[^"\\]|\\.)*)"`)

// sasl reads name and password, under librdkafka's names or out of
// sasl.jaas.config.
func (p properties) sasl() (sasl.Mechanism, error) {
	said := map[string]string{}
	for _, m := range jaas.FindAllStringSubmatch(p.take("sasl.jaas.config"), -1) {
		said[m[1]] = strings.ReplaceAll(strings.ReplaceAll(m[2], `\"`, `"`), `\\`, `\`)
	}
	user, password := cmp.Or(p.take("sasl.username"), said["username"]), cmp.Or(p.take("sasl.password"), said["password"])
	mechanism := strings.ToUpper(p.take("sasl.mechanism"))
	if user == "" {
		return nil, fmt.Errorf("sasl.mechanism=%s needs sasl.username and sasl.password, or both in sasl.jaas.config", mechanism)
	}
	switch mechanism {
	case "PLAIN":
		return plain.Auth{User: user, Pass: password}.AsMechanism(), nil
	case "SCRAM-SHA-256":
		return scram.Auth{User: user, Pass: password}.AsSha256Mechanism(), nil
	case "SCRAM-SHA-512":
		return scram.Auth{User: user, Pass: password}.AsSha512Mechanism(), nil
	}
	return nil, fmt.Errorf("sasl.mechanism=%s: use PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512", mechanism)
}
