'use strict'

// Drives a registry with @confluentinc/schemaregistry and its serializers. It
// takes the URL of an empty registry whose level is NONE, runs in
// testdata/clients and prints its cases in the Test Anything Protocol.

const { RestError, SchemaRegistryClient } = require('@confluentinc/schemaregistry')
const { Suite, assert } = require('./tap')
const shop = require('./shop')
const serdes = require('./confluentinc-serdes')
const rules = require('./confluentinc-rules')

const url = process.argv[2]
const suite = new Suite()

/** A client that remembers nothing yet. */
const client = (at = url) => SchemaRegistryClient.newClient({ baseURLs: [at], maxRetries: 0 })

/** What a schema is to the client. */
const info = (format, name) => ({ schemaType: format, schema: shop.text(format, name) })

/** Expects a call to be refused with an error code. */
const refused = (code, call) => assert.rejects(call, err => err instanceof RestError && err.errorCode === code)

/** Registers a schema and finds it again in every way. */
async function subjects(format) {
  const subject = `subjects-${format}-value`
  const customer = info(format, 'customer')
  let made
  await suite.case(`${format}: register`, async () => {
    made = await client().registerFullResponse(subject, customer)
    assert.equal(made.version, 1)
    assert.equal(made.schema, customer.schema)
    assert.match(made.guid, /^[0-9a-f-]{36}$/)
    assert.equal(await client().register(subject, customer), made.id)
    assert.equal(await client().register(`other-${subject}`, customer), made.id)
  })
  await suite.case(`${format}: look up`, async () => {
    assert.equal(await client().getId(subject, customer), made.id)
    assert.equal(await client().getId(subject, customer, true), made.id)
    assert.equal(await client().getVersion(subject, customer), 1)
    assert.equal((await client().getIdFullResponse(subject, customer)).guid, made.guid)
  })
  await suite.case(`${format}: look up what is not there`, async () => {
    await refused(40403, client().getId(subject, info(format, 'customer-compatible')))
    await refused(40401, client().getId(`no-${subject}`, customer))
    await refused(40401, client().getLatestSchemaMetadata(`no-${subject}`))
    await refused(40402, client().getSchemaMetadata(subject, 9))
    await refused(40403, client().getBySubjectAndId(subject, 99999))
    await refused(40403, client().getByGuid('00000000-0000-0000-0000-000000000000'))
  })
  await suite.case(`${format}: read by id, GUID, version and latest`, async () => {
    assert.equal((await client().getBySubjectAndId(subject, made.id)).schema, customer.schema)
    assert.equal((await client().getByGuid(made.guid)).schema, customer.schema)
    for (const got of [await client().getSchemaMetadata(subject, 1), await client().getLatestSchemaMetadata(subject)]) {
      const { id, guid, version, schema } = got
      assert.deepEqual(
        { id, guid, version, schema },
        { id: made.id, guid: made.guid, version: 1, schema: customer.schema },
      )
    }
    assert.deepEqual(await client().getAllVersions(subject), [1])
  })
  await suite.case(`${format}: refuse what is no schema`, async () => {
    await refused(42201, client().register(subject, { schemaType: format, schema: '{nonsense' }))
  })
}

/** Deletes versions and subjects, softly and for good. */
async function versions(format) {
  const subject = `versions-${format}-value`
  const first = info(format, 'customer')
  await suite.case(`${format}: delete a version`, async () => {
    const c = client()
    const id = await c.register(subject, first)
    await c.register(subject, info(format, 'customer-compatible'))
    await refused(40407, c.deleteSubjectVersion(subject, 1, true))
    assert.equal(await c.deleteSubjectVersion(subject, 1), 1)
    assert.deepEqual(await c.getAllVersions(subject), [2])
    await refused(40402, client().getSchemaMetadata(subject, 1))
    assert.equal((await client().getSchemaMetadata(subject, 1, true)).id, id)
    assert.equal((await client().getBySubjectAndId(subject, id)).schema, first.schema)
    assert.equal(await client().getVersion(subject, first, false, true), 1)
  })
  await suite.case(`${format}: delete a subject`, async () => {
    const c = client()
    await refused(40405, c.deleteSubject(subject, true))
    assert.deepEqual(await c.deleteSubject(subject), [2])
    await refused(40404, c.deleteSubject(subject))
    await refused(40401, client().getAllVersions(subject))
    assert.deepEqual(await c.deleteSubject(subject, true), [1, 2])
    await refused(40401, c.deleteSubject(subject, true))
  })
}

