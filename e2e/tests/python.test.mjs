// Another client in another language: python-socketio, over each transport.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';

import { Program } from '../lib/program.mjs';
import { scenario } from '../lib/stage.mjs';

const CLIENT = fileURLToPath(new URL('../python/client.py', import.meta.url));

for (const [transports, ends] of [['websocket', 'websocket'], ['polling', 'polling'], ['polling,websocket', 'websocket']]) {
  scenario(`python-socketio over ${transports} does what the guide says`, async (stage) => {
    const server = await stage.server();
    const { token, user } = await server.register('anna');
    const args = [CLIENT, server.url, token, user.id, transports];
    const python = stage.program(new Program('python-socketio', Program.path('PYTHON_BIN'), args));
    const report = JSON.parse(await python.line(/^\{"heard"/, 60));
    assert.deepEqual(await python.closed, { code: 0, signal: null });
    assert.equal(report.transport, ends);
    for (const event of ['authenticated', 'whatsapp_status_update', 'new_message', 'joined_conversation', 'message_sent', 'error']) {
      assert.ok(report.heard.includes(event), `${event} was not heard`);
    }
  });
}
