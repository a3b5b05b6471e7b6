// Whatever a client sends: the right error each time, and the socket still works afterwards.

import assert from 'node:assert/strict';

import { scenario } from '../lib/stage.mjs';
import { expired, token, unsigned } from '../lib/token.mjs';

const UNKNOWN = '01890a5d-ac96-774b-bcce-b302099a8057';
const nested = (depth) => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
const DEEP = nested(2_000);
const HUGE = 'x'.repeat(900_000);
const NO_OBJECTS = [7, 'text', true, [], [{}], DEEP, HUGE];

/** Each: what is sent, the code, and the field that is named. */
const sending = ({ conversationId, foreign }) => [
  [undefined, 'bad_payload', 'message'],
  [null, 'bad_payload', 'message'],
  [{}, 'bad_payload', 'message'],
  [{ to: '+12025550141' }, 'bad_payload', 'message'],
  [{ message: 'to nobody' }, 'bad_payload', 'to'],
  [{ message: 7, conversationId }, 'bad_payload', 'message'],
  [{ message: DEEP, conversationId }, 'bad_payload', 'message'],
  [{ message: 'x', conversationId: 7 }, 'bad_payload', 'conversationId'],
  [{ message: 'x', conversationId: {} }, 'bad_payload', 'conversationId'],
  [{ message: 'x', to: ['+12025550141'] }, 'bad_payload', 'to'],
  [{ message: 'x', conversationId, clientId: 'c'.repeat(65) }, 'bad_payload', 'clientId'],
  [{ message: 'x', conversationId, clientId: 12 }, 'bad_payload', 'clientId'],
  [{ message: 'x', conversationId, accountId: false }, 'bad_payload', 'accountId'],
  [{ message: '', conversationId }, 'message_empty'],
  [{ message: 'x'.repeat(65_537), conversationId }, 'message_too_long'],
  [{ message: HUGE, conversationId }, 'message_too_long'],
  [{ message: 'x', to: '12' }, 'recipient_invalid'],
  [{ message: 'x', to: 'somebody' }, 'recipient_invalid'],
  [{ message: 'x', to: '+1234567890123456' }, 'recipient_invalid'],
  [{ message: 'x', conversationId: 'conv_123' }, 'not_found'],
  [{ message: 'x', conversationId: UNKNOWN }, 'not_found'],
  [{ message: 'x', conversationId: foreign.conversationId }, 'not_found'],
  [{ message: 'x', conversationId: '\u0000' }, 'not_found'],
  [{ message: 'x', to: '+12025550141', accountId: UNKNOWN }, 'not_found'],
  [{ message: 'x', to: '+12025550141', accountId: foreign.accountId }, 'not_found'],
  ...NO_OBJECTS.map((data) => [data, 'bad_payload']),
];

const ofChat = ({ foreign }) => [
  [undefined, 'bad_payload', 'conversationId'],
  [null, 'bad_payload', 'conversationId'],
  [{}, 'bad_payload', 'conversationId'],
  [{ conversationId: null }, 'bad_payload', 'conversationId'],
  [{ conversationId: 7 }, 'bad_payload', 'conversationId'],
  [{ conversationId: DEEP }, 'bad_payload', 'conversationId'],
  [{ conversationId: HUGE }, 'bad_payload', 'conversationId'],
  ...NO_OBJECTS.map((data) => [data, 'bad_payload']),
];

const unseen = ({ foreign }) => [UNKNOWN, 'conv_123', foreign.conversationId];

const ofAccount = ({ foreign }) => [
  [{ accountId: 7 }, 'bad_payload', 'accountId'],
  [{ accountId: DEEP }, 'bad_payload', 'accountId'],
  [{ accountId: HUGE }, 'bad_payload', 'accountId'],
  [{ accountId: 'nonsense' }, 'not_found'],
  [{ accountId: UNKNOWN }, 'not_found'],
  [{ accountId: foreign.accountId }, 'not_found'],
  ...NO_OBJECTS.map((data) => [data, 'bad_payload']),
];

const MATRIX = (ids) => ({
  send_message: sending(ids),
  join_conversation: [...ofChat(ids), ...unseen(ids).map((conversationId) => [{ conversationId }, 'not_found'])],
  leave_conversation: ofChat(ids),
  typing: [
    ...ofChat(ids),
    ...unseen(ids).map((conversationId) => [{ conversationId, state: 'composing' }, 'not_found']),
    [{ conversationId: ids.conversationId }, 'bad_payload', 'state'],
    [{ conversationId: ids.conversationId, state: 'singing' }, 'bad_payload', 'state'],
    [{ conversationId: ids.conversationId, state: DEEP }, 'bad_payload', 'state'],
  ],
  get_connection_status: ofAccount(ids),
  connect_whatsapp: [
    ...ofAccount(ids),
    [{ provider: 'telegram' }, 'bad_payload', 'provider'],
    [{ method: 'pigeon' }, 'bad_payload', 'method'],
    [{ phone: 7 }, 'bad_payload', 'phone'],
  ],
  disconnect_whatsapp: [...ofAccount(ids), [{ logout: 'yes' }, 'bad_payload', 'logout']],
  no_such_event: [[{}, 'unknown_event'], [undefined, 'unknown_event'], [DEEP, 'unknown_event']],
  constructor: [[{}, 'unknown_event']],
});

