// Nobody is answered before the disk has it: the order of system calls, as strace sees it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Program } from '../lib/program.mjs';
import { scenario } from '../lib/stage.mjs';
import { until } from '../lib/until.mjs';

/** The lines of a trace with split calls put together, each at the time it returned; `begun` is where it started. */
function calls(trace) {
  const open = new Map();
  const all = [];
  trace.split('\n').forEach((line, place) => {
    const [, pid, rest] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (!pid) return;
    const resumed = /^<\.\.\. (\w+) resumed>(.*)$/.exec(rest);
    if (rest.endsWith('<unfinished ...>')) open.set(pid, { text: rest, begun: place });
    else if (resumed) {
      const start = open.get(pid) ?? { text: resumed[1], begun: place };
      all.push({ text: start.text + resumed[2], begun: start.begun, done: place });
    } else all.push({ text: rest, begun: place, done: place });
  });
  return all;
}

scenario('the database is synced before the first acknowledgement', async (stage) => {
  const server = await stage.server();
  const anna = await server.register('anna');
  const client = await stage.signedIn(server, anna);
  await client.ok('connect_whatsapp', { provider: 'demo' });
  const { conversationId } = await client.next('new_message');

  const file = join(await stage.folder(), 'trace');
  const watched = 'trace=fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg';
  const args = ['-f', '-y', '-s', '8192', '-e', watched, '-o', file, '-p', String(server.program.pid)];
  const strace = stage.program(new Program('strace', 'strace', args));
  await strace.line(/attached/);
  const texts = Array.from({ length: 4 }, (_, index) => `durable text number ${index}`);
  const acks = await Promise.all(texts.map((message) => client.ok('send_message', { conversationId, message })));
  await strace.stop('SIGINT');

  const all = calls(await until('the trace is written', () => readFile(file, 'utf8')));
  const find = (what, matches) => all.find(matches) ?? assert.fail(`the trace has no ${what}`);
  texts.forEach((text, index) => {
    const written = find(`write of "${text}"`, (call) => /^pwrite64\(\d+<[^>]*-wal>/.test(call.text) && call.text.includes(text));
    const synced = find('sync after it', (call) => /^f(data)?sync\(\d+<[^>]*-wal>/.test(call.text) && call.begun > written.done && /= 0$/.test(call.text));
    const answered = find('answer', (call) => /^(write|writev|sendto|sendmsg)\(/.test(call.text) && call.text.includes(acks[index].id));
    assert.ok(synced.done < answered.begun, `"${text}" was answered before it was on the disk`);
  });
});
