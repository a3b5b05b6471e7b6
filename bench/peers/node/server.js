// The guide's own server on Node, for the bench. Environment: JWT_SECRET, DATA_DIR, SEED (a JSON file of
// `[{ id, members: [userId] }]`), PORT (0: any), GROUP=1 (one transaction for what arrived together).
// Prints its address once it listens.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import express from 'express';
import jwt from 'jsonwebtoken';
import { Server } from 'socket.io';
import { buildAccess } from './access.js';
import { makeSend } from './send.js';
import { openStore } from './store.js';

const { JWT_SECRET, DATA_DIR, SEED, PORT = '0', GROUP } = process.env;
const seed = JSON.parse(readFileSync(SEED, 'utf8'));
const store = openStore(join(DATA_DIR, 'node.db'), seed);
const access = buildAccess(seed);

const app = express();
app.get('/healthz', (_request, response) => response.json({ status: 'ok' }));
const server = http.createServer(app);
const io = new Server(server, { cors: { origin: ['http://localhost:3000', 'http://localhost:3001'] } });
const send = makeSend({ io, store, access, group: GROUP === '1' });

/** Verifies the token and that it is this user's; answers the user and when the token ends. */
function verify({ token, userId } = {}) {
  const claims = jwt.verify(token, JWT_SECRET, { algorithms: ['HS256'] });
  if (String(claims.userId) !== String(userId)) throw new Error('Authentication failed: another user');
  if (!store.userExists(String(userId))) throw new Error('Authentication failed: unknown user');
  return { userId: String(userId), expiresAt: new Date(claims.exp * 1000).toISOString() };
}

function authenticate(socket, data) {
  try {
    const { userId, expiresAt } = verify(data);
    const room = `user_${userId}`;
    socket.data.userId = userId;
    socket.join(room);
    const positions = Object.fromEntries(access.of(userId).map(({ id, seq }) => [id, `1.${seq}`]));
    socket.emit('authenticated', { userId, message: 'Authenticated', room, positions, expiresAt });
  } catch (error) {
    socket.emit('auth_error', { message: `Authentication failed: ${error.message}`, code: 'token_invalid' });
  }
}

io.on('connection', (socket) => {
  socket.on('authenticate', (data) => authenticate(socket, data));
  socket.on('send_message', (data, ack) => send(socket.data.userId, data, ack));
  socket.on('join_conversation', ({ conversationId } = {}) => {
    const room = `conversation_${conversationId}`;
    socket.join(room);
    socket.emit('joined_conversation', { conversationId, room });
  });
});

server.listen(Number(PORT), '127.0.0.1', () => console.log(`Listening on http://127.0.0.1:${server.address().port}`));
process.on('SIGTERM', () => {
  io.close();
  store.close();
  process.exit(0);
});