/** A user with a demo account and a chat. */
async function shop(stage, server, name, by) {
  const session = await server.register(name, { by });
  const client = await stage.signedIn(server, session);
  const { accountId } = await client.ok('connect_whatsapp', { provider: 'demo' });
  const { conversationId } = await client.next('new_message');
  return { session, client, accountId, conversationId };
}

const short = (data) => (JSON.stringify(data) ?? 'nothing').slice(0, 60);

async function expectRefused(client, event, data, code, field) {
  const before = client.heard.length;
  const ack = data === undefined ? await client.call(event) : await client.call(event, data);
  const about = `${event} with ${short(data)}`;
  assert.equal(ack.ok, false, about);
  assert.equal(ack.error.code, code, `${about}: ${JSON.stringify(ack)}`);
  if (field) assert.equal(ack.error.field, field, about);
  assert.equal(typeof ack.error.message, 'string', about);
  assert.equal(/auth/i.test(ack.error.message), false, `${about}: clients sign out on that word`);
  assert.equal(typeof ack.error.retryable, 'boolean', about);
  const told = client.heard.slice(before).filter(({ name }) => name === (event === 'send_message' ? 'message_send_error' : 'error'));
  assert.equal(told.length, 1, `${about}: one event for clients without acknowledgements`);
  assert.equal(told[0].data.code, code, about);
}

scenario('bad input on every event', async (stage) => {
  const server = await stage.server();
  const anna = await shop(stage, server, 'anna');
  const foreign = await shop(stage, server, 'ben', anna.session.token);
  const { client, conversationId, accountId } = anna;
  for (const [event, cases] of Object.entries(MATRIX({ conversationId, foreign }))) {
    for (const [data, code, field] of cases) {
      await expectRefused(client, event, data, code, field);
      assert.equal((await client.ok('get_connection_status', {})).accountId, accountId, `it still works after ${event}`);
    }
  }
  const { id } = await client.ok('send_message', { conversationId, message: 'after all that', extra: DEEP });
  await client.next('message_sent_success', (sent) => sent.id === id);
  assert.ok((await client.ok('leave_conversation', { conversationId: UNKNOWN })).ok, 'leaving is always done');
});

scenario('bad tokens, and what comes before signing in', async (stage) => {
  const server = await stage.server();
  const { user, token: admin } = await server.register('anna');
  const other = (await server.register('ben', { by: admin })).user;
  const client = stage.client(server);
  const cases = [
    [undefined, 'token_missing'],
    [{}, 'token_missing'],
    [{ userId: user.id }, 'token_missing'],
    [{ token: '', userId: user.id }, 'token_missing'],
    [{ token: null, userId: user.id }, 'token_missing'],
    [{ token: 7, userId: user.id }, 'bad_payload'],
    [{ token: token(user.id) }, 'bad_payload'],
    [{ token: token(user.id), userId: DEEP }, 'bad_payload'],
    [{ token: 'nonsense', userId: user.id }, 'token_invalid'],
    [{ token: 'a.b.c', userId: user.id }, 'token_invalid'],
    [{ token: unsigned(user.id), userId: user.id }, 'token_invalid'],
    [{ token: token(user.id, { secret: 'another secret of 32 bytes and more' }), userId: user.id }, 'token_invalid'],
    [{ token: token(user.id, { header: { alg: 'HS512' } }), userId: user.id }, 'token_invalid'],
    [{ token: token(user.id, { claims: { userId: undefined } }), userId: user.id }, 'token_invalid'],
    [{ token: expired(user.id), userId: user.id }, 'token_expired'],
    [{ token: token(user.id), userId: other.id }, 'user_mismatch'],
    [{ token: token('nobody'), userId: 'nobody' }, 'user_unknown'],
    [DEEP, 'bad_payload'],
    [HUGE, 'bad_payload'],
  ];
  for (const [data, code] of cases) {
    const ack = data === undefined ? await client.call('authenticate') : await client.call('authenticate', data);
    assert.equal(ack.error?.code, code, `${short(data)}: ${JSON.stringify(ack)}`);
    assert.equal((await client.next('auth_error')).code, code);
  }
  for (const event of ['send_message', 'join_conversation', 'get_connection_status', 'connect_whatsapp', 'no_such_event']) {
    const ack = await client.call(event, {});
    assert.equal(ack.error.code, 'unauthenticated', event);
    assert.equal(ack.error.message, 'Not authenticated');
  }
  await client.signIn(token(user.id), user.id);
  const renewed = await client.ok('authenticate', { token: token(user.id), userId: user.id });
  assert.equal(renewed.userId, user.id);
  const changed = await client.call('authenticate', { token: token(other.id), userId: other.id });
  assert.equal(changed.error.code, 'user_mismatch', 'a socket never changes its user');
  assert.equal((await client.ok('get_connection_status')).connectionState, 'disconnected');
});

