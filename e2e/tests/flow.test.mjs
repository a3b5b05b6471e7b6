// Two users, two accounts, two customers: the real server, the real wire, npm's client.

import assert from 'node:assert/strict';

import { POLLING_FIRST, WEBSOCKET } from '../lib/client.mjs';
import { messages, query } from '../lib/database.mjs';
import { link } from '../lib/linking.mjs';
import { scenario } from '../lib/stage.mjs';
import { PASSWORD } from '../lib/switchboard.mjs';
import { until } from '../lib/until.mjs';

const COUNT = 500;
const numbered = (what) => Array.from({ length: COUNT }, (_, index) => `${what} ${index + 1}`);

/** A user with an account that is linked to a phone of its own, and a customer. */
async function shop(stage, { simulator, server, name, by, own, customer, transports }) {
  const session = await server.register(name, { by });
  const client = await stage.signedIn(server, session, { transports });
  const phone = await simulator.phone(own, `${name}'s shop`);
  const shop = { name, session, client, phone, customer };
  shop.accountId = await link(client, phone);
  return shop;
}

/** 500 texts each way at once; all of them arrive, in order. */
async function exchange({ name, client, phone, customer }) {
  const [first, ...rest] = numbered(`${name} to customer`);
  const { conversationId } = await client.ok('send_message', { to: customer.number, message: first, clientId: first });
  await client.ok('join_conversation', { conversationId });
  const acks = rest.map((message) => client.ok('send_message', { conversationId, message, clientId: message }));
  for (const text of numbered(`customer to ${name}`)) await customer.write(phone, text);
  const seqs = (await Promise.all(acks)).map(({ seq }) => seq);
  assert.deepEqual(seqs, seqs.toSorted((a, b) => a - b), 'sends are stored in the order sent');
  return conversationId;
}

async function expectAllArrived(server, { name, client, customer, accountId }) {
  const received = await until(`${name}'s customer has all`, async () => {
    const items = await customer.received();
    return items.length >= COUNT && items;
  }, { seconds: 60 });
  assert.deepEqual(received.map(({ text }) => text), numbered(`${name} to customer`));
  assert.ok(received.every(({ deliveries }) => deliveries === 1), 'each arrives once');

  await until(`${name} is told that all were read`, () => readBy(client).size === COUNT, { seconds: 60 });
  await until(`${name} hears the customer`, () => heardFrom(client).length >= COUNT, { seconds: 60 });
  assert.deepEqual(heardFrom(client), numbered(`customer to ${name}`));

  const stored = await messages(server, accountId);
  const outgoing = stored.filter((message) => message.outgoing);
  assert.deepEqual(outgoing.map(({ text }) => text), numbered(`${name} to customer`));
  assert.deepEqual(outgoing.map(({ id }) => id), received.map(({ messageId }) => messageId), 'one WhatsApp id a text');
  assert.ok(outgoing.every(({ status }) => status === 'read'));
  assert.deepEqual(stored.filter((message) => !message.outgoing).map(({ text }) => text), numbered(`customer to ${name}`));
  assert.equal(new Set(stored.map(({ conversation }) => conversation)).size, 1, 'the number and the LID are one chat');
}

const readBy = (client) => new Set(client.all('message_status', ({ status }) => status === 'read').map(({ id }) => id));
const heardFrom = (client) => client.all('new_message', ({ isOutgoing }) => !isOutgoing).map(({ content }) => content);

/** Every change of an account reached the socket, in order and without a gap. One change may be two events. */
function expectNoGap({ name, client, accountId }) {
  const sequenced = ['new_message', 'message_status', 'message_updated', 'conversation_updated'];
  const heard = client.heard.filter((event) => sequenced.includes(event.name) && event.data.accountId === accountId);
  heard.reduce((last, { data: { seq } }) => {
    assert.ok(seq === last || seq === last + 1, `${name} hears change ${seq} after ${last}`);
    return seq;
  }, 0);
}

