package registry

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"runtime"
	"time"

	"github.com/tidwall/btree"
	"golang.org/x/sync/errgroup"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema/finding"
)

// contractRow is what memory holds of a subject's contract; the text stays in
// the store. Rows are never changed in place.
type contractRow struct {
	subject string
	contractFacts
	// at is the entry that holds the text; pending is the text while there is
	// no such entry yet.
	at      Offset
	pending []byte
	millis  int64
	actor   string
}

// contractFacts are the facts of a kindContract record; the body is the
// document, byte for byte.
type contractFacts struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	Status  string `json:"status"`
	// File is the name the document was sent under.
	File       string `json:"file,omitempty"`
	Topic      string `json:"topic,omitempty"`
	KeySubject string `json:"keySubject,omitempty"`
	// Filed and By are when an imported one was filed, in Unix milliseconds, and
	// by whom.
	Filed int64  `json:"filed,omitempty"`
	By    string `json:"by,omitempty"`
}

// contractFactsOf are the facts of one of the contracts that a document makes.
func contractFactsOf(doc *odcs.Document, c *contracts.Contract) contractFacts {
	return contractFacts{
		ID: c.ID, Version: c.VersionText, Status: doc.Status, File: doc.Name(), Topic: c.Topic, KeySubject: c.KeySubject,
	}
}

// book is the index of contracts, by the subject of a stream's values.
type book struct {
	contracts *btree.Map[string, *contractRow]
	// keys leads from a subject of keys to that of the values, where a contract
	// names one.
	keys *btree.Map[string, string]
}

func newBook() book {
	return book{contracts: new(btree.Map[string, *contractRow]), keys: new(btree.Map[string, string])}
}

func (b book) clone() book { return book{contracts: b.contracts.Copy(), keys: b.keys.Copy()} }

// contract is the contract filed for a subject, nil for none.
func (b book) contract(subject string) *contractRow {
	row, _ := b.contracts.Get(subject)
	return row
}

// keyedBy is the subject whose contract says that its keys are in another.
func (b book) keyedBy(subject string) string {
	home, _ := b.keys.Get(subject)
	return home
}

func (b book) applyContract(e Entry) error {
	if old, ok := b.contracts.Delete(e.Key.ID); ok {
		b.keys.Delete(targetOf(e.Key.ID, old.KeySubject))
	}
	if e.Op != OpPut || len(e.Facts) == 0 {
		return nil
	}
	row := &contractRow{subject: e.Key.ID, at: e.Offset, pending: e.Body, millis: e.Time.UnixMilli(), actor: e.Actor}
	if err := json.Unmarshal(e.Facts, &row.contractFacts); err != nil {
		return fmt.Errorf("facts of the contract of %s: %w", e.Key.ID, err)
	}
	if row.Filed != 0 {
		row.millis, row.actor = row.Filed, row.By
	}
	b.contracts.Set(row.subject, row)
	if row.KeySubject != "" {
		b.keys.Set(targetOf(row.subject, row.KeySubject), row.subject)
	}
	return nil
}

// StoredContract is a contract as it is kept.
type StoredContract struct {
	// Subject is that of the stream's values.
	Subject string
	// ID, Version and Status are the document's.
	ID, Version, Status string
	// Time and Actor say when it was filed, and by whom.
	Time  time.Time
	Actor string
	// Text is the document, byte for byte; "" in lists.
	Text string
}

func (row *contractRow) present() StoredContract {
	return StoredContract{
		Subject: row.subject, ID: row.ID, Version: row.Version, Status: row.Status,
		Time: time.UnixMilli(row.millis).UTC(), Actor: row.actor,
	}
}

// Contracts lists the contracts in the order of their subjects, without texts.
func (r *Registry) Contracts() []StoredContract {
	out := []StoredContract{}
	r.state.Load().contracts.Scan(func(_ string, row *contractRow) bool {
		out = append(out, row.present())
		return true
	})
	return out
}

// Contract returns the contract of a subject, or CodeContractNotFound.
func (r *Registry) Contract(ctx context.Context, subject string) (StoredContract, error) {
	row := r.state.Load().contract(canonicalSubject(subject))
	if row == nil {
		return StoredContract{}, contractNotFound(subject)
	}
	out := row.present()
	text, err := r.contractText(ctx, row)
	out.Text = string(text)
	return out, err
}

func contractNotFound(subject string) error {
	return errorf(CodeContractNotFound, "Subject '%s' has no contract.", subject)
}

func (r *Registry) contractText(ctx context.Context, row *contractRow) ([]byte, error) {
	if row.pending != nil {
		return row.pending, nil
	}
	text, err := r.bodyAt(ctx, row.at, "the contract of "+row.subject)
	return []byte(text), err
}

// document reads a contract, once for each text under one name.
func (r *Registry) document(name string, text []byte) (*odcs.Document, []finding.Finding) {
	h := sha256.New()
	writeField(h, name)
	writeField(h, string(text))
	key := sourceKey(h.Sum(nil))
	if doc, ok := r.documents.lookup(key); ok {
		return doc, doc.Findings()
	}
	doc, faults := odcs.Parse(name, text)
	if doc != nil {
		r.documents.store(key, doc)
	}
	return doc, faults
}

