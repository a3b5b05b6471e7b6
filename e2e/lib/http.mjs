// Switchboard's HTTP API.

/** One request. Answers with status, headers and body, whatever the status; JSON is read. */
export async function request(url, method, path, { token, body, headers = {} } = {}) {
  const all = { ...headers };
  if (token) all.authorization = `Bearer ${token}`;
  if (body !== undefined) all['content-type'] ??= 'application/json';
  const raw = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(url + path, { method, headers: all, body: raw, signal: AbortSignal.timeout(20_000) });
  const text = await answer.text();
  const type = answer.headers.get('content-type') ?? '';
  return { status: answer.status, headers: answer.headers, text, body: /json/.test(type) && text ? JSON.parse(text) : undefined };
}

/** One request that must succeed; answers with its body. */
export async function api(url, method, path, options) {
  const { status, text, body } = await request(url, method, path, options);
  if (status < 200 || status > 299) throw new Error(`${method} ${path} answered ${status}: ${text}`);
  return body;
}
