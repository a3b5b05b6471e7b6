// What stops a start, each with one line that names it.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';

import { Program } from '../lib/program.mjs';
import { scenario } from '../lib/stage.mjs';
import { environment } from '../lib/switchboard.mjs';

/** Starts a server that must not come up; answers with what it said. */
async function refusal(stage, env, { binary = 'SWITCHBOARD_BIN', args = ['serve'], dataDir } = {}) {
  const folder = dataDir ?? (await stage.folder());
  const program = stage.program(new Program('switchboard', Program.path(binary), args, environment(folder, env)));
  const { code } = await program.closed;
  assert.notEqual(code, 0, 'it must not start');
  assert.equal(program.lines.length, 1, `one line, not:\n${program.lines.join('\n')}`);
  return program.lines[0];
}

const WEB = { WHATSAPP_WEB_URL: 'ws://127.0.0.1:9/' };

scenario('a plain build refuses a WhatsApp other than the real one', async (stage) => {
  const line = await refusal(stage, WEB, { binary: 'SWITCHBOARD_PLAIN_BIN' });
  assert.match(line, /WHATSAPP_WEB_URL/);
});

scenario('a simulator build takes loopback only, and says what it is', async (stage) => {
  const line = await refusal(stage, { WHATSAPP_WEB_URL: 'wss://web.whatsapp.com/ws/chat' });
  assert.match(line, /WHATSAPP_WEB_URL.*loopback/);
  const server = await stage.server({ env: WEB });
  await server.program.line(/on loopback only, and WhatsApp's certificate is not checked/);
});

scenario('the plain build serves', async (stage) => {
  const server = await stage.server({ binary: 'SWITCHBOARD_PLAIN_BIN' });
  assert.equal((await server.request('GET', '/healthz')).status, 200);
  const anna = await server.register('anna');
  await stage.signedIn(server, anna);
});

for (const [name, value] of [
  ['PORT', 'http'],
  ['PORT', '70000'],
  ['HOST', 'not a host'],
  ['JWT_SECRET', 'too short'],
  ['ALLOWED_ORIGINS', 'localhost:3000'],
  ['JWT_PROVISION_USERS', 'perhaps'],
  ['DATABASE_URL', 'mysql://localhost/x'],
  ['SEND_MAX_AGE', 'soon'],
  ['MAX_PAYLOAD', '-1'],
  ['PING_INTERVAL', 'often'],
  ['LOG_FORMAT', 'xml'],
]) {
  scenario(`${name}=${value} stops the start with one line that names it`, async (stage) => {
    const line = await refusal(stage, { [name]: value });
    assert.match(line, new RegExp(name));
    if (name === 'JWT_SECRET') assert.doesNotMatch(line, new RegExp(value), 'a secret is not shown');
  });
}

scenario('a port in use stops the start with one line', async (stage) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address();
  const line = await refusal(stage, { PORT: String(port) }).finally(() => taken.close());
  assert.match(line, new RegExp(`${port}.*in use|in use.*${port}`));
});

scenario('a second server on the same data stops with one line, and the first goes on', async (stage) => {
  const server = await stage.server();
  const line = await refusal(stage, {}, { dataDir: server.dataDir });
  assert.match(line, /running|in use|another|lock/i);
  assert.equal((await server.request('GET', '/healthz')).status, 200);
});
