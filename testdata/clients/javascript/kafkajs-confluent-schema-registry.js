'use strict'

// Drives a registry with @kafkajs/confluent-schema-registry. It takes the URL
// of an empty registry whose level is NONE, runs in testdata/clients and
// prints its cases in the Test Anything Protocol. The client cannot delete and
// sets levels only as it registers; what else it takes is asked for by fetch.

const { COMPATIBILITY, SchemaRegistry, SchemaType } = require('@kafkajs/confluent-schema-registry')
const { Suite, assert } = require('./tap')
const shop = require('./shop')

const host = process.argv[2]
const suite = new Suite()

// ajv takes Confluent's keywords for mistakes otherwise.
const lenient = { [SchemaType.JSON]: { strict: false } }

/** A client that remembers nothing yet. */
const client = (at = host) => new SchemaRegistry({ host: at, retry: { retries: 0 } }, lenient)

const info = (format, name) => ({ type: SchemaType[format], schema: shop.text(format, name) })

/** Expects a call to be refused with an HTTP status, all the client tells. */
const refused = (status, call) => assert.rejects(call, err => err.status === status)

/** Asks the registry what the client cannot. */
async function ask(method, path, body) {
  const response = await fetch(host + path, {
    method,
    body: body && JSON.stringify(body),
    headers: { 'Content-Type': 'application/vnd.schemaregistry.v1+json' },
  })
  return response.json()
}

const plain = record => JSON.parse(JSON.stringify(record))

/** Encodes a record and decodes it with a client that has seen nothing. */
async function trip(id, record) {
  const payload = await client().encode(id, record)
  assert.equal(payload[0], 0)
  assert.equal(payload.readInt32BE(1), id)
  assert.deepEqual(plain(await client().decode(payload)), record)
  return payload
}

/** Registers, finds, encodes, evolves and deletes one schema. */
async function lifecycle(format) {
  const { customer: record } = shop.records
  const customer = info(format, 'customer')
  const subject = `lifecycle-${format}-value`
  let id
  await suite.case(`${format}: register and set the level`, async () => {
    ;({ id } = await client().register(customer, { subject, compatibility: COMPATIBILITY.BACKWARD }))
    assert.equal((await client().register(customer, { subject })).id, id)
    assert.deepEqual(await ask('GET', `/config/${subject}`), { compatibilityLevel: 'BACKWARD' })
    await assert.rejects(
      client().register(customer, { subject, compatibility: COMPATIBILITY.FULL }),
      /Compatibility does not match the configuration \(FULL != BACKWARD\)/,
    )
  })
  await suite.case(`${format}: look up`, async () => {
    assert.equal(await client().getRegistryIdBySchema(subject, customer), id)
    await assert.rejects(client().getRegistryIdBySchema(subject, info(format, 'customer-compatible')), /not found/i)
    await assert.rejects(client().getRegistryIdBySchema(`no-${subject}`, customer), /not found/i)
  })
  await suite.case(`${format}: id of a version and of the latest`, async () => {
    assert.equal(await client().getRegistryId(subject, 1), id)
    assert.equal(await client().getRegistryId(subject, 'latest'), id)
    assert.equal(await client().getLatestSchemaId(subject), id)
    await refused(404, client().getRegistryId(subject, 9))
    await refused(404, client().getLatestSchemaId(`no-${subject}`))
  })
  await suite.case(`${format}: encode and decode`, async () => {
    await trip(id, record)
    await refused(404, client().getSchema(99999))
  })
  await suite.case(`${format}: refuse an incompatible schema`, async () => {
    await refused(409, client().register(info(format, 'customer-incompatible'), { subject }))
    const next = await client().register(info(format, 'customer-compatible'), { subject })
    assert.equal(await client().getLatestSchemaId(subject), next.id)
  })
  await suite.case(`${format}: refuse what is no schema`, async () => {
    await assert.rejects(client().register({ type: SchemaType[format], schema: '{nonsense' }, { subject }))
  })
  await suite.case(`${format}: decode with a deleted schema`, async () => {
    const payload = await client().encode(id, record)
    assert.deepEqual(await ask('DELETE', `/subjects/${subject}`), [1, 2])
    assert.deepEqual(plain(await client().decode(payload)), record)
    await refused(404, client().getLatestSchemaId(subject))
    assert.deepEqual(await ask('DELETE', `/subjects/${subject}?permanent=true`), [1, 2])
    await refused(404, client().decode(payload))
  })
}

