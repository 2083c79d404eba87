// Package contractstest has a stream that owes nothing, for tests of whatever
// holds streams to what they owe: they take a part of it away.
package contractstest

// Orders is a contract with all that governance asks for of the topic "orders".
const Orders = `apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
description:
  purpose: Every order that a customer placed in the shop.
team:
  name: Shop
  members:
    - username: aino@shop.example
      role: owner
support:
  - channel: "#shop"
    url: https://chat.shop.example/shop
slaProperties:
  - id: fresh
    property: freshness
    value: 5
    unit: min
schema:
  - name: Order
    physicalName: orders
    properties:
      - name: number
        logicalType: string
        required: true
`

// Schemas of the topic, in Avro. The first goes with the contract.
const (
	Order = `{"type":"record","name":"Order","doc":"An order that a customer placed.","fields":[` +
		`{"name":"number","type":"string","doc":"Number that the shop printed on the receipt.","default":""}]}`
	// Undocumented has lost what it said of its field.
	Undocumented = `{"type":"record","name":"Order","doc":"An order that a customer placed.","fields":[` +
		`{"name":"number","type":"string","default":""}]}`
	// Fieldless has lost the field, which the contract requires.
	Fieldless = `{"type":"record","name":"Order","doc":"An order that a customer placed.","fields":[]}`
)
