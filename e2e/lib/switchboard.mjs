// The server under test.

import { api, request } from './http.mjs';
import { Program } from './program.mjs';
import { SECRET } from './token.mjs';

/** A client version, so that none is asked for: there is no network. */
const WEB_VERSION = '2.3000.1029496320';

export const PASSWORD = 'correct horse battery';

export class Switchboard {
  /** Starts it on a free port, or on the one it had before, and waits until it listens. */
  static async start(dataDir, { env = {}, port = 0, binary = 'SWITCHBOARD_BIN' } = {}) {
    const program = new Program('switchboard', Program.path(binary), ['serve'], environment(dataDir, { PORT: String(port), ...env }));
    const line = await program.line(/listening on http:/);
    return new Switchboard(program, dataDir, /listening on (http:\/\/[^\s",]+)/.exec(line)[1]);
  }

  constructor(program, dataDir, url) {
    Object.assign(this, { program, dataDir, url });
  }

  get port() {
    return Number(new URL(this.url).port);
  }

  request(method, path, options) {
    return request(this.url, method, path, options);
  }

  api(method, path, options) {
    return api(this.url, method, path, options);
  }

  /** Registers a user, the first one by itself and others by the admin's token: `{ token, user }`. */
  register(name, { by } = {}) {
    const body = { email: `${name}@example.com`, name, password: PASSWORD };
    return this.api('POST', '/api/auth/register', { token: by, body });
  }

  /** The value of a metric, summed over its labels. */
  async metric(name) {
    const { text } = await this.request('GET', '/metrics');
    const values = text.split('\n').filter((line) => line.startsWith(name) && /^[ {]/.test(line.slice(name.length)));
    if (values.length === 0) throw new Error(`there is no metric ${name}`);
    return values.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }
}

/** What a server under test finds in its environment, and nothing else. */
export function environment(dataDir, more = {}) {
  return {
    DATA_DIR: dataDir,
    PORT: '0',
    JWT_SECRET: SECRET,
    WHATSAPP_WEB_VERSION: WEB_VERSION,
    LOG_FORMAT: 'pretty',
    NO_COLOR: '1',
    ...(process.env.E2E_LOG && { RUST_LOG: process.env.E2E_LOG }),
    ...more,
  };
}