// readAhead reads the contracts of a change on all processors.
func (r *Registry) readAhead(files []ContractFile) {
	if len(files) == 1 {
		return
	}
	var reading errgroup.Group
	reading.SetLimit(runtime.GOMAXPROCS(0))
	for _, file := range files {
		reading.Go(func() error {
			r.document(file.Name, file.Text)
			return nil
		})
	}
	_ = reading.Wait() // none of them fails
}

// promiseOf is the contract that speaks for a subject's home, nil for none.
func (r *Registry) promiseOf(ctx context.Context, st *State, home string) (*contracts.Contract, error) {
	return r.promise(ctx, st.contract(home))
}

// promise is what the document of a row says of its subject, nil for no row.
func (r *Registry) promise(ctx context.Context, row *contractRow) (*contracts.Contract, error) {
	if row == nil {
		return nil, nil
	}
	if row.pending == nil {
		if known, ok := r.promises.lookup(row.at); ok {
			return known, nil
		}
	}
	text, err := r.contractText(ctx, row)
	if err != nil {
		return nil, err
	}
	doc, _ := r.document(row.File, text)
	if doc == nil {
		return nil, fmt.Errorf("the contract of %s was filed and cannot be read", row.subject)
	}
	found := promiseFor(doc, row.subject)
	if found == nil {
		return nil, fmt.Errorf("the contract of %s was filed and does not speak of it", row.subject)
	}
	if row.pending == nil {
		r.promises.store(row.at, found)
	}
	return found, nil
}

// promiseFor picks the contract of a subject out of a document. Names without a
// context are in that of the subject.
func promiseFor(doc *odcs.Document, subject string) *contracts.Contract {
	found, _ := contracts.Of(doc)
	for _, c := range found {
		if targetOf(subject, c.Subject) != subject {
			continue
		}
		c.Subject = subject
		if c.KeySubject != "" {
			c.KeySubject = targetOf(subject, c.KeySubject)
		}
		return c
	}
	return nil
}

// contractRecords files a document for every stream that it describes, those
// named without a context in the given one. What is filed already is not written
// again.
func (r *Registry) contractRecords(ctx context.Context, st *State, doc *odcs.Document, within string) ([]Record, []string, []finding.Finding, error) {
	found, faults := contracts.Of(doc)
	faults = append(doc.Findings(), faults...)
	var recs []Record
	var subjects []string
	for _, c := range found {
		subject := targetOf(within, c.Subject)
		if err := checkSubject(subject); err != nil {
			return nil, nil, nil, err
		}
		subjects = append(subjects, subject)
		same, err := r.filed(ctx, st, subject, doc.Bytes())
		if err != nil {
			return nil, nil, nil, err
		}
		if same {
			continue
		}
		if err := st.checkWritable(subject); err != nil {
			return nil, nil, nil, err
		}
		recs = append(recs, put(Key{Kind: kindContract, ID: subject}, contractFactsOf(doc, c), string(doc.Bytes())))
	}
	return recs, subjects, faults, nil
}

// filed reports whether a subject's contract is a text, byte for byte.
func (r *Registry) filed(ctx context.Context, st *State, subject string, text []byte) (bool, error) {
	row := st.contract(subject)
	if row == nil {
		return false, nil
	}
	have, err := r.contractText(ctx, row)
	return string(have) == string(text), err
}

// SetContract files a document for a subject, which it must describe, and for
// every other that it describes. Names without a context are in the subject's.
func (r *Registry) SetContract(ctx context.Context, subject string, file ContractFile) (ChangeResult, error) {
	subject = canonicalSubject(subject)
	doc, faults := odcs.Parse(file.Name, file.Text)
	if doc == nil || !doc.Valid() {
		return ChangeResult{}, invalidContract(faults)
	}
	if promiseFor(doc, subject) == nil {
		return ChangeResult{}, invalidContract([]finding.Finding{contracts.Elsewhere(doc, subject)})
	}
	file.Context = contextScope(subject)
	return r.Change(ctx, Change{Contracts: []ContractFile{file}})
}

// DeleteContract takes a subject's contract away, if the gate lets it go.
func (r *Registry) DeleteContract(ctx context.Context, subject string) error {
	subject = canonicalSubject(subject)
	return r.submitGoverned(ctx, func(st *State) ([]Record, error) {
		if st.contract(subject) == nil {
			return nil, contractNotFound(subject)
		}
		if err := st.checkWritable(subject); err != nil {
			return nil, err
		}
		return []Record{remove(Key{Kind: kindContract, ID: subject})}, nil
	})
}

// invalidContract answers a document that is no contract.
func invalidContract(faults []finding.Finding) error {
	err := &Error{Code: CodeInvalidContract, Findings: faults, Message: "The contract is not valid"}
	for _, f := range faults {
		if f.Severity == finding.Error {
			err.Message = fmt.Sprintf("The contract is not valid: %s (line %d, column %d)", f.Message, f.Line, f.Column)
			break
		}
	}
	return err
}
