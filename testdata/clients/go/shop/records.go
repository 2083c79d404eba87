package shop

import "encoding/json"

// Customer is a record of the schema "customer".
type Customer struct {
	ID   int    `avro:"id" json:"id"`
	Name string `avro:"name" json:"name"`
}

// Order is a record of the schema "order".
type Order struct {
	ID    string  `avro:"id" json:"id"`
	Total Money   `avro:"total" json:"total"`
	Lines []Line  `avro:"lines" json:"lines"`
	State string  `avro:"state" json:"state"`
	Note  *string `avro:"note" json:"note"`
}

// Money is a record of the schema "money".
type Money struct {
	Currency string `avro:"currency" json:"currency"`
	Units    int64  `avro:"units" json:"units"`
	Nanos    int32  `avro:"nanos" json:"nanos"`
}

// Line is a part of an Order.
type Line struct {
	SKU    string `avro:"sku" json:"sku"`
	Amount int    `avro:"amount" json:"amount"`
}

// AnOrder and ACustomer are the records that are sent.
func AnOrder() Order      { return decoded[Order]("order") }
func ACustomer() Customer { return decoded[Customer]("customer") }

func decoded[T any](name string) T {
	var v T
	if err := json.Unmarshal(Record(name), &v); err != nil {
		panic(err)
	}
	return v
}
