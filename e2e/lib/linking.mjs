// Linking an account to a phone of the simulator.

/** Links the user's account by QR and waits until it is open; answers with its id. */
export async function link(client, phone, data = {}) {
  client.socket.emit('connect_whatsapp', data);
  const { qrCode } = await client.next('whatsapp_status_update', (status) => status.qrCode);
  await phone.scan(qrCode);
  return (await open(client)).accountId;
}

/** Waits until an account is open. */
export function open(client, accountId) {
  const isIt = (status) => status.connectionState === 'open' && (!accountId || status.accountId === accountId);
  return client.next('whatsapp_status_update', isIt, 30);
}
