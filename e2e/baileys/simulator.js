// Starts the simulator for one test file, speaks its control API, and ends it by its process id.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** Starts the binary named by SIMULATOR_BIN and waits for its line of addresses. */
export async function startSimulator() {
  const binary = process.env.SIMULATOR_BIN
  if (!binary) {
    throw new Error('SIMULATOR_BIN is not set: it must name the simulator binary (cargo build -p simulator)')
  }
  const child = spawn(binary, ['--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const addresses = JSON.parse(await firstLine(child, binary))
  return new Simulator(child, addresses)
}

function firstLine(child, binary) {
  return new Promise((resolve, reject) => {
    child.once('error', error => reject(new Error(`SIMULATOR_BIN=${binary} did not start: ${error.message}`)))
    child.once('exit', code => reject(new Error(`the simulator ended with ${code} before it printed its addresses`)))
    createInterface({ input: child.stdout }).once('line', resolve)
  })
}

class Simulator {
  constructor(child, addresses) {
    this.child = child
    this.web = addresses.web
    this.control = addresses.control
  }

  /** Ends the process, and waits until it has ended. */
  stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return Promise.resolve()
    return new Promise(resolve => {
      this.child.once('exit', resolve)
      this.child.kill('SIGTERM')
    })
  }

  get(path) {
    return this.#call('GET', path)
  }

  post(path, body = {}) {
    return this.#call('POST', path, body)
  }

  delete(path) {
    return this.#call('DELETE', path)
  }

  /** The path of a phone. */
  static phone(number, rest) {
    return `/control/phones/${encodeURIComponent(number)}/${rest}`
  }

  messages(number) {
    return this.get(Simulator.phone(number, 'messages')).then(answer => answer.items)
  }

  receipts(number) {
    return this.get(Simulator.phone(number, 'receipts')).then(answer => answer.items)
  }

  send(number, to, text) {
    return this.post(Simulator.phone(number, 'messages'), { to, text }).then(answer => answer.messageId)
  }

  scan(number, qr) {
    return this.post(Simulator.phone(number, 'scan'), { qr })
  }

  typeCode(number, pairingCode) {
    return this.post(Simulator.phone(number, 'scan'), { pairingCode })
  }

  unknown() {
    return this.get('/control/unknown').then(answer => answer.items)
  }

  async #call(method, path, body) {
    const answer = await fetch(this.control + path, { method, body: body && JSON.stringify(body) })
    const json = await answer.json()
    if (!answer.ok) throw new Error(`${method} ${path}: ${json.code}: ${json.message}`)
    return json
  }
}

/** Waits until `check` answers something true, and returns it. */
export async function until(what, check, seconds = 20) {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const answer = await check()
    if (answer) return answer
    if (Date.now() > end) throw new Error(`after ${seconds} s still waiting for: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 25))
  }
}
