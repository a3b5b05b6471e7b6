// Import this before Baileys: its Signal library prints whole sessions, private keys included, to the console.
// The test runner reports through the standard streams itself and needs no console.
for (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace']) {
  console[name] = () => {}
}
