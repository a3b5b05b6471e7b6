// The server is killed in full flight, twice, and nothing is lost, doubled or reordered.

import assert from 'node:assert/strict';

import { messages, query } from '../lib/database.mjs';
import { link, open } from '../lib/linking.mjs';
import { scenario } from '../lib/stage.mjs';
import { until } from '../lib/until.mjs';

const SEED = Number(process.env.E2E_SEED ?? 20261124);
const EACH = 200;

/** Numbers between 0 and 1 that are the same for the same seed (mulberry32). */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const texts = (round, from, to) => Array.from({ length: EACH }, (_, index) => `round ${round}, ${from} to ${to}, ${index + 1}`);

/** Sends all texts to all customers at once; resolves once all are acknowledged, or the server is gone. */
function sendAll(client, round, customers, acknowledged) {
  for (const customer of customers) {
    for (const message of texts(round, 'shop', customer.number)) {
      const send = { to: customer.number, message, clientId: message };
      client.socket.emit('send_message', send, (ack) => ack.ok && acknowledged.set(message, ack.messageId));
    }
  }
}

async function writeAll(round, customers, shop) {
  for (let index = 0; index < EACH; index += 1) {
    await Promise.all(customers.map((customer) => customer.write(shop, texts(round, customer.number, 'shop')[index])));
  }
}

/** What was under way on both sides when the server was killed. */
async function underWay({ server, simulator, shop }) {
  const [{ queued }] = await query(server, "SELECT count(*) AS queued FROM messages WHERE status = 'queued'");
  const { queue } = await simulator.device(shop);
  return { queued, unreceipted: queue };
}

/** Kills the server at a moment that the seed chooses, with at least a hundred under way in either direction. */
async function killInFlight({ server, simulator, shop }, { sent, queued, at, write }) {
  await until(`${at} sends have gone out and more wait`, () => sent() >= at && queued() >= 110, { seconds: 60, every: 5 });
  // What is written to the shop piles up now: it takes long to arrive, and as long to be receipted.
  await simulator.fault('delay', { phone: shop.number, ms: 400 });
  const written = write();
  await until('enough is on its way in', async () => (await simulator.device(shop)).queue >= 130, { seconds: 60, every: 5 });
  await server.program.kill();
  const flight = await underWay({ server, simulator, shop });
  console.log(`killed after ${sent()} sends: ${JSON.stringify(flight)} (seed ${SEED})`);
  assert.ok(flight.queued >= 100 && flight.unreceipted >= 100, `too little under way: ${JSON.stringify(flight)}`);
  await written;
}

async function settled({ server, simulator, shop, customers }, round) {
  const expected = EACH * round;
  await until('all inbound are stored', async () => {
    const [{ inbound }] = await query(server, 'SELECT count(*) AS inbound FROM messages WHERE is_outgoing = 0');
    return inbound >= expected * customers.length && (await simulator.device(shop)).queue === 0;
  }, { seconds: 60, every: 200 });
  await until('all outgoing have arrived', async () => {
    const [{ queued }] = await query(server, "SELECT count(*) AS queued FROM messages WHERE status = 'queued'");
    return queued === 0;
  }, { seconds: 60, every: 200 });
}

async function expectNothingLost({ server, accountId, customers }, rounds, acknowledged) {
  const stored = await messages(server, accountId);
  const outgoing = stored.filter((message) => message.outgoing);
  assert.deepEqual(new Set(outgoing.map(({ text }) => text)), new Set(acknowledged.keys()), 'acknowledged is stored');
  assert.equal(outgoing.length, acknowledged.size, 'and once');
  for (const { text, id } of outgoing) assert.equal(acknowledged.get(text), id, 'under the WhatsApp id that was told');
  for (const customer of customers) {
    const received = await customer.received();
    const sent = rounds.flatMap((round) => texts(round, 'shop', customer.number));
    assert.deepEqual(received.map(({ text }) => text), sent, 'decrypted at the other end, in order');
    for (const { text, messageId } of received) assert.equal(acknowledged.get(text), messageId, 'one WhatsApp id a text');
    const inbound = stored.filter((message) => !message.outgoing && message.text.includes(`${customer.number} to shop`));
    const written = rounds.flatMap((round) => texts(round, customer.number, 'shop'));
    assert.deepEqual(inbound.map(({ text }) => text), written, 'inbound is stored once, in order');
  }
}

scenario('killed with hundreds under way, it comes back without a QR and nothing is lost', async (stage) => {
  const next = random(SEED);
  const simulator = await stage.simulator();
  const play = { simulator, server: await stage.server() };
  const anna = await play.server.register('anna');
  let client = await stage.signedIn(play.server, anna);
  play.shop = await simulator.phone('+4930000001', "Anna's shop");
  play.customers = [
    await simulator.phone('+4915100000001', 'Cara', { reads: true }),
    await simulator.phone('+4915100000002', 'Dan', { reads: true, address: 'phone' }),
  ];
  play.accountId = await link(client, play.shop);
  const ben = await play.server.register('ben', { by: anna.token });
  let bens = await stage.signedIn(play.server, ben);
  const bensAccount = await link(bens, await simulator.phone('+4930000002', "Ben's shop"));
  const acknowledged = new Map();
  const rounds = [];

  for (const round of [1, 2]) {
    rounds.push(round);
    const before = { acknowledged: acknowledged.size, sent: client.all('message_sent_success').length };
    const sent = () => client.all('message_sent_success').length - before.sent;
    const queued = () => acknowledged.size - before.acknowledged - sent();
    await simulator.fault('delay', { phone: play.shop.number, ms: 40 });
    sendAll(client, round, play.customers, acknowledged);
    const write = () => writeAll(round, play.customers, play.shop);
    await killInFlight(play, { sent, queued, write, at: 10 + Math.floor(next() * 40) });
    await simulator.recover();

    play.server = await stage.again(play.server);
    client = await stage.signedIn(play.server, anna);
    if (!(await client.ok('get_connection_status', {})).connected) await open(client, play.accountId);
    bens = await stage.signedIn(play.server, ben);
    if (!(await bens.ok('get_connection_status', {})).connected) await open(bens, bensAccount);
    // What was not acknowledged is sent again under the same clientId, as clients do.
    sendAll(client, round, play.customers, acknowledged);
    await until('all are acknowledged', () => acknowledged.size === rounds.length * EACH * play.customers.length, { seconds: 60 });
    await settled(play, round);
    await expectNothingLost(play, rounds, acknowledged);
    for (const told of [client, bens]) {
      assert.equal(told.all('whatsapp_status_update', ({ qrCode }) => qrCode).length, 0, 'no new QR');
    }
  }
}, { seconds: 240 });
