// A Baileys client: its memory of keys, one socket for each connection, and what it has seen.
import './tame.js'
import makeWASocket, { Browsers, DisconnectReason, initAuthCreds, WA_CERT_DETAILS } from 'baileys'
import { until } from './simulator.js'

const silent = {
  level: 'silent',
  child: () => silent,
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {}
}

/** Makes Baileys trust the simulator's certificates; its check of them stays on. */
export async function trust(simulator) {
  const { root } = await simulator.get('/control/root')
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(root, 'base64')
}

export class Client {
  constructor(simulator) {
    this.simulator = simulator
    this.creds = initAuthCreds()
    this.keys = {}
    this.messages = []
    this.statuses = new Map()
    this.closes = []
    this.open = false
  }

  /** Connects with what it remembers; a client that is not linked shows QR codes. */
  connect() {
    const auth = { creds: this.creds, keys: this.#keyStore() }
    const socket = makeWASocket({
      auth,
      logger: silent,
      waWebSocketUrl: this.simulator.web,
      browser: Browsers.ubuntu('Chrome'),
      getMessage: key => Promise.resolve(this.sent?.get(key.id)),
      markOnlineOnConnect: true
    })
    this.socket = socket
    this.qr = undefined
    socket.ev.on('creds.update', update => Object.assign(this.creds, update))
    socket.ev.on('connection.update', update => this.#connectionChanged(socket, update))
    socket.ev.on('messages.upsert', ({ messages }) => messages.forEach(message => this.#arrived(message)))
    socket.ev.on('messages.update', updates => updates.forEach(({ key, update }) => this.#noteStatus(key, update)))
    return socket
  }

  #connectionChanged(socket, { connection, lastDisconnect, qr }) {
    if (socket !== this.socket) return
    if (qr) this.qr = qr
    if (connection === 'open') this.open = true
    if (connection === 'close') {
      this.open = false
      const code = lastDisconnect?.error?.output?.statusCode
      if (code === DisconnectReason.restartRequired) this.connect()
      else this.closes.push(code)
    }
  }

  /** A message of anybody, once; what a phone tells its own device is none. Baileys may fold a status into it. */
  #arrived(message) {
    this.#noteStatus(message.key, message)
    if (message.category !== 'peer') this.messages.push(message)
  }

  #noteStatus({ id }, { status }) {
    if (status != null) this.statuses.set(id, [...(this.statuses.get(id) ?? []), status])
  }

  /** Whether a sent message has had that status (a member of WAMessageStatus). */
  hadStatus(id, status) {
    return this.statuses.get(id)?.includes(status) ?? false
  }

  /** Links to a phone by QR, and waits until the new device is logged in. */
  async link(number) {
    this.connect()
    await until('a QR code', () => this.qr)
    await this.simulator.scan(number, this.qr)
    await this.opened()
  }

  opened() {
    return until('an open connection', () => this.open)
  }

  /** Waits for the end of the connection and returns its status code. */
  async closed() {
    await until('the end of the connection', () => this.closes.length > 0)
    return this.closes.at(-1)
  }

  async send(jid, text) {
    const message = await this.socket.sendMessage(jid, { text })
    this.sent ??= new Map()
    this.sent.set(message.key.id, message.message)
    return message.key.id
  }

  /** The texts that came from others, in order. */
  texts() {
    return this.messages.filter(message => !message.key.fromMe).map(textOf).filter(Boolean)
  }

  end() {
    const socket = this.socket
    this.socket = undefined
    socket?.end(undefined)
  }

  #keyStore() {
    return {
      get: (type, ids) => {
        const stored = this.keys[type] ?? {}
        return Object.fromEntries(ids.filter(id => stored[id] != null).map(id => [id, stored[id]]))
      },
      set: changes => {
        for (const [type, values] of Object.entries(changes)) {
          this.keys[type] = { ...this.keys[type], ...values }
        }
      }
    }
  }
}

function textOf(message) {
  return message.message?.conversation ?? message.message?.extendedTextMessage?.text
}
