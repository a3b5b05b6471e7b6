// A client as people use it: npm's socket.io-client, and all that it hears kept in order.

import { io } from 'socket.io-client';

import { within } from './until.mjs';

export const WEBSOCKET = ['websocket'];
/** What npm's client does when nothing else is said. */
export const POLLING_FIRST = ['polling', 'websocket'];

export class Client {
  /** Connects. Nothing is sent yet; with `token` it signs in at the handshake. */
  constructor(url, { transports = WEBSOCKET, token, reconnection = false, ...more } = {}) {
    this.heard = [];
    this.waiting = new Set();
    const auth = token === undefined ? undefined : { token };
    this.socket = io(url, { transports, auth, reconnection, reconnectionDelay: 100, forceNew: true, ...more });
    this.socket.onAny((name, data) => this.#hear({ name, data }));
    for (const name of ['connect', 'connect_error', 'disconnect']) {
      this.socket.on(name, (data) => this.#hear({ name: `(${name})`, data }));
    }
  }

  /** The guide's way: emits `authenticate` in the same turn, and waits for `authenticated`. */
  async signIn(token, userId) {
    this.socket.emit('authenticate', { token, userId });
    return this.next('authenticated');
  }

  /** Emits, and waits for the acknowledgement. */
  call(event, ...data) {
    const ack = new Promise((resolve) => this.socket.emit(event, ...data, resolve));
    return within(20, `${event} is acknowledged`, ack);
  }

  /** Emits, and waits for an acknowledgement that says ok. */
  async ok(event, ...data) {
    const ack = await this.call(event, ...data);
    if (!ack?.ok) throw new Error(`${event} was refused: ${JSON.stringify(ack)}`);
    return ack;
  }

  /** The first event of that name that matches and was not taken before; takes it. */
  next(name, matches = () => true, seconds = 20) {
    const wanted = (event) => event.name === name && matches(event.data);
    const found = this.heard.find((event) => !event.taken && wanted(event));
    if (found) return Promise.resolve(take(found));
    const heard = new Promise((resolve) => this.waiting.add({ wanted, resolve }));
    return within(seconds, `the client hears ${name}`, heard);
  }

  /** All events of that name, in the order heard. */
  all(name, matches = () => true) {
    return this.heard.filter((event) => event.name === name && matches(event.data)).map((event) => event.data);
  }

  /** The names of all that was heard since then. */
  since(count) {
    return this.heard.slice(count).map((event) => event.name);
  }

  get transport() {
    return this.socket.io.engine?.transport?.name;
  }

  close() {
    this.socket.close();
  }

  #hear(event) {
    this.heard.push(event);
    for (const waiter of this.waiting) {
      if (!waiter.wanted(event)) continue;
      this.waiting.delete(waiter);
      return waiter.resolve(take(event));
    }
  }
}

function take(event) {
  event.taken = true;
  return event.data;
}
