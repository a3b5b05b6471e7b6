// The simulator against a client that shares no code with it. Baileys checks the certificates of the simulator.
import './tame.js'
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { Curve, WAMessageStatus } from 'baileys'
import { Client, trust } from './client.js'
import { startSimulator, until } from './simulator.js'

const OWN = '+4915550000001'
const ANNA = '+4915550000002'
const BEN = '+4915550000003'
const pn = number => `${number.slice(1)}@s.whatsapp.net`

let simulator
let client
let expectsUnknown

before(async () => {
  simulator = await startSimulator()
  await trust(simulator)
})

after(() => simulator?.stop())

beforeEach(async () => {
  expectsUnknown = false
  client = undefined
  await simulator.post('/control/reset')
  await simulator.post('/control/phones', { phone: OWN, name: 'Shop' })
  await simulator.post('/control/phones', { phone: ANNA, name: 'Anna', replies: 'echo', reads: true })
  await simulator.post('/control/phones', { phone: BEN, name: 'Ben', address: 'phone' })
})

afterEach(async () => {
  client?.end()
  if (!expectsUnknown) assert.deepEqual(await simulator.unknown(), [])
})

async function linked() {
  client = new Client(simulator)
  await client.link(OWN)
  return client
}

test('links by QR and exchanges ten texts each way with a phone that echoes', async () => {
  await linked()
  const texts = Array.from({ length: 10 }, (_, at) => `text ${at}`)
  const ids = []
  for (const text of texts) ids.push(await client.send(pn(ANNA), text))

  const got = await until('ten texts at the phone', async () => {
    const items = await simulator.messages(ANNA)
    return items.length === 10 && items
  })
  assert.deepEqual(got.map(item => item.text), texts)
  assert.deepEqual(got.map(item => item.messageId), ids)
  assert.ok(got.every(item => item.from === OWN && item.kind === 'text' && item.deliveries === 1))

  await until('ten echoes at the client', () => client.texts().length === 10)
  assert.deepEqual(client.texts(), texts)
  const copies = (await simulator.messages(OWN)).filter(item => item.fromMe)
  assert.deepEqual(copies.map(item => item.text), texts, "the account's own phone has copies")
  assert.ok(copies.every(item => item.to === ANNA))

  await until('read receipts at the client', () => ids.every(id => client.hadStatus(id, WAMessageStatus.READ)))
  await until('delivery receipts at the phone', async () => {
    const delivered = (await simulator.receipts(ANNA)).filter(receipt => receipt.kind === 'delivered')
    return new Set(delivered.map(receipt => receipt.messageId)).size === 10
  })
})

test('links by a code that is typed on the phone', async () => {
  client = new Client(simulator)
  client.connect()
  await until('a QR code, which says that the client is ready', () => client.qr)
  const pairingCode = await client.socket.requestPairingCode(OWN.slice(1))
  await simulator.typeCode(OWN, pairingCode)
  await client.opened()
  await client.send(pn(ANNA), 'linked by code')
  await until('the echo', () => client.texts().includes('linked by code'))
})

test('people appear by LID or by number, and the own phone\'s texts as sent by me', async () => {
  await linked()
  await simulator.send(ANNA, OWN, 'from Anna')
  await simulator.send(BEN, OWN, 'from Ben')
  await simulator.send(OWN, BEN, 'from my phone')
  await until('three messages', () => client.messages.length === 3)
  const [anna, ben, own] = client.messages
  assert.match(anna.key.remoteJid, /@lid$/)
  assert.equal(anna.key.remoteJidAlt, pn(ANNA))
  assert.equal(ben.key.remoteJid, pn(BEN))
  assert.match(ben.key.remoteJidAlt, /@lid$/)
  assert.equal(anna.pushName, 'Anna')
  assert.deepEqual([own.key.fromMe, own.key.remoteJid], [true, pn(BEN)])
})

