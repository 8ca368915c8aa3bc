// The few calls that this page makes, all to its own server, all with the session.

import { api } from './address.js';
import { language } from './words.js';

/** A refusal or a failure: a stable code, a message in English for the details, and the fields at fault if the server named them. */
export class Failure extends Error {
  constructor(code, message, { status = 0, fields = [] } = {}) {
    super(message);
    Object.assign(this, { code, status, fields });
  }
}

let session = '';

/** The session of all calls from now on. */
export function useSession(token) {
  session = token;
}

/** The session itself: its settings, what it presets, what it allows. */
export const loadSession = () => read('connect/session');

/** What may be connected. */
export const loadIntegrations = () => read('integrations');

/** How a provider wants to be connected, with its titles and texts in the reader's language. */
export const loadProvider = (name) => read(`providers/${encodeURIComponent(name)}`);

/** Sends what the person typed in; `{ connectionId, providerConfigKey }`. */
export function submit(path, query, body) {
  return call(address(path, query), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: body === null ? undefined : JSON.stringify(body),
  });
}

/** An address that authenticates by its query: a window that is opened carries no headers. */
export function address(path, query) {
  const url = new URL(path, api);
  url.searchParams.set('connect_session_token', session);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

async function read(path) {
  const answer = await call(new URL(path, api), { headers: { Authorization: `Bearer ${session}`, 'Accept-Language': language } });
  return answer.data;
}

async function call(url, options) {
  let answer;
  try {
    answer = await fetch(url, { ...options, cache: 'no-store', credentials: 'omit', redirect: 'error' });
  } catch (error) {
    throw new Failure('network_error', String(error));
  }
  const body = await answer.json().catch(() => null);
  if (answer.ok && body !== null) return body;
  const { code = 'unknown_error', message, errors } = body?.error ?? {};
  const fields = Array.isArray(errors) ? errors.map((issue) => String(issue?.path?.at?.(-1) ?? '')) : [];
  throw new Failure(String(code), String(message ?? `HTTP ${answer.status}`), { status: answer.status, fields });
}