/** Asks and tries what may follow a schema. */
async function compatibility(format) {
  const subject = `compatibility-${format}-value`
  const [good, bad] = [info(format, 'customer-compatible'), info(format, 'customer-incompatible')]
  await suite.case(`${format}: check compatibility`, async () => {
    const c = client()
    await c.register(subject, info(format, 'customer'))
    assert.equal(await c.updateCompatibility(subject, 'BACKWARD'), 'BACKWARD')
    assert.equal(await c.testSubjectCompatibility(subject, good), true)
    assert.equal(await c.testSubjectCompatibility(subject, bad), false)
    assert.equal(await c.testCompatibility(subject, 1, good), true)
    assert.equal(await c.testCompatibility(subject, 1, bad), false)
  })
  await suite.case(`${format}: refuse an incompatible schema`, async () => {
    await refused(40901, client().register(subject, bad))
    assert.equal((await client().registerFullResponse(subject, good)).version, 2)
  })
}

/** Sends references, metadata and rules beside the schema. */
async function contracts(format) {
  const order = {
    ...info(format, 'order'),
    references: [{ name: shop.reference[format], subject: `references/${format}`, version: 1 }],
  }
  await suite.case(`${format}: refer to a schema`, async () => {
    await refused(42201, client().register(`references-${format}-value`, order))
    await client().register(`references/${format}`, info(format, 'money'))
    const id = await client().register(`references-${format}-value`, order)
    assert.deepEqual((await client().getBySubjectAndId(`references-${format}-value`, id)).references, order.references)
    await refused(42206, client().deleteSubject(`references/${format}`))
  })
  const subject = `contracts-${format}-value`
  const customer = {
    ...info(format, 'customer'),
    metadata: { tags: { '**.name': ['PII'] }, properties: { owner: 'shop' }, sensitive: ['owner'] },
    ruleSet: {
      domainRules: [{ name: 'named', kind: 'CONDITION', mode: 'WRITE', type: 'CEL', expr: 'true', disabled: false }],
    },
  }
  await suite.case(`${format}: keep metadata and rules`, async () => {
    const { id } = await client().registerFullResponse(subject, customer)
    for (const got of [
      await client().getBySubjectAndId(subject, id),
      await client().getLatestSchemaMetadata(subject),
    ]) {
      assert.deepEqual(got.metadata, customer.metadata)
      assert.deepEqual(got.ruleSet, customer.ruleSet)
    }
    assert.equal((await client().getLatestWithMetadata(subject, { owner: 'shop' })).id, id)
    await refused(40403, client().getLatestWithMetadata(subject, { owner: 'bank' }))
  })
}

/** Reads and writes levels and configuration. */
async function settings() {
  await suite.case('config: global', async () => {
    const c = client()
    assert.equal(await c.getDefaultCompatibility(), 'NONE')
    assert.equal(await c.updateDefaultCompatibility('FULL_TRANSITIVE'), 'FULL_TRANSITIVE')
    assert.equal((await c.getDefaultConfig()).compatibilityLevel, 'FULL_TRANSITIVE')
    await c.updateDefaultConfig({ compatibility: 'NONE' })
  })
  await suite.case('config: of a subject', async () => {
    const c = client()
    await refused(40408, c.getCompatibility('settings-value'))
    const set = {
      normalize: true,
      compatibility: 'FULL',
      compatibilityGroup: 'major',
      defaultMetadata: { properties: { team: 'shop' } },
    }
    assert.deepEqual(await c.updateConfig('settings-value', set), set)
    const { compatibilityLevel, normalize, compatibilityGroup, defaultMetadata } = await c.getConfig('settings-value')
    assert.deepEqual({ compatibility: compatibilityLevel, normalize, compatibilityGroup, defaultMetadata }, set)
    await refused(42203, c.updateCompatibility('settings-value', 'SOMETIMES'))
  })
}

/** Calls subjects, contexts and the registry what people call them. */
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
      const c = client()
      const id = await c.register(subject, customer)
      assert.equal((await c.getLatestSchemaMetadata(subject)).subject, subject)
      assert.equal(await client().getId(subject, customer), id)
      assert.equal((await client().getBySubjectAndId(subject, id)).schema, customer.schema)
      assert.equal(await c.updateCompatibility(subject, 'FULL'), 'FULL')
      assert.ok((await c.getAllSubjects()).includes(subject))
      assert.deepEqual(await c.deleteSubject(subject), [1])
    })
  }
  await suite.case('address: a slash at the end', async () => {
    await client(`${url}/`).register('slash-value', customer)
    assert.deepEqual(await client(`${url}//`).getAllVersions('slash-value'), [1])
  })
  await suite.case('context: by a qualified subject', async () => {
    assert.equal(await client().register(':.lab:context-value', info('JSON', 'customer')), 1)
    assert.equal((await client().getBySubjectAndId(':.lab:context-value', 1)).schema, shop.text('JSON', 'customer'))
  })
  await suite.case('context: by the address of the registry', async () => {
    const c = client(`${url}/contexts/.lab`)
    assert.equal(await c.register('addressed-value', customer), 2)
    assert.deepEqual(await c.getAllSubjects(), [':.lab:addressed-value', ':.lab:context-value'])
  })
}

