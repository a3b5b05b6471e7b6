// What the README tells a newcomer to paste works.

import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Program } from '../lib/program.mjs';
import { scenario } from '../lib/stage.mjs';
import { environment } from '../lib/switchboard.mjs';
import { until } from '../lib/until.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The blocks of code under a heading, each with its language. */
async function blocks(heading) {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, section] = readme.split(`## ${heading}\n`);
  assert.ok(section, `the README has no "${heading}"`);
  return [...section.split('\n## ')[0].matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({ language, code }));
}

scenario('the first message in five minutes', async (stage) => {
  const server = await stage.server({ binary: 'SWITCHBOARD_PLAIN_BIN' });
  const found = await blocks('The first message in five minutes');
  assert.deepEqual(found.map(({ language }) => language), ['sh', 'js', 'sh']);
  const here = (code) => code
    .replaceAll('http://127.0.0.1:5000', server.url)
    .replaceAll('target/debug/switchboard', Program.path('SWITCHBOARD_PLAIN_BIN'))
    // The package is here already, in the version under test.
    .replace('npm install socket.io-client', 'true');

  const folder = await stage.folder();
  await mkdir(join(folder, 'hello'));
  await symlink(join(root, 'e2e/node_modules'), join(folder, 'hello/node_modules'));
  await writeFile(join(folder, 'hello/hello.mjs'), here(found[1].code));
  const script = ['set -eu', `cd ${folder}`, here(found[0].code), here(found[2].code).replace('node', 'exec node')];
  const shell = stage.program(new Program('the README', 'bash', ['-c', script.join('\n')], environment(server.dataDir)));

  await shell.line(/"token"/);
  await shell.line(/whatsapp is open/);
  await shell.line(/\(demo\) > .*demo/);
  await shell.line(/^I > Hello! What does it cost\?/);
  await shell.line(/^ +read/);
  const mine = shell.lines.findIndex((line) => line.startsWith('I > '));
  await until('she answers', () => shell.lines.slice(mine).some((line) => /\(demo\) > /.test(line)));
  await shell.stop('SIGINT');
});
