// The life of a link: lost, ended from either side, and what becomes of sends meanwhile.

import assert from 'node:assert/strict';

import { link, open } from '../lib/linking.mjs';
import { scenario } from '../lib/stage.mjs';
import { until } from '../lib/until.mjs';

/** A user with a linked account, and a customer. */
async function shop(stage, options) {
  const simulator = await stage.simulator();
  const server = await stage.server(options);
  const client = await stage.signedIn(server, await server.register('anna'));
  const phone = await simulator.phone('+4930000001', "Anna's shop");
  const customer = await simulator.phone('+4915100000001', 'Cara', { reads: true });
  const accountId = await link(client, phone);
  return { simulator, server, client, phone, customer, accountId };
}

const state = (client, wanted) => client.next('whatsapp_status_update', ({ connectionState }) => connectionState === wanted, 30);

scenario('the QR is told as text and as a picture, after the notice', async (stage) => {
  await stage.simulator();
  const server = await stage.server();
  const client = await stage.signedIn(server, await server.register('anna'));
  client.socket.emit('connect_whatsapp', {});
  const notice = await client.next('whatsapp_status_update', ({ message }) => /unofficial/.test(message));
  assert.equal(notice.qrCode, null, 'it comes before the first QR');
  const { qrCode, qrImage, qrExpiresAt, connectionState } = await client.next('whatsapp_status_update', ({ qrCode }) => qrCode);
  assert.equal(connectionState, 'qr');
  assert.equal(qrCode.split(',').length >= 4, true);
  const [head, picture] = qrImage.split(',');
  assert.equal(head, 'data:image/png;base64');
  assert.equal(Buffer.from(picture, 'base64').subarray(1, 4).toString(), 'PNG');
  assert.ok(Date.parse(qrExpiresAt) > Date.now());
});

scenario('a lost connection comes back by itself, and what was sent meanwhile goes out', async (stage) => {
  const { simulator, client, phone, customer } = await shop(stage);
  const recover = await simulator.fault('refuse', { phone: phone.number, seconds: 600 });
  await simulator.fault('drop', { phone: phone.number });
  await state(client, 'reconnecting');
  const { id, status } = await client.ok('send_message', { to: customer.number, message: 'while away' });
  assert.equal(status, 'queued');
  await recover();
  await open(client);
  await client.next('message_status', (message) => message.id === id && message.status === 'read', 40);
  assert.deepEqual((await customer.received()).map(({ text, deliveries }) => [text, deliveries]), [['while away', 1]]);
});

scenario('logged out on the phone: told, and sends are refused', async (stage) => {
  const { simulator, client, phone, customer } = await shop(stage);
  await simulator.fault('log_out', { phone: phone.number });
  const told = await state(client, 'logged_out');
  assert.equal(told.connected, false);
  const refused = await client.call('send_message', { to: customer.number, message: 'too late' });
  assert.equal(refused.error.code, 'account_not_linked');
  await client.next('message_send_error', ({ code }) => code === 'account_not_linked');
  client.socket.emit('connect_whatsapp', {});
  const { qrCode } = await client.next('whatsapp_status_update', (status) => status.qrCode);
  await phone.scan(qrCode);
  await open(client);
  await client.ok('send_message', { to: customer.number, message: 'linked anew' });
  await until('it arrives', async () => (await customer.received()).some(({ text }) => text === 'linked anew'));
});

scenario('logged out here: the phone has the device no more', async (stage) => {
  const { simulator, client, phone } = await shop(stage);
  await client.ok('disconnect_whatsapp', { logout: true });
  await client.next('whatsapp_status_update', ({ connected }) => !connected);
  await until('the device is gone', async () => !(await simulator.device(phone)));
});