/** Registers a schema that refers to another one, and encodes with it. */
async function references(format, order, record) {
  await suite.case(`${format}: encode with a reference`, async () => {
    const name = shop.reference[format]
    const money = await client().register(info(format, 'money'), { subject: name })
    const refers = { ...order, references: [{ name, subject: name, version: 1 }] }
    const { id } = await client().register(refers, { subject: `references-${format}-value` })
    assert.notEqual(id, money.id)
    await trip(id, record)
  })
}

// The client knows no google/protobuf files and writes no message indexes, so
// that it works with the first message of files without such imports.
const invoice = {
  type: SchemaType.PROTOBUF,
  schema: `syntax = "proto3";
package shop;
import "shop/money.proto";
message Invoice {
  string id = 1;
  Money total = 2;
  repeated Line lines = 3;
  message Line {
    string sku = 1;
    int32 amount = 2;
  }
}`,
}

async function avro() {
  const { customer } = shop.records
  await suite.case('AVRO: a subject named after the record', async () => {
    const { id } = await client().register(JSON.parse(shop.text('AVRO', 'customer')), { separator: '-' })
    assert.equal(await client().getLatestSchemaId('shop-Customer'), id)
  })
  await suite.case('AVRO: decode as another version', async () => {
    const id = await client().getLatestSchemaId('shop-Customer')
    const readerSchema = JSON.parse(shop.text('AVRO', 'customer-compatible'))
    const payload = await client().encode(id, customer)
    const got = await client().decode(payload, { [SchemaType.AVRO]: { readerSchema } })
    assert.deepEqual(plain(got), { ...customer, city: '' })
  })
  await suite.case('AVRO: many readers at once', async () => {
    const id = await client().getLatestSchemaId('shop-Customer')
    const payload = await client().encode(id, customer)
    const reader = client()
    const got = await Promise.all(Array.from({ length: 50 }, () => reader.decode(payload)))
    for (const one of got) assert.deepEqual(plain(one), customer)
  })
}

/** Calls subjects and the registry what people call them. */
async function addresses() {
  const customer = info('AVRO', 'customer')
  for (const subject of [
    'shop/orders-value',
    '100%-value',
    'größe-値段-☃',
    'a b+c',
    'a?b#c&d=e',
    '%2F-value',
    'a//b',
  ]) {
    await suite.case(`address: subject ${subject}`, async () => {
      const { id } = await client().register(customer, { subject })
      assert.equal(await client().getLatestSchemaId(subject), id)
      assert.equal(await client().getRegistryIdBySchema(subject, customer), id)
      assert.ok((await ask('GET', '/subjects')).includes(subject))
    })
  }
  await suite.case('address: a slash at the end', async () => {
    const { id } = await client(`${host}/`).register(customer, { subject: 'slash-value' })
    assert.equal(await client(`${host}//`).getLatestSchemaId('slash-value'), id)
  })
  await suite.case('context: by a qualified subject and by the address', async () => {
    const { id } = await client().register(info('JSON', 'customer'), { subject: ':.lab:context-value' })
    assert.equal(id, 1)
    const lab = client(`${host}/contexts/.lab`)
    assert.equal(await lab.getLatestSchemaId('context-value'), 1)
    const payload = await lab.encode(1, shop.records.customer)
    assert.deepEqual(await client(`${host}/contexts/.lab`).decode(payload), shop.records.customer)
  })
}

async function main() {
  const { order } = shop.records
  const {
    id,
    total: { currency, nanos },
    lines,
  } = order
  for (const format of shop.formats) {
    await lifecycle(format)
  }
  await references('AVRO', info('AVRO', 'order'), order)
  await references('JSON', info('JSON', 'order'), order)
  await references('PROTOBUF', invoice, { id, total: { currency, nanos }, lines })
  await avro()
  await addresses()
  suite.done()
}

main()
