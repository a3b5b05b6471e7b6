// Waiting for conditions, each with a bounded deadline and an error that says what was waited for.

import { setTimeout as sleep } from 'node:timers/promises';

/** Asks `check` until it gives something true, and returns that. */
export async function until(what, check, { seconds = 20, every = 50 } = {}) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s in vain: ${what}`);
    await sleep(every);
  }
}

/** The promise, unless it takes longer. */
export function within(seconds, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${seconds} s: ${what}`)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
