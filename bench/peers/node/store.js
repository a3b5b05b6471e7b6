// The tables of the peer and the two ways of storing a message: one INSERT each, or one transaction for what arrived together.
import Database from 'better-sqlite3';

const TABLES = `
  CREATE TABLE users (id TEXT PRIMARY KEY);
  CREATE TABLE accounts (id TEXT PRIMARY KEY);
  CREATE TABLE members (account_id TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (account_id, user_id)) WITHOUT ROWID;
  CREATE TABLE messages (
    id TEXT PRIMARY KEY, account_id TEXT NOT NULL, seq INTEGER NOT NULL, conversation_id TEXT NOT NULL, client_id TEXT,
    sender_id TEXT NOT NULL, recipient TEXT NOT NULL, content TEXT NOT NULL, status TEXT NOT NULL, timestamp TEXT NOT NULL
  );
  CREATE INDEX messages_by_conversation ON messages (conversation_id, timestamp);
`;

/** Opens a fresh database as durable as SQLite gets: WAL, and a sync before a commit returns. */
export function openStore(path, accounts) {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(TABLES);
  seed(db, accounts);
  const insert = db.prepare('INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const one = (m) =>
    insert.run(m.id, m.accountId, m.seq, m.conversationId, m.clientId, m.senderId, m.to, m.content, m.status, m.timestamp);
  const user = db.prepare('SELECT id FROM users WHERE id = ?');
  return {
    userExists: (id) => user.get(id) !== undefined,
    insert: one,
    insertAll: db.transaction((messages) => messages.forEach(one)),
    close: () => db.close(),
  };
}

const seed = (db, accounts) =>
  db.transaction(() => {
    const user = db.prepare('INSERT OR IGNORE INTO users VALUES (?)');
    const account = db.prepare('INSERT INTO accounts VALUES (?)');
    const member = db.prepare('INSERT INTO members VALUES (?, ?)');
    for (const { id, members } of accounts) {
      account.run(id);
      for (const userId of members) {
        user.run(userId);
        member.run(id, userId);
      }
    }
  })();