/** Logs tell no number, text or token. */
function expectDiscreet(server, shops) {
  const phones = shops.flatMap(({ phone, customer }) => [phone.number.slice(1), customer.number.slice(1)]);
  const secrets = [...phones, ...shops.map(({ session }) => session.token), 'to customer', 'customer to', PASSWORD];
  for (const line of server.program.lines) {
    for (const secret of secrets) assert.ok(!line.includes(secret), `the log tells what it must not: ${line}`);
  }
}

/** A user's status only rises. */
function expectRising(client) {
  const order = ['queued', 'sent', 'delivered', 'read', 'played'];
  const reached = new Map();
  for (const { id, status } of client.all('message_status')) {
    assert.ok(order.indexOf(status) > (reached.get(id) ?? 0), `${id} fell to ${status}`);
    reached.set(id, order.indexOf(status));
  }
}

scenario('500 texts each way between two users and their customers, who never see each other', async (stage) => {
  const simulator = await stage.simulator();
  const server = await stage.server();
  const cara = await simulator.phone('+4915100000001', 'Cara', { reads: true });
  const dan = await simulator.phone('+4915100000002', 'Dan', { reads: true, address: 'phone' });
  const anna = await shop(stage, { simulator, server, name: 'anna', own: '+4930000001', customer: cara, transports: WEBSOCKET });
  const by = anna.session.token;
  const ben = await shop(stage, { simulator, server, name: 'ben', by, own: '+4930000002', customer: dan, transports: POLLING_FIRST });
  await until('the second client has upgraded', () => ben.client.transport === 'websocket');

  const [annasChat] = await Promise.all([exchange(anna), exchange(ben)]);
  for (const one of [anna, ben]) {
    await expectAllArrived(server, one);
    expectNoGap(one);
    expectRising(one.client);
  }
  const names = await query(server, 'SELECT push_name FROM contacts ORDER BY push_name');
  assert.deepEqual(names.map(({ push_name: name }) => name), ['Cara', 'Dan']);

  const aboutAnna = ({ data }) => [data?.accountId, data?.positions && Object.keys(data.positions)].flat().includes(anna.accountId);
  assert.equal(ben.client.heard.filter(aboutAnna).length, 0, 'Ben sees nothing of Anna');
  assert.equal(anna.client.heard.filter(({ data }) => data?.accountId === ben.accountId).length, 0, 'nor Anna of Ben');

  const join = () => ben.client.call('join_conversation', { conversationId: annasChat });
  const refused = await join();
  assert.equal(refused.error.code, 'not_found', 'what one may not see does not exist');
  const intrusion = await ben.client.call('send_message', { conversationId: annasChat, message: 'not mine' });
  assert.equal(intrusion.error.code, 'not_found');

  const members = `/api/accounts/${anna.accountId}/members/${ben.session.user.id}`;
  await server.api('PUT', members, { token: by });
  const access = () => ben.client.next('access_changed', ({ accountId }) => accountId === anna.accountId);
  const granted = await access();
  assert.equal(granted.access, 'member');
  assert.match(granted.position, /^\d+\.\d+$/);
  assert.ok((await join()).ok);
  await cara.write(anna.phone, 'hello to you both');
  await ben.client.next('new_message', ({ content }) => content === 'hello to you both');
  await cara.type(anna.phone, 'composing');
  await ben.client.next('typing', ({ conversationId }) => conversationId === annasChat);

  await server.api('DELETE', members, { token: by });
  const count = ben.client.heard.length;
  await anna.client.ok('typing', { conversationId: annasChat, state: 'composing' });
  await cara.write(anna.phone, 'to Anna alone');
  await anna.client.next('new_message', ({ content }) => content === 'to Anna alone');
  // Ben's own send goes through the same stream: when its acknowledgement is there, all before it would be.
  await ben.client.ok('send_message', { to: dan.number, message: 'still at work' });
  const later = ben.client.heard.slice(count).filter(({ data }) => data?.accountId === anna.accountId || data?.conversationId === annasChat);
  assert.deepEqual(later.filter(({ name }) => name !== 'access_changed'), [], 'nothing after the answer');
  assert.equal((await access()).access, 'none');
  assert.equal((await join()).error.code, 'not_found');
  expectDiscreet(server, [anna, ben]);
}, { seconds: 180 });
