// Import this before Baileys.

// Its Signal library prints whole sessions, private keys included, to the console. The test runner reports through the
// standard streams itself and needs no console.
for (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace']) {
  console[name] = () => {}
}

// It leaves timeouts of half a minute and more running when a socket has ended; they must not hold the process.
const LONG = 10_000
const { setTimeout: realSetTimeout } = globalThis
globalThis.setTimeout = (callback, delay, ...rest) => {
  const timer = realSetTimeout(callback, delay, ...rest)
  return delay >= LONG ? timer.unref() : timer
}
