'use strict'

// Serialized records through the serializers of @confluentinc/schemaregistry.

const { createFileRegistry, fromBinary, fromJson, toJson } = require('@bufbuild/protobuf')
const { FileDescriptorSetSchema } = require('@bufbuild/protobuf/wkt')
const {
  AvroDeserializer,
  AvroSerializer,
  HeaderSchemaIdSerializer,
  JsonDeserializer,
  JsonSerializer,
  ProtobufDeserializer,
  ProtobufSerializer,
  RestError,
  SerdeType,
} = require('@confluentinc/schemaregistry')
const { assert } = require('./tap')
const shop = require('./shop')

const files = createFileRegistry(fromBinary(FileDescriptorSetSchema, shop.descriptors()))

/** Of each format the serializer, the deserializer and their configuration. */
const serdes = {
  AVRO: [AvroSerializer, AvroDeserializer, {}],
  JSON: [JsonSerializer, JsonDeserializer, { validate: true }],
  PROTOBUF: [ProtobufSerializer, ProtobufDeserializer, { registry: files }],
}

/** A message of shop/order.proto. */
function message(name, record) {
  return fromJson(files.getMessage(name), record, { registry: files })
}

/** A value that is equal for equal records. */
function plain(record) {
  return record.$typeName
    ? toJson(files.getMessage(record.$typeName), record, { registry: files })
    : JSON.parse(JSON.stringify(record))
}

/** Registers the schema "order" and "money", to which it refers. */
async function ordered({ client, info }, format, subject) {
  const name = shop.reference[format]
  const { version } = await client().registerFullResponse(name, info(format, 'money'))
  const order = { ...info(format, 'order'), references: [{ name, subject: name, version }] }
  return client().register(subject, order)
}

/** Serializes a record and deserializes it with a client that has seen nothing. */
async function trip({ client }, format, topic, config, record, id) {
  const [Serializer, Deserializer, always] = serdes[format]
  const serializer = new Serializer(client(), SerdeType.VALUE, { ...always, ...config })
  const deserializer = new Deserializer(client(), SerdeType.VALUE, always)
  const headers = config.schemaIdSerializer ? {} : undefined
  const payload = await serializer.serialize(topic, record, headers)
  if (headers) {
    assert.equal(headers.__value_schema_id[0], 1)
  } else {
    assert.equal(payload[0], 0)
    if (id) assert.equal(payload.readUInt32BE(1), id)
  }
  const got = await deserializer.deserialize(topic, payload, headers)
  assert.deepEqual(plain(got), plain(record))
  return payload
}

const latest = { autoRegisterSchemas: false, useLatestVersion: true }

async function eachFormat(t, format, record) {
  await t.suite.case(`${format}: round trip with the latest schema and its reference`, async () => {
    const id = await ordered(t, format, `latest-${format}-value`)
    await trip(t, format, `latest-${format}`, latest, record, id)
  })
  await t.suite.case(`${format}: round trip with the schema of an id`, async () => {
    const id = await ordered(t, format, `id-${format}-value`)
    await trip(t, format, `id-${format}`, { autoRegisterSchemas: false, useSchemaId: id }, record, id)
  })
  await t.suite.case(`${format}: round trip with the GUID in a header`, async () => {
    await ordered(t, format, `header-${format}-value`)
    await trip(t, format, `header-${format}`, { ...latest, schemaIdSerializer: HeaderSchemaIdSerializer }, record)
  })
  await t.suite.case(`${format}: round trip with a schema found by its metadata`, async () => {
    const metadata = { properties: { major: '1' } }
    await ordered(t, format, `metadata-${format}-value`)
    const found = { ...(await t.client().getLatestSchemaMetadata(`metadata-${format}-value`)), metadata }
    const { schema, schemaType, references } = found
    const id = await t.client().register(`metadata-${format}-value`, { schema, schemaType, references, metadata })
    const config = { autoRegisterSchemas: false, useLatestWithMetadata: metadata.properties }
    await trip(t, format, `metadata-${format}`, config, record, id)
  })
  await t.suite.case(`${format}: no schema to serialize with`, async () => {
    await assert.rejects(
      trip(t, format, `unknown-${format}`, latest, record),
      err => err instanceof RestError && err.errorCode === 40401,
    )
  })
}

async function avro(t) {
  const { order } = shop.records
  await eachFormat(t, 'AVRO', order)
  await t.suite.case('AVRO: register the schema of an object', async () => {
    await trip(t, 'AVRO', 'auto-AVRO', { autoRegisterSchemas: true }, { name: 'Ada', size: 3 })
  })
}

async function json(t) {
  const { order } = shop.records
  await eachFormat(t, 'JSON', order)
  await t.suite.case('JSON: register the schema of an object', async () => {
    await trip(t, 'JSON', 'auto-JSON', { autoRegisterSchemas: true }, { name: 'Ada', size: 3 })
  })
  await t.suite.case('JSON: refuse a record', async () => {
    await ordered(t, 'JSON', 'refused-value')
    const wrong = { ...order, total: { currency: 'Euro', units: 1 } }
    await assert.rejects(trip(t, 'JSON', 'refused', latest, wrong), /Invalid message|schema/i)
  })
}

async function protobuf(t) {
  const order = message('shop.Order', shop.records.order)
  const auto = { autoRegisterSchemas: true }
  await eachFormat(t, 'PROTOBUF', order)
  await t.suite.case('PROTOBUF: register a compiled schema, meta.proto and a reference', async () => {
    const payload = await trip(t, 'PROTOBUF', 'auto-PROTOBUF', auto, order)
    assert.deepEqual([...payload.subarray(5, 7)], [2, 2])
    const made = await t.client().getLatestSchemaMetadata('auto-PROTOBUF-value')
    assert.equal(made.references[0].name, 'shop/money.proto')
    await trip(t, 'PROTOBUF', 'auto-PROTOBUF', { autoRegisterSchemas: false }, order)
    assert.deepEqual(await t.client().getAllVersions('auto-PROTOBUF-value'), [1])
  })
  await t.suite.case('PROTOBUF: the schema as text and as a descriptor', async () => {
    const read = await t.client().getLatestSchemaMetadata('auto-PROTOBUF-value')
    assert.match(read.schema, /^syntax = "proto3";/)
    const compiled = await t.client().getLatestSchemaMetadata('auto-PROTOBUF-value', 'serialized')
    assert.match(compiled.schema, /^[A-Za-z0-9+/]+=*$/)
    assert.equal(compiled.id, read.id)
  })
  await t.suite.case('PROTOBUF: messages of one schema by their indexes', async () => {
    const refund = message('shop.Refund', { order: 'A-1', reason: { code: 'broken' } })
    const reason = message('shop.Refund.Reason', { code: 'broken' })
    const discount = message('shop.Order.Line.Discount', { percent: 5 })
    const indexes = []
    for (const sent of [refund, reason, discount]) {
      indexes.push(await trip(t, 'PROTOBUF', 'auto-PROTOBUF', auto, sent))
    }
    assert.deepEqual([...indexes[0].subarray(5, 6)], [0])
    assert.deepEqual([...indexes[1].subarray(5, 8)], [4, 0, 0])
    assert.deepEqual([...indexes[2].subarray(5, 9)], [6, 2, 0, 0])
  })
}

/** Serializes with the schema of the subject that a topic is associated with. */
function associated(t, topic, id) {
  return trip(t, 'AVRO', topic, latest, shop.records.customer, id)
}

/** Runs the cases of all serializers. */
async function run(t) {
  await avro(t)
  await json(t)
  await protobuf(t)
}

module.exports = { associated, run }
