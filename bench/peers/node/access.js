// Who sees which account, held in memory (as Switchboard does), with the account's sequence.

/** From `[{ id, members: [userId] }]`: the accounts by id, and the accounts of each user. */
export function buildAccess(seed) {
  const accounts = new Map();
  const byUser = new Map();
  for (const { id, members } of seed) {
    const account = { id, seq: 0, members: new Set(members), rooms: members.map((userId) => `user_${userId}`) };
    accounts.set(id, account);
    for (const userId of members) byUser.set(userId, [...(byUser.get(userId) ?? []), account]);
  }
  return { accounts, of: (userId) => byUser.get(userId) ?? [] };
}

/** The account a send goes out from: the named one if the user may see it, else the only one he has. */
export function accountFor(access, userId, accountId) {
  if (accountId === undefined) {
    const own = access.of(userId);
    return own.length === 1 ? own[0] : undefined;
  }
  const account = access.accounts.get(accountId);
  return account?.members.has(userId) ? account : undefined;
}
