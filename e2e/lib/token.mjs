// JSON Web Tokens made by hand, good ones and bad ones.

import { createHmac } from 'node:crypto';

/** The secret that servers under test are given. */
export const SECRET = 'a secret for end-to-end tests, 32 bytes and more';

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token for a user, good for an hour. `claims` and `header` are laid over what a good one has. */
export function token(userId, { claims = {}, header = {}, secret = SECRET } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const head = { alg: 'HS256', typ: 'JWT', ...header };
  const signed = `${encode(head)}.${encode({ userId, iat: now, exp: now + 3600, ...claims })}`;
  if (head.alg === 'none') return `${signed}.`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** A token whose time was over a minute ago. */
export const expired = (userId) => token(userId, { claims: { exp: Math.floor(Date.now() / 1000) - 60 } });

/** A token that nobody signed. */
export const unsigned = (userId) => token(userId, { header: { alg: 'none' } });
