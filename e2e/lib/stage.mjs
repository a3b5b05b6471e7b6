// One test with all that it starts: ended in the end, and heard when it fails.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { Client } from './client.mjs';
import { Simulator } from './simulator.mjs';
import { Switchboard } from './switchboard.mjs';
import { within } from './until.mjs';

/** A test that is given a stage. `seconds` is how long it may take at most. */
export function scenario(name, play, { seconds = 90 } = {}) {
  test(name, async () => {
    const stage = new Stage();
    try {
      await within(seconds, name, play(stage));
      await stage.expectNothingUnknown();
    } catch (error) {
      stage.printLogs();
      throw error;
    } finally {
      await stage.clear();
    }
  });
}

class Stage {
  #programs = [];
  #clients = [];
  #folders = [];
  #simulators = [];

  /** An empty folder that is gone in the end. */
  async folder() {
    const folder = await mkdtemp(join(tmpdir(), 'switchboard-e2e-'));
    this.#folders.push(folder);
    return folder;
  }

  async simulator() {
    const simulator = await Simulator.start();
    this.#simulators.push(simulator);
    return this.program(simulator.program) && simulator;
  }

  /** A server on a folder of its own, or on the one named; beside a simulator if there is one. */
  async server({ dataDir, env = {}, ...more } = {}) {
    const folder = dataDir ?? (await this.folder());
    const web = this.#simulators.at(-1)?.web;
    const server = await Switchboard.start(folder, { env: web ? { WHATSAPP_WEB_URL: web, ...env } : env, ...more });
    return this.program(server.program) && server;
  }

  /** The same server once more, on the same folder and port. */
  async again(server, options = {}) {
    return this.server({ dataDir: server.dataDir, port: server.port, ...options });
  }

  client(server, options) {
    const client = new Client(server.url, options);
    this.#clients.push(client);
    return client;
  }

  /** A client that is signed in as the user. */
  async signedIn(server, { token, user }, options) {
    const client = this.client(server, options);
    client.authenticated = await client.signIn(token, user.id);
    return client;
  }

  /** Ends a program together with the test. */
  program(program) {
    this.#programs.push(program);
    return program;
  }

  async expectNothingUnknown() {
    for (const simulator of this.#simulators.filter(({ program }) => !program.ended)) {
      const unknown = await simulator.unknown();
      if (unknown.length > 0) throw new Error(`asked what the simulator does not know: ${JSON.stringify(unknown)}`);
    }
  }

  printLogs() {
    for (const { name, lines } of this.#programs) {
      console.error(`--- the last lines of ${name}\n${lines.slice(-60).join('\n')}`);
    }
  }

  async clear() {
    this.#clients.forEach((client) => client.close());
    await Promise.all(this.#programs.map((program) => program.kill()));
    await Promise.all(this.#folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }
}
