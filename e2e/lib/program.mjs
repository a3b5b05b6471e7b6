// A program under test: started, listened to, ended by its own process id.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { within } from './until.mjs';

const running = new Set();

// Whatever ends this process, nothing is left behind.
process.on('exit', () => running.forEach((program) => program.child.kill('SIGKILL')));

export class Program {
  /** The path that an environment variable names; `cargo xtask test` sets them all. */
  static path(variable) {
    const path = process.env[variable];
    if (!path) throw new Error(`${variable} is not set: run the tests by \`cargo xtask test\``);
    return path;
  }

  constructor(name, path, args, env = {}) {
    this.name = name;
    this.lines = [];
    const { PATH, HOME } = process.env;
    this.child = spawn(path, args, { env: { PATH, HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.waiting = new Set();
    running.add(this);
    // `close`: it has ended, and all that it said was read.
    this.closed = once(this.child, 'close').then(([code, signal]) => this.#end({ code, signal }));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#hear(line));
    }
  }

  get pid() {
    return this.child.pid;
  }

  /** The first line that matches; an error if the program ends before. */
  line(pattern, seconds = 20) {
    const said = this.lines.find((line) => pattern.test(line));
    if (said !== undefined) return Promise.resolve(said);
    const heard = new Promise((resolve, reject) => this.waiting.add({ pattern, resolve, reject }));
    return within(seconds, `${this.name} says ${pattern}`, heard);
  }

  /** Asks it to end, and waits until it has; answers with `{ code, signal }`. */
  async stop(signal = 'SIGTERM', seconds = 20) {
    if (!this.ended) this.child.kill(signal);
    return within(seconds, `${this.name} ends after ${signal}`, this.closed);
  }

  /** Ends it the hard way. */
  kill() {
    return this.stop('SIGKILL');
  }

  #hear(line) {
    this.lines.push(line);
    for (const waiter of this.waiting) {
      if (!waiter.pattern.test(line)) continue;
      this.waiting.delete(waiter);
      waiter.resolve(line);
    }
  }

  #end(how) {
    this.ended = how;
    running.delete(this);
    for (const { pattern, reject } of this.waiting) {
      reject(new Error(`${this.name} ended (${how.code ?? how.signal}) before it said ${pattern}`));
    }
    return how;
  }
}
