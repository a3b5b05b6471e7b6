// What is stored, read behind the server's back.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

// Node 20 reads no SQLite; Python does, also while the server writes.
const READ = `
import json, sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
db.row_factory = sqlite3.Row
plain = lambda value: value.hex() if isinstance(value, bytes) else value
print(json.dumps([{key: plain(row[key]) for key in row.keys()} for row in db.execute(sys.argv[2], sys.argv[3:])]))
`;

/** The rows of a query; blobs as hex. */
export async function query(server, sql, ...values) {
  const args = ['-c', READ, `${server.dataDir}/switchboard.db`, sql, ...values.map(String)];
  const { stdout } = await run('python3', args, { maxBuffer: 1 << 28 });
  return JSON.parse(stdout);
}

/** An id as the database has it, in hex. */
export const hex = (id) => id.replaceAll('-', '');

/** The messages of an account, in the order of their commits: `{ text, outgoing, id, status, seq, conversation }`. */
export function messages(server, accountId) {
  return query(
    server,
    `SELECT content AS text, is_outgoing AS outgoing, provider_id AS id, status, seq, hex(conversation_id) AS conversation
     FROM messages WHERE hex(account_id) = upper(?) ORDER BY messages.id`,
    hex(accountId),
  );
}
