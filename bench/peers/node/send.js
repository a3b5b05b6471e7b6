// send_message: checked, stored, told to all who see the account, acknowledged; in that order.
import { randomUUID } from 'node:crypto';
import { accountFor } from './access.js';

const refusal = (code, message) => ({ ok: false, error: { code, message, retryable: false } });

/** Builds the handler of `send_message`; with `group` the sends of one turn of the event loop share a transaction. */
export function makeSend({ io, store, access, group }) {
  let waiting = [];

  const commitWaiting = () => {
    const batch = waiting;
    waiting = [];
    store.insertAll(batch.map(({ message }) => message));
    for (const { message, account, ack } of batch) publish(io, account, message, ack);
  };

  return (userId, data, ack) => {
    const checked = check(access, userId, data);
    if (checked.error) return ack?.(checked.error);
    const { account } = checked;
    const message = compose(account, userId, data);
    if (!group) {
      store.insert(message);
      return publish(io, account, message, ack);
    }
    waiting.push({ message, account, ack });
    if (waiting.length === 1) setImmediate(commitWaiting);
  };
}

function check(access, userId, data) {
  if (userId === undefined) return { error: refusal('unauthenticated', 'Not authenticated') };
  if (typeof data?.message !== 'string' || data.message === '') return { error: refusal('message_empty', 'No text') };
  if (typeof data.to !== 'string') return { error: refusal('bad_payload', 'to: missing') };
  const account = accountFor(access, userId, data.accountId);
  return account ? { account } : { error: refusal('not_found', 'No such account') };
}

/** The contract's Message, as it goes out in `new_message`. */
function compose(account, userId, { to, message, conversationId, clientId }) {
  const now = new Date().toISOString();
  account.seq += 1;
  return {
    id: randomUUID(),
    accountId: account.id,
    conversationId: conversationId ?? `${account.id}_${to}`,
    seq: account.seq,
    messageId: randomUUID(),
    clientId: clientId ?? null,
    content: message,
    messageType: 'text',
    isOutgoing: true,
    status: 'sent',
    error: null,
    senderId: userId,
    sender: { contactId: null, phone: null, name: userId, userId },
    to,
    media: null,
    replyTo: null,
    reactions: [],
    editedAt: null,
    deletedAt: null,
    origin: 'user',
    timestamp: now,
    createdAt: now,
    conversation: { unreadCount: 0 },
  };
}

function publish(io, account, message, ack) {
  const { id, messageId, clientId, conversationId, accountId, status, seq, timestamp, to, content, senderId } = message;
  io.to(account.rooms).emit('new_message', message);
  io.to(`conversation_${conversationId}`).emit('message_sent', {
    messageId, to, message: content, conversationId, id, clientId, senderId, timestamp, isOutgoing: true,
  });
  io.to(`user_${senderId}`).emit('message_sent_success', { messageId, timestamp, id, clientId, conversationId });
  ack?.({ ok: true, id, messageId, conversationId, accountId, clientId, status, seq, timestamp });
}
