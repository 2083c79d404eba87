package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
)

func TestParseProperties(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       properties
	}{
		{"nothing", "\n  # a comment\n! another = one\r\n", properties{}},
		{"separators", "a=1\nb : 2\nc 3\nd\t=\t4\ne==5\n", properties{"a": "1", "b": "2", "c": "3", "d": "4", "e": "=5"}},
		{"no value", "a\nb=\n", properties{"a": "", "b": ""}},
		{"last counts", "a=1\na=2", properties{"a": "2"}},
		{"lines go on", "a=one, \\\n    two\nb=\\\\\nc=3\\", properties{"a": "one, two", "b": `\`, "c": "3"}},
		{"comments do not go on", "# a\\\nb=2", properties{"b": "2"}},
		{"escapes", `a\=b=c\:\\d\u00e4\t.` + "\n", properties{"a=b": "c:\\dä\t."}},
		{"windows", "a=1\r\nb=2\r\n", properties{"a": "1", "b": "2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseProperties(tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
	for _, text := range []string{"a=1\n=hunter2\n", "a=1\nb=\\u12\n", "a=1\nb=hunter2\\uzzzz\n"} {
		if _, err := parseProperties(text); err == nil || !strings.HasPrefix(err.Error(), "line 2: ") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v, want an error that names line 2 and no password", text, err)
		}
	}
}

// FuzzParseProperties holds that what is read can be written and read again.
func FuzzParseProperties(f *testing.F) {
	f.Add("bootstrap.servers=a:9092,b:9092\n# x\nsasl.jaas.config=org.apache.X required \\\n  username=\"u\";\n")
	f.Add("a\\=b c\n\\u00e4:ä\n=\n\\")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseProperties(text)
		if err != nil {
			return
		}
		escape := strings.NewReplacer(`\`, `\\`, " ", `\ `, "\t", `\t`, "\n", `\n`, "\r", `\r`, "\f", `\f`, "=", `\=`, ":", `\:`, "#", `\#`, "!", `\!`)
		var b strings.Builder
		for key, value := range got {
			b.WriteString(escape.Replace(key) + "=" + escape.Replace(value) + "\n")
		}
		again, err := parseProperties(b.String())
		if diff := cmp.Diff(got, again); diff != "" || err != nil {
			t.Errorf("%q written as %q: %v\n%s", text, b.String(), err, diff)
		}
	})
}

func TestKafkaSecurity(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certificate, key := selfSigned(t)
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ca, both, alone := file("ca.pem", certificate), file("both.pem", key+certificate), file("key.pem", key)
	inline := func(text string) string { return strings.ReplaceAll(text, "\n", `\n`) }

	for _, tt := range []struct {
		name, text string
		// what is expected of TLS and SASL
		tls, roots, client bool
		mechanism          string
		unused             []string
		fails              string
	}{
		{name: "plain text", text: "group.id=x\nlinger.ms=5", unused: []string{"group.id", "linger.ms"}},
		{name: "TLS of the system", text: "security.protocol=ssl", tls: true},
		{name: "own CA", text: "security.protocol=SSL\nssl.truststore.type=PEM\nssl.truststore.location=" + ca, tls: true, roots: true},
		{name: "own CA as librdkafka names it", text: "security.protocol=SSL\nssl.ca.location=" + ca, tls: true, roots: true},
		{name: "mutual", text: "security.protocol=SSL\nssl.keystore.type=pem\nssl.keystore.location=" + both, tls: true, client: true},
		{name: "mutual as librdkafka names it", text: "security.protocol=SSL\nssl.certificate.location=" + ca + "\nssl.key.location=" + alone, tls: true, client: true},
		{
			name: "in the properties themselves", tls: true, roots: true, client: true,
			text: "security.protocol=SSL\nssl.truststore.certificates=" + inline(certificate) +
				"\nssl.keystore.certificate.chain=" + inline(certificate) + "\nssl.keystore.key=" + inline(key),
		},
		{
			name: "SASL in JAAS", mechanism: "SCRAM-SHA-512", tls: true,
			text: "security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\nsasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\\n" +
				`  username="accord" password="a\\"b";`,
		},
		{name: "SASL without TLS", text: "security.protocol=SASL_PLAINTEXT\nsasl.mechanisms=plain\nsasl.username=u\nsasl.password=p", mechanism: "PLAIN"},
		{name: "another protocol", text: "security.protocol=TLS", fails: "PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"},
		{name: "another mechanism", text: "security.protocol=SASL_SSL\nsasl.mechanism=GSSAPI", fails: "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512"},
		{name: "no user", text: "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.password=hunter2", fails: "needs sasl.username"},
		{name: "JKS", text: "security.protocol=SSL\nssl.truststore.type=JKS", fails: "only PEM"},
		{name: "no PEM", text: "security.protocol=SSL\nssl.truststore.location=" + file("store.jks", "\xfe\xed"), fails: "no certificate in PEM"},
		{name: "no key", text: "security.protocol=SSL\nssl.keystore.location=" + ca, fails: "certificate and key"},
		{name: "no file", text: "security.protocol=SSL\nssl.ca.location=" + filepath.Join(dir, "nowhere"), fails: "no such file"},
		{name: "no property", text: "=hunter2", fails: "line 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			flags := kafkaFlags{brokers: "b-1:9092, b-2:9092", config: filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", " ")+".properties")}
			if err := os.WriteFile(flags.config, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			opts, unused, err := flags.options()
			if tt.fails != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fails) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("error %v, want one with %q and no password", err, tt.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.unused, unused); diff != "" {
				t.Errorf("unused properties: %s", diff)
			}
			client, err := kgo.NewClient(opts...)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			config, _ := client.OptValue(kgo.DialTLSConfig).(*tls.Config)
			if (config != nil) != tt.tls || tt.tls && ((config.RootCAs != nil) != tt.roots || (len(config.Certificates) > 0) != tt.client) {
				t.Errorf("TLS is %+v", config)
			}
			mechanisms, _ := client.OptValue(kgo.SASL).([]sasl.Mechanism)
			name := ""
			if len(mechanisms) > 0 {
				name = mechanisms[0].Name()
			}
			if name != tt.mechanism {
				t.Errorf("SASL is %q, want %q", name, tt.mechanism)
			}
			if diff := cmp.Diff([]string{"b-1:9092", "b-2:9092"}, client.OptValue(kgo.SeedBrokers)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestKafkaPassword holds that a password comes out of JAAS as it was meant.
func TestKafkaPassword(t *testing.T) {
	t.Parallel()
	p := properties{
		"sasl.mechanism":   "PLAIN",
		"sasl.jaas.config": `org.apache.kafka.common.security.plain.PlainLoginModule required username='a' password="p\\q\"=r;";`,
	}
	mechanism, err := p.sasl()
	if err != nil {
		t.Fatal(err)
	}
	_, first, err := mechanism.Authenticate(t.Context(), "broker")
	if want := "\x00a\x00p\\q\"=r;"; err != nil || string(first) != want {
		t.Errorf("authenticates with %q, %v; want %q", first, err, want)
	}
}

// selfSigned makes a certificate and its key in PEM.
func selfSigned(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "broker"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	text, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: text}))
}
