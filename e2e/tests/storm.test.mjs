// Many clients at once.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Program } from '../lib/program.mjs';
import { scenario } from '../lib/stage.mjs';
import { token } from '../lib/token.mjs';

const SOCKETS = 2_000;

scenario('2,000 sockets that emit `authenticate` in the same turn as they connect are all answered', async (stage) => {
  const server = await stage.server({ env: { JWT_PROVISION_USERS: 'true' } });
  const answers = Array.from({ length: SOCKETS }, async (_, index) => {
    const userId = `user-${index % 100}`;
    const client = stage.client(server);
    const { userId: answered } = await client.signIn(token(userId), userId);
    return answered === userId && client;
  });
  const clients = await Promise.all(answers);
  assert.equal(clients.filter(Boolean).length, SOCKETS);
  const statuses = await Promise.all(clients.map((client) => client.ok('get_connection_status')));
  assert.ok(statuses.every(({ connectionState }) => connectionState === 'disconnected'));
});

scenario('4 sends in flight on each of 50 sockets are acknowledged and arrive in order', async (stage) => {
  const server = await stage.server();
  const admin = await server.register('anna');
  const first = await stage.signedIn(server, admin);
  await first.ok('connect_whatsapp', { provider: 'demo' });
  const { conversationId } = await first.next('new_message');
  const clients = await Promise.all(Array.from({ length: 50 }, () => stage.signedIn(server, admin)));

  await Promise.all(clients.map((client, index) => send(client, index, conversationId)));
  for (const client of clients) {
    await client.next('new_message', ({ content }) => content === '49: 19');
  }
  const seen = clients.map((client) => client.all('new_message', ({ isOutgoing }) => isOutgoing).map(({ seq }) => seq));
  seen.forEach((seqs) => assert.deepEqual(seqs, seqs.toSorted((a, b) => a - b), 'in seq order on each socket'));
  for (const client of clients) {
    for (let sender = 0; sender < clients.length; sender += 1) {
      const from = client.all('new_message', ({ content }) => content.startsWith(`${sender}: `)).map(({ content }) => content);
      if (from.length === 20) assert.deepEqual(from, Array.from({ length: 20 }, (_, index) => `${sender}: ${index}`));
    }
  }
});

/** 20 sends, at most 4 of them unanswered at a time. */
async function send(client, sender, conversationId) {
  const order = [];
  const inFlight = [];
  for (let index = 0; index < 20; index += 1) {
    if (inFlight.length === 4) await inFlight.shift();
    const sent = client.ok('send_message', { conversationId, message: `${sender}: ${index}` });
    inFlight.push(sent.then(() => order.push(index)));
  }
  await Promise.all(inFlight);
  assert.deepEqual(order, Array.from({ length: 20 }, (_, index) => index), 'acknowledged in the order sent');
}

scenario('likewise when the first event follows CONNECT in the same packet of the network', async (stage) => {
  const server = await stage.server({ env: { JWT_PROVISION_USERS: 'true' } });
  const users = Array.from({ length: SOCKETS }, (_, index) => `user-${index % 100}`);
  const plan = {
    address: new URL(server.url).host,
    users: users.map((userId) => ({ userId, token: token(userId), accountId: '' })),
    senders: [],
  };
  const file = join(await stage.folder(), 'plan.json');
  await writeFile(file, JSON.stringify(plan));
  const args = ['load', 'same-turn', '--plan', file, '--sockets', String(SOCKETS)];
  const bench = stage.program(new Program('bench', Program.path('BENCH_BIN'), args));
  assert.deepEqual(await bench.closed, { code: 0, signal: null }, bench.lines.join('\n'));
  const outcome = JSON.parse(bench.lines[0]);
  assert.equal(outcome.failure ?? null, null);
  assert.equal(outcome.hung ?? 0, 0, bench.lines[0]);
});
