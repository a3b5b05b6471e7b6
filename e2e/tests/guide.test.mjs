// The guide, word for word: a client that knows nothing but it, against the demo account.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { POLLING_FIRST } from '../lib/client.mjs';
import { Program } from '../lib/program.mjs';
import { scenario } from '../lib/stage.mjs';
import { environment } from '../lib/switchboard.mjs';
import { token } from '../lib/token.mjs';

const has = (data, ...keys) => keys.forEach((key) => assert.ok(key in data, `${key} is missing in ${JSON.stringify(data)}`));

/** A token as a person mints one, on the command line beside the running server. */
async function mint(server, userId) {
  const switchboard = Program.path('SWITCHBOARD_BIN');
  const { PATH } = process.env;
  const env = { PATH, ...environment(server.dataDir) };
  const { stdout } = await promisify(execFile)(switchboard, ['token', '--user', userId], { env });
  return stdout.trim();
}

scenario('every event of the guide, with its payload keys', async (stage) => {
  const server = await stage.server();
  const { user } = await server.register('anna');
  const client = stage.client(server, { transports: POLLING_FIRST });

  client.socket.emit('authenticate', { token: 'nonsense', userId: user.id });
  const refused = await client.next('auth_error');
  has(refused, 'message');
  assert.match(refused.message, /auth/i, 'clients in the field look for that word');

  const authenticated = await client.signIn(await mint(server, user.id), user.id);
  has(authenticated, 'userId', 'message', 'room');
  assert.equal(authenticated.userId, user.id);
  assert.equal(authenticated.room, `user_${user.id}`);

  client.socket.emit('get_connection_status', {});
  const before = await client.next('connection_status');
  has(before, 'connected', 'connectionState');
  assert.deepEqual([before.connected, before.connectionState], [false, 'disconnected']);

  client.socket.emit('connect_whatsapp', { provider: 'demo' });
  const open = await client.next('whatsapp_status_update', ({ connected }) => connected);
  has(open, 'connected', 'connectionState');
  assert.equal(open.connectionState, 'open');

  const greeting = await client.next('new_message', ({ isOutgoing }) => !isOutgoing);
  has(greeting, 'id', 'content', 'isOutgoing');
  assert.match(greeting.content, /demo/i, 'the demo says what it is');
  const { conversationId } = greeting;

  client.socket.emit('join_conversation', { conversationId });
  assert.deepEqual(await client.next('joined_conversation'), { conversationId, room: `conversation_${conversationId}` });

  const { phone } = greeting.sender;
  client.socket.emit('send_message', { to: phone, message: 'Hello! What does it cost?', conversationId });
  const queued = await client.next('new_message', ({ isOutgoing }) => isOutgoing);
  assert.deepEqual([queued.content, queued.status, queued.to], ['Hello! What does it cost?', 'queued', phone]);

  const status = await client.next('message_status', ({ id }) => id === queued.id);
  assert.equal(status.status, 'sent');
  const sent = await client.next('message_sent', ({ id }) => id === queued.id);
  has(sent, 'messageId', 'to', 'message');
  assert.deepEqual([sent.to, sent.message, sent.messageId], [phone, queued.content, queued.messageId]);
  const success = await client.next('message_sent_success', ({ id }) => id === queued.id);
  has(success, 'messageId', 'timestamp');
  assert.deepEqual(
    client.heard.filter(({ data }) => data?.id === queued.id).map(({ name }) => name).slice(0, 4),
    ['new_message', 'message_status', 'message_sent', 'message_sent_success'],
  );
  await client.next('message_status', ({ id, status }) => id === queued.id && status === 'delivered');
  await client.next('message_status', ({ id, status }) => id === queued.id && status === 'read');

  const typing = await client.next('typing', ({ state }) => state === 'composing');
  assert.equal(typing.conversationId, conversationId);
  const answer = await client.next('new_message', (data) => !data.isOutgoing && data.conversationId === conversationId);
  assert.equal(answer.sender.phone, phone);

  client.socket.emit('send_message', { to: phone, message: '', conversationId });
  const error = await client.next('message_send_error');
  has(error, 'error');
  assert.equal(typeof error.error, 'string');

  client.socket.emit('leave_conversation', { conversationId });
  assert.deepEqual(await client.next('left_conversation'), { conversationId, room: `conversation_${conversationId}` });

  client.socket.emit('get_connection_status', {});
  assert.equal((await client.next('connection_status')).connected, true);

  await server.program.line(new RegExp(`User ${user.id} authenticated and joined room user_${user.id}`));
  await server.program.line(/Authentication error/);
});

scenario('several tabs of one user all get everything, and typing only who has the chat open', async (stage) => {
  const server = await stage.server();
  const anna = await server.register('anna');
  const one = await stage.signedIn(server, anna);
  const two = await stage.signedIn(server, anna, { transports: POLLING_FIRST });
  one.socket.emit('connect_whatsapp', { provider: 'demo' });
  const greetings = await Promise.all([one, two].map((tab) => tab.next('new_message')));
  assert.equal(greetings[0].id, greetings[1].id);

  const { conversationId } = greetings[0];
  await one.ok('join_conversation', { conversationId });
  await two.ok('join_conversation', { conversationId });
  await one.ok('typing', { conversationId, state: 'composing' });
  const typing = await two.next('typing', ({ from }) => from.userId === anna.user.id);
  assert.equal(typing.state, 'composing');

  const { id } = await two.ok('send_message', { conversationId, message: 'from the second tab' });
  await one.next('new_message', (message) => message.id === id);
  await one.next('message_sent', (message) => message.id === id);
  await one.next('message_sent_success', (message) => message.id === id);
  assert.equal(await server.metric('switchboard_connected_users'), 1, 'one user');
  assert.equal(await server.metric('switchboard_sockets'), 2, 'with two sockets');
  assert.equal(one.all('typing', ({ from }) => from.userId === anna.user.id).length, 0, 'not the one who types');
});

scenario('a token at the handshake is as good', async (stage) => {
  const server = await stage.server();
  const { user } = await server.register('anna');
  const client = stage.client(server, { token: token(user.id) });
  assert.equal((await client.next('authenticated')).userId, user.id);

  const stranger = stage.client(server, { token: 'nonsense' });
  const refused = await stranger.next('(connect_error)');
  assert.equal(refused.data.code, 'token_invalid');

  for (const none of ['', null]) {
    const later = stage.client(server, { token: none });
    await later.signIn(token(user.id), user.id);
  }
});
