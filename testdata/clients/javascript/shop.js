'use strict'

// The schemas and records of an invented shop. The files lie in
// testdata/clients/schemas, where every suite finds them from its working
// directory testdata/clients.

const { readFileSync } = require('node:fs')
const { join } = require('node:path')

const folders = { AVRO: 'avro', JSON: 'json', PROTOBUF: 'protobuf' }
const endings = { AVRO: '.avsc', JSON: '.json', PROTOBUF: '.proto' }

const formats = Object.keys(folders)

/** How the schema "order" names the schema "money". */
const reference = {
  AVRO: 'shop.Money',
  JSON: 'https://shop.example/money.json',
  PROTOBUF: 'shop/money.proto',
}

/**
 * The text of a schema, such as "customer".
 * @param {string} format @param {string} name
 */
function text(format, name) {
  if (format === 'PROTOBUF' && (name === 'order' || name === 'money')) name = join('shop', name)
  return readFileSync(join('schemas', folders[format], name + endings[format]), 'utf8')
}

const records = JSON.parse(readFileSync('schemas/records.json', 'utf8'))

/** A google.protobuf.FileDescriptorSet of shop/order.proto and its imports. */
function descriptors() {
  return readFileSync(join(process.env.ACCORD_TEST_CLIENTS, 'shop.binpb'))
}

module.exports = { formats, reference, text, records, descriptors }