scenario('disconnected, it stays so over a restart, and comes back linked', async (stage) => {
  const { server, client, accountId, phone, customer } = await shop(stage);
  await client.ok('disconnect_whatsapp', {});
  await state(client, 'disconnected');
  assert.deepEqual(await server.program.stop(), { code: 0, signal: null });
  const again = await stage.again(server);
  const { token } = await again.api('POST', '/api/auth/login', { body: { email: 'anna@example.com', password: 'correct horse battery' } });
  const back = stage.client(again, { token });
  await back.next('authenticated');
  assert.equal((await back.ok('get_connection_status', {})).connectionState, 'disconnected');
  back.socket.emit('connect_whatsapp', {});
  await open(back, accountId);
  assert.equal(back.all('whatsapp_status_update', ({ qrCode }) => qrCode).length, 0, 'no new QR');
  await customer.write(phone, 'welcome back');
  await back.next('new_message', ({ content }) => content === 'welcome back');
});

scenario('refused by WhatsApp, a message fails with its code and a sentence, and the next one goes', async (stage) => {
  const { simulator, client, phone, customer } = await shop(stage);
  const recover = await simulator.fault('nack', { phone: phone.number, code: 463, count: 1 });
  const { id, conversationId } = await client.ok('send_message', { to: customer.number, message: 'refused' });
  const next = await client.ok('send_message', { conversationId, message: 'and the next' });
  const failed = await client.next('message_status', (message) => message.id === id && message.status === 'failed');
  assert.equal(failed.error.providerCode, '463');
  assert.ok(failed.error.message.length > 10);
  const told = await client.next('message_send_error', (error) => error.id === id);
  assert.equal(told.error, failed.error.message);
  await client.next('message_sent_success', (sent) => sent.id === next.id);
  assert.deepEqual((await customer.received()).map(({ text }) => text), ['and the next']);
  await recover().catch(() => {});
});

scenario('nobody by that number: the message fails, the acknowledgement does not', async (stage) => {
  const { client } = await shop(stage);
  const { id } = await client.ok('send_message', { to: '+4915199999999', message: 'anybody?' });
  const told = await client.next('message_send_error', (error) => error.id === id);
  assert.equal(told.code, 'recipient_not_on_whatsapp');
});

scenario('a message whose acknowledgement is lost with the connection goes again, under the same id', async (stage) => {
  const { simulator, client, phone, customer } = await shop(stage);
  // Without its receipt nothing says that the message has arrived.
  const switchOn = await simulator.fault('offline', { phone: customer.number });
  const recover = await simulator.fault('drop_acks', { phone: phone.number });
  const { lastFrame } = await simulator.device(phone);
  const { id, messageId } = await client.ok('send_message', { to: customer.number, message: 'once' });
  await until('it has gone out', async () => (await simulator.device(phone)).lastFrame > lastFrame);
  await simulator.fault('drop', { phone: phone.number });
  await state(client, 'reconnecting');
  assert.equal(client.all('message_sent_success').length, 0, 'its acknowledgement was lost');
  await recover();
  await client.next('message_sent_success', (sent) => sent.id === id, 60);
  await switchOn();
  await client.next('message_status', (message) => message.id === id && message.status === 'read', 40);
  const received = await customer.received();
  assert.deepEqual(received.map((message) => [message.text, message.messageId]), [['once', messageId]]);
}, { seconds: 120 });

scenario('what comes twice or in another order is stored once', async (stage) => {
  const { simulator, client, phone, customer } = await shop(stage);
  await simulator.fault('duplicate', { phone: phone.number });
  const texts = Array.from({ length: 20 }, (_, index) => `twice ${index}`);
  for (const text of texts) await customer.write(phone, text);
  await client.next('new_message', ({ content }) => content === 'twice 19');
  await customer.write(phone, 'the end');
  await client.next('new_message', ({ content }) => content === 'the end');
  const heard = client.all('new_message', ({ isOutgoing }) => !isOutgoing).map(({ content }) => content);
  assert.deepEqual(heard, [...texts, 'the end']);
});

scenario('a flipped byte costs a retry and no message', async (stage) => {
  const { simulator, client, phone, customer } = await shop(stage);
  await simulator.fault('corrupt', { phone: phone.number });
  await customer.write(phone, 'flipped');
  await client.next('new_message', ({ content }) => content === 'flipped', 40);
});
