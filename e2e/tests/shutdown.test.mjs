// A stop by SIGTERM loses nothing, and clients come back by themselves.

import assert from 'node:assert/strict';

import { messages } from '../lib/database.mjs';
import { scenario } from '../lib/stage.mjs';
import { until } from '../lib/until.mjs';

const SENDS = 400;

scenario('SIGTERM with sends in flight: what was acknowledged is stored, and clients reconnect', async (stage) => {
  const server = await stage.server();
  const anna = await server.register('anna');
  const client = stage.client(server, { token: anna.token, reconnection: true });
  await client.next('authenticated');
  const { accountId } = await client.ok('connect_whatsapp', { provider: 'demo' });
  const { conversationId } = await client.next('new_message');

  const acks = new Map();
  for (let index = 0; index < SENDS; index += 1) {
    const message = `in flight ${index}`;
    client.socket.emit('send_message', { conversationId, message, clientId: message }, (ack) => acks.set(message, ack));
  }
  await until('the first are acknowledged', () => acks.size >= 20, { every: 1 });
  const stopped = await server.program.stop('SIGTERM');
  assert.deepEqual(stopped, { code: 0, signal: null }, 'a clean end');
  const reason = await client.next('(disconnect)');
  assert.equal(reason, 'transport close', 'after any other reason a client does not come back by itself');

  const again = await stage.again(server);
  await client.next('authenticated');
  const acknowledged = [...acks].filter(([, ack]) => ack.ok).map(([message]) => message);
  assert.ok(acknowledged.length >= 20);
  for (const [message, ack] of acks) {
    if (!ack.ok) assert.equal(ack.error.code, 'shutting_down', `${message}: ${JSON.stringify(ack)}`);
  }
  const stored = (await messages(again, accountId)).filter((message) => message.outgoing).map(({ text }) => text);
  assert.deepEqual(stored, Array.from(stored, (_, index) => `in flight ${index}`), 'in order and once each');
  for (const message of acknowledged) assert.ok(stored.includes(message), `${message} was acknowledged and is lost`);
});
