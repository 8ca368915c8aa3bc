// What the form's values become on the wire: one endpoint and one body for each auth mode. Pure.

import { isOutbound } from './fields.js';

const ENDPOINTS = {
  API_KEY: 'api-auth/api-key',
  BASIC: 'api-auth/basic',
  OAUTH2_CC: 'oauth2/auth',
  TBA: 'auth/tba',
  TWO_STEP: 'auth/two-step',
  JWT: 'auth/jwt',
  BILL: 'auth/bill',
  AWS_SIGV4: 'auth/aws-sigv4',
  SIGNATURE: 'auth/signature',
  NONE: 'auth/unauthenticated',
};

/** These name their mode in the body, too. */
const TYPED = new Set(['TWO_STEP', 'JWT', 'SIGNATURE']);

/** `{ path, query, body }` for a provider that is connected without a window. `values` holds a map for each group of fields. */
export function credentialsRequest(provider, key, values) {
  const at = (path) => `${path}/${encodeURIComponent(key)}`;
  const query = params(values);
  if (isOutbound(provider)) return { path: at('auth/oauth-outbound'), query, body: null };
  const mode = provider.auth_mode;
  const path = ENDPOINTS[mode];
  if (path === undefined) throw new Error(`no way to connect an account in the mode ${mode}`);
  if (mode === 'NONE') return { path: at(path), query, body: null };
  return { path: at(path), query, body: body(mode, values) };
}

/** `{ path, query }` of the address that a window opens; `client` is where the server tells how it ended. */
export function windowRequest(key, values, client) {
  const query = params(values);
  for (const [name, value] of Object.entries(values.credentials ?? {})) query[`credentials[${name}]`] = value;
  return { path: `oauth/connect/${encodeURIComponent(key)}`, query: { ...query, ws_client_id: client } };
}

function body(mode, { credentials = {}, assertionOption = {} }) {
  const { privateKeyId, privateKey, ...rest } = credentials;
  const fields = mode === 'JWT' && privateKeyId && privateKey ? { ...rest, privateKey: { id: privateKeyId, secret: privateKey } } : credentials;
  const typed = TYPED.has(mode) ? { type: mode, ...fields } : { ...fields };
  return Object.keys(assertionOption).length > 0 ? { ...typed, assertionOption } : typed;
}

function params({ params = {} }) {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [`params[${name}]`, value]));
}
