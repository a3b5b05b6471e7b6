// The WhatsApp at the other end, and its control API.

import { api } from './http.mjs';
import { Program } from './program.mjs';

export class Simulator {
  static async start() {
    const program = new Program('simulator', Program.path('SIMULATOR_BIN'), ['--listen', '127.0.0.1:0']);
    const { web, control } = JSON.parse(await program.line(/^\{"/));
    return new Simulator(program, web, control);
  }

  constructor(program, web, control) {
    Object.assign(this, { program, web, control });
  }

  call(method, path, body) {
    return api(this.control, method, `/control${path}`, { body });
  }

  /** Makes a phone and answers with the way to play it. */
  async phone(number, name, options = {}) {
    await this.call('POST', '/phones', { phone: number, name, ...options });
    return new Phone(this, number);
  }

  /** Makes something go wrong; answers with the way to end it. */
  async fault(kind, options = {}) {
    const { id } = await this.call('POST', '/faults', { kind, ...options });
    return () => this.call('DELETE', `/faults/${id}`);
  }

  /** Ends all faults. */
  async recover() {
    await this.call('DELETE', '/faults');
  }

  /** The linked device of a phone, as the server sees it. */
  async device(phone) {
    const { items } = await this.call('GET', '/accounts');
    return items.find((item) => item.phone === phone.number);
  }

  /** What was asked that the simulator does not know. */
  async unknown() {
    return (await this.call('GET', '/unknown')).items;
  }
}

export class Phone {
  constructor(simulator, number) {
    Object.assign(this, { simulator, number });
  }

  call(method, what, body) {
    return this.simulator.call(method, `/phones/${encodeURIComponent(this.number)}/${what}`, body);
  }

  scan(qr) {
    return this.call('POST', 'scan', { qr });
  }

  /** Writes to another phone; answers with WhatsApp's id of the message. */
  async write(to, text) {
    return (await this.call('POST', 'messages', { to: to.number, text })).messageId;
  }

  type(to, state) {
    return this.call('POST', 'typing', { to: to.number, state });
  }

  /** What it has received and decrypted from others, in order. */
  async received() {
    const { items } = await this.call('GET', 'messages');
    return items.filter((item) => !item.fromMe);
  }
}