/** Says which subject a topic has. */
async function associations() {
  const ask = (name, namespace) =>
    client().getAssociationsByResourceName(name, namespace, 'topic', ['value'], null, 0, -1)
  const request = {
    resourceName: 'associated',
    resourceNamespace: 'lkc-1',
    resourceId: 'lkc-1:associated',
    resourceType: 'topic',
    associations: [{ subject: 'shared/customers', associationType: 'value', lifecycle: 'WEAK' }],
  }
  await suite.case('association: none', async () => {
    assert.deepEqual(await ask('nothing', '-'), [])
  })
  await suite.case('association: create and read', async () => {
    await refused(40907, client().createAssociation(request))
    await client().register('shared/customers', info('AVRO', 'customer'))
    assert.equal((await client().createAssociation(request)).associations[0].subject, 'shared/customers')
    assert.deepEqual(
      (await ask('associated', 'lkc-1')).map(a => a.subject),
      ['shared/customers'],
    )
  })
  await suite.case('association: serialize with the subject of the topic', async () => {
    const { id } = await client().getLatestSchemaMetadata('shared/customers')
    await serdes.associated({ suite, client, info }, 'associated', id)
  })
  await suite.case('association: delete', async () => {
    await refused(40904, client().deleteSubject('shared/customers'))
    await client().deleteAssociations('lkc-1:associated', 'topic', ['value'], false)
    assert.deepEqual(await ask('associated', 'lkc-1'), [])
    assert.deepEqual(await client().deleteSubject('shared/customers'), [1])
  })
  await strongAssociations()
}

/** Makes associations as servers before 8.5 took them. */
async function strongAssociations() {
  const resource = (resourceName, ...associations) => ({
    resourceName,
    resourceNamespace: 'lkc-1',
    resourceId: `lkc-1:${resourceName}`,
    associations,
  })
  const customer = info('AVRO', 'customer')
  await suite.case('association: strong on a subject that is there', async () => {
    await client().register('strong-customers', customer)
    const strong = { subject: 'strong-customers', lifecycle: 'STRONG' }
    for (let again = 0; again < 2; again++) {
      const [made] = (await client().createAssociation(resource('strong', strong))).associations
      assert.deepEqual([made.lifecycle, made.frozen], ['STRONG', false])
    }
    await refused(40904, client().createAssociation(resource('other', strong)))
    await refused(40905, client().createAssociation(resource('other', { ...strong, lifecycle: 'WEAK' })))
    await refused(40903, client().createAssociation(resource('strong', { ...strong, lifecycle: 'WEAK' })))
    for (let again = 0; again < 2; again++) {
      await client().deleteAssociations('lkc-1:strong', 'topic', ['value'], false)
    }
    assert.deepEqual(await client().getAllVersions('strong-customers'), [1])
  })
  await suite.case('association: schemas that come along, one side frozen', async () => {
    const frozen = { subject: 'frozen-customers', lifecycle: 'STRONG', frozen: true, schema: customer }
    const key = { subject: 'customer-keys', associationType: 'key', schema: customer }
    const made = (await client().createAssociation(resource('frozen', frozen, key))).associations
    assert.deepEqual(
      made.map(a => [a.lifecycle, a.frozen]),
      [
        ['STRONG', true],
        ['WEAK', false],
      ],
    )
    await refused(40908, client().deleteAssociations('lkc-1:frozen', 'topic', [], false))
    await client().deleteAssociations('lkc-1:frozen', 'topic', [], true)
    await refused(40401, client().getAllVersions('frozen-customers'))
    assert.deepEqual(await client().getAllVersions('customer-keys'), [1])
  })
}

/** Sets the governance of a subject, of which the client knows nothing. */
async function govern(subject, governance) {
  const answer = await fetch(`${url}/accord/v1/config/${subject}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ governance }),
  })
  assert.equal(answer.status, 200)
}

/** Brings a stream that nobody documented or owns. */
async function governance() {
  const subject = 'governed-value'
  const parcel = {
    schemaType: 'AVRO',
    schema: '{"type":"record","name":"Parcel","fields":[{"name":"weight","type":"int"}]}',
  }
  await suite.case('governance: enforce refuses and names the gaps', async () => {
    await govern(subject, 'enforce')
    await refused(42290, client().register(subject, parcel))
    for (const gap of [/CONTRACT_MISSING: /, /DOC_MISSING at weight: /, /accord config set governed-value --governance advise/]) {
      await assert.rejects(client().register(subject, parcel), gap)
    }
    await refused(40401, client().getAllVersions(subject))
  })
  await suite.case('governance: advise lets it pass', async () => {
    await govern(subject, 'advise')
    await client().register(subject, parcel)
    assert.deepEqual(await client().getAllVersions(subject), [1])
  })
}

async function main() {
  for (const format of shop.formats) {
    await subjects(format)
    await versions(format)
    await compatibility(format)
    await contracts(format)
  }
  await settings()
  await addresses()
  await associations()
  await governance()
  await serdes.run({ suite, client, info })
  await rules.run({ suite, client, info })
  suite.done()
}

main()