scenario('a packet over the limit closes the socket, and the client may come again', async (stage) => {
  const server = await stage.server();
  const anna = await server.register('anna');
  const client = await stage.signedIn(server, anna);
  client.socket.emit('send_message', { to: '+12025550141', message: 'x'.repeat(1_100_000) });
  await client.next('(disconnect)');
  await stage.signedIn(server, anna);
});

scenario('a socket that does not sign in is closed after its ten seconds', async (stage) => {
  const server = await stage.server();
  const client = stage.client(server);
  await client.next('(connect)');
  const started = performance.now();
  await client.next('(disconnect)', undefined, 15);
  const seconds = (performance.now() - started) / 1000;
  assert.ok(seconds > 8 && seconds < 13, `closed after ${seconds} s`);
});

scenario('bad requests over HTTP', async (stage) => {
  const server = await stage.server();
  const anna = await shop(stage, server, 'anna');
  const { token: admin } = anna.session;
  const ben = await shop(stage, server, 'ben', admin);
  const good = { email: 'c@example.com', name: 'C', password: 'long enough' };
  const cases = [
    ['POST', '/api/auth/register', { body: '{' }, 400, 'bad_payload'],
    ['POST', '/api/auth/register', { body: '[]' }, 400, 'bad_payload'],
    ['POST', '/api/auth/register', { body: { ...good, email: 'nobody' }, token: admin }, 400, 'bad_payload'],
    ['POST', '/api/auth/register', { body: { ...good, password: 'short' }, token: admin }, 400, 'bad_payload'],
    ['POST', '/api/auth/register', { body: { ...good, name: DEEP }, token: admin }, 400, 'bad_payload'],
    ['POST', '/api/auth/register', { body: { ...good, email: 'ANNA@example.com' }, token: admin }, 409, 'conflict'],
    ['POST', '/api/auth/register', { body: good, token: ben.session.token }, 403, 'forbidden'],
    ['POST', '/api/auth/login', { body: {} }, 400, 'bad_payload'],
    ['GET', '/api/auth/me', {}, 401, 'token_missing'],
    ['GET', '/api/auth/me', { token: 'nonsense' }, 401, 'token_invalid'],
    ['GET', '/api/auth/me', { token: expired(anna.session.user.id) }, 401, 'token_expired'],
    ['GET', '/api/auth/me', { token: unsigned(anna.session.user.id) }, 401, 'token_invalid'],
    ['GET', '/api/auth/me', { token: token('nobody') }, 401, 'user_unknown'],
    ['POST', '/api/accounts', { body: { provider: 'telegram' }, token: admin }, 400, 'bad_payload'],
    ['GET', '/api/accounts', {}, 401, 'token_missing'],
    ['GET', `/api/accounts/${UNKNOWN}/members`, { token: admin }, 404, 'not_found'],
    ['GET', '/api/accounts/nonsense/members', { token: admin }, 404, 'not_found'],
    ['GET', `/api/accounts/${anna.accountId}/members`, { token: ben.session.token }, 404, 'not_found'],
    ['PUT', `/api/accounts/${anna.accountId}/members/nobody`, { token: admin }, 404, 'not_found'],
    ['GET', '/api/no-such-thing', { token: admin }, 404, 'not_found'],
  ];
  for (const [method, path, options, status, code] of cases) {
    const answer = await server.request(method, path, options);
    const about = `${method} ${path} ${short(options.body)}: ${answer.status} ${answer.text.slice(0, 300)}`;
    assert.equal(answer.status, status, about);
    assert.match(answer.headers.get('content-type'), /application\/problem\+json/, about);
    assert.equal(answer.body.code, code, about);
  }
  const wrong = await server.request('POST', '/api/auth/login', { body: { email: 'anna@example.com', password: 'wrong one' } });
  assert.equal(wrong.status, 401);
  const huge = await server.request('POST', '/api/auth/login', { body: { email: 'anna@example.com', password: 'x'.repeat(20_000_000) } });
  assert.equal(huge.status, 413);
  assert.equal((await server.request('GET', '/healthz')).status, 200);
});
