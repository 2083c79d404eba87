'use strict'

// Rules that @confluentinc/schemaregistry reads from the registry and runs.

const {
  AvroDeserializer,
  AvroSerializer,
  CelExecutor,
  CelFieldExecutor,
  EncryptionExecutor,
  FieldEncryptionExecutor,
  JsonataExecutor,
  JsonDeserializer,
  JsonSerializer,
  LocalKmsDriver,
  SerdeType,
} = require('@confluentinc/schemaregistry')
const { assert } = require('./tap')
const shop = require('./shop')

const latest = { autoRegisterSchemas: false, useLatestVersion: true }

const condition = {
  domainRules: [{ name: 'named', kind: 'CONDITION', mode: 'WRITE', type: 'CEL', expr: "message.name != ''" }],
}

const mask = {
  domainRules: [
    {
      name: 'mask',
      kind: 'TRANSFORM',
      mode: 'WRITE',
      type: 'CEL_FIELD',
      tags: ['PII'],
      expr: "typeName == 'STRING' ; 'masked'",
    },
  ],
}

async function conditions({ suite, client, info }) {
  for (const [format, Serializer] of [
    ['AVRO', AvroSerializer],
    ['JSON', JsonSerializer],
  ]) {
    await suite.case(`rules: a condition in ${format}`, async () => {
      await client().register(`condition-${format}-value`, { ...info(format, 'customer'), ruleSet: condition })
      const serializer = new Serializer(client(), SerdeType.VALUE, latest)
      await serializer.serialize(`condition-${format}`, { id: 1, name: 'Ada' })
      await assert.rejects(serializer.serialize(`condition-${format}`, { id: 1, name: '' }), /named/)
    })
  }
}

async function transform({ suite, client, info }) {
  await suite.case('rules: a tagged field transformed', async () => {
    await client().register('transform-value', { ...info('AVRO', 'customer'), ruleSet: mask })
    const serializer = new AvroSerializer(client(), SerdeType.VALUE, latest)
    const deserializer = new AvroDeserializer(client(), SerdeType.VALUE, {})
    const payload = await serializer.serialize('transform', { ...shop.records.customer })
    const got = await deserializer.deserialize('transform', payload)
    assert.deepEqual({ ...got }, { ...shop.records.customer, name: 'masked' })
  })
}

/** Reads a record of major version 1 as one of version 2, in which name is called label. */
async function migration({ suite, client }) {
  const first = {
    schemaType: 'JSON',
    schema: '{"type":"object","properties":{"name":{"type":"string"}}}',
    metadata: { properties: { major: '1' } },
  }
  const second = {
    schemaType: 'JSON',
    schema: '{"type":"object","properties":{"label":{"type":"string"}},"required":["label"]}',
    metadata: { properties: { major: '2' } },
    ruleSet: {
      migrationRules: [
        { name: 'relabel', kind: 'TRANSFORM', mode: 'UPGRADE', type: 'JSONATA', expr: "{'label': name}" },
      ],
    },
  }
  await suite.case('rules: records of another major version', async () => {
    const c = client()
    await c.updateConfig('migration-value', { compatibility: 'FULL', compatibilityGroup: 'major' })
    await c.register('migration-value', first)
    await c.register('migration-value', second)
    const writing = { autoRegisterSchemas: false, useLatestWithMetadata: { major: '1' } }
    const payload = await new JsonSerializer(client(), SerdeType.VALUE, writing).serialize('migration', { name: 'Ada' })
    const reading = { useLatestWithMetadata: { major: '2' } }
    const got = await new JsonDeserializer(client(), SerdeType.VALUE, reading).deserialize('migration', payload)
    assert.deepEqual({ ...got }, { label: 'Ada' })
  })
}

/** Writes a record with a key that the registry keeps encrypted, and reads it. */
async function encryption({ suite, client, info }) {
  const rule = {
    name: 'encrypt',
    kind: 'TRANSFORM',
    mode: 'WRITEREAD',
    params: { 'encrypt.kms.type': 'local-kms', 'encrypt.kms.key.id': 'key' },
    onFailure: 'ERROR,ERROR',
  }
  const ruleSets = {
    field: { domainRules: [{ ...rule, type: 'ENCRYPT', tags: ['PII'] }] },
    payload: { encodingRules: [{ ...rule, type: 'ENCRYPT_PAYLOAD' }] },
  }
  for (const [topic, ruleSet] of Object.entries(ruleSets)) {
    await suite.case(`rules: encrypt a ${topic}`, async () => {
      const metadata = { properties: { 'encrypt.kek.name': `kek-${topic}` } }
      await client().register(`${topic}-value`, { ...info('AVRO', 'customer'), metadata, ruleSet })
      const key = { ruleConfig: { secret: 'password' } }
      const serializer = new AvroSerializer(client(), SerdeType.VALUE, { ...latest, ...key })
      const payload = await serializer.serialize(topic, { ...shop.records.customer })
      assert.ok(!payload.includes(shop.records.customer.name))
      const got = await new AvroDeserializer(client(), SerdeType.VALUE, key).deserialize(topic, payload)
      assert.deepEqual({ ...got }, shop.records.customer)
    })
  }
}

/** Runs the cases of all rules. */
async function run(t) {
  LocalKmsDriver.register()
  FieldEncryptionExecutor.register()
  EncryptionExecutor.register()
  CelExecutor.register()
  CelFieldExecutor.register()
  JsonataExecutor.register()
  await conditions(t)
  await transform(t)
  await migration(t)
  await encryption(t)
}

module.exports = { run }