test('what comes while it is away waits, in order, and comes once', async () => {
  await linked()
  await simulator.send(ANNA, OWN, 'before')
  await until('the first text', () => client.texts().length === 1)
  client.end()
  await until('the device to be away', async () => !(await simulator.get('/control/accounts')).items[0].connected)
  const texts = Array.from({ length: 120 }, (_, at) => `while away ${at}`)
  for (const text of texts) await simulator.send(BEN, OWN, text)
  assert.equal((await simulator.get('/control/accounts')).items[0].queue, 120)
  client.connect()
  await until('all that waited', () => client.texts().length >= 121)
  assert.deepEqual(client.texts(), ['before', ...texts])
  await until('an empty queue', async () => (await simulator.get('/control/accounts')).items[0].queue === 0)
})

test('an invented request is listed', async () => {
  expectsUnknown = true
  await linked()
  const answer = await client.socket.query({
    tag: 'iq',
    attrs: { to: 's.whatsapp.net', type: 'get', xmlns: 'invented:by:a:test' },
    content: [{ tag: 'question', attrs: {} }]
  })
  assert.equal(answer.attrs.type, 'result', 'the client goes on')
  const [unknown, ...others] = await simulator.unknown()
  assert.deepEqual([unknown.xmlns, unknown.child, unknown.phone], ['invented:by:a:test', 'question', OWN])
  assert.deepEqual(others, [])
})

test('a flipped byte of ciphertext is asked for again and the text still arrives', async () => {
  await linked()
  await simulator.send(BEN, OWN, 'a first one, for the session')
  await until('the first text', () => client.texts().length === 1)
  for (const what of ['a message of a new session', 'a message of a session that was answered']) {
    await simulator.post('/control/faults', { phone: OWN, kind: 'corrupt' })
    const retries = retryReceipts(client.socket)
    const before = client.texts().length
    await simulator.send(BEN, OWN, what)
    await until(`${what} after a retry`, () => client.texts().length > before)
    assert.equal(client.texts().at(-1), what)
    assert.equal(retries.length, 1, 'one retry receipt')
    const count = (await simulator.messages(BEN)).length
    await client.send(pn(BEN), 'an answer')
    await until('the answer at the phone', async () => (await simulator.messages(BEN)).length > count)
  }
})

/** The ids of the retry receipts that a socket sends from now on, as the server acknowledges them. */
function retryReceipts(socket) {
  const seen = []
  socket.ws.on('CB:ack,class:receipt', ack => {
    if (ack.attrs.type === 'retry') seen.push(ack.attrs.id)
  })
  return seen
}

test('a phone that cannot decrypt asks again and gets the text', async () => {
  await linked()
  await client.send(pn(BEN), 'whole')
  await until('the first text at the phone', async () => (await simulator.messages(BEN)).length === 1)
  await simulator.post('/control/faults', { phone: BEN, kind: 'corrupt' })
  await client.send(pn(BEN), 'damaged on its way')
  const got = await until('the text after a retry', async () => {
    const items = await simulator.messages(BEN)
    return items.length === 2 && items
  })
  assert.equal(got[1].text, 'damaged on its way')
})

test('a login with a wrong static key gets 401', async () => {
  await linked()
  client.end()
  client.creds.noiseKey = Curve.generateKeyPair()
  client.connect()
  assert.equal(await client.closed(), 401)
  assert.equal(client.open, false)
})

test('logout from the phone, and a second login in place of the first', async () => {
  await linked()
  const second = new Client(simulator)
  second.creds = client.creds
  second.keys = client.keys
  second.connect()
  assert.equal(await client.closed(), 440, 'replaced')
  await second.opened()
  await simulator.post('/control/faults', { phone: OWN, kind: 'log_out' })
  assert.equal(await second.closed(), 401)
  assert.deepEqual((await simulator.get('/control/accounts')).items, [])
})

test('a refused message is marked as failed and never arrives', async () => {
  await linked()
  await simulator.post('/control/faults', { phone: OWN, kind: 'nack', code: 475, count: 1 })
  const id = await client.send(pn(BEN), 'refused')
  await until('the refusal', () => client.hadStatus(id, WAMessageStatus.ERROR))
  await client.send(pn(BEN), 'taken')
  const got = await until('the next text', async () => {
    const items = await simulator.messages(BEN)
    return items.length && items
  })
  assert.deepEqual(got.map(item => item.text), ['taken'])
})
