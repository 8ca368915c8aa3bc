// What the form asks for and what it sends, in every auth mode: the page's own modules, as the server serves them.

import assert from 'node:assert/strict';

/** Calls an exported function of one of the page's modules, once for each list of arguments. */
async function call(visit, file, name, all) {
  const page = await visit.open();
  await page.goto(`${visit.world.server}/connect/`);
  const script = await page.locator('script[type=module]').getAttribute('src');
  const url = new URL(`${script.split('/')[0]}/${file}`, page.url()).href;
  return page.evaluate(
    async ({ url, name, all }) => {
      const module = await import(url);
      return all.map((one) => module[name](...one));
    },
    { url, name, all },
  );
}

const typed = (credentials, more = {}) => ({ params: {}, credentials, assertionOption: {}, ...more });

/** Provider, what was typed, and what the wire contract (1.13) says must be sent. */
const REQUESTS = [
  [{ auth_mode: 'API_KEY' }, typed({ apiKey: 'k' }), 'api-auth/api-key/a%2Fb', { apiKey: 'k' }],
  [{ auth_mode: 'BASIC' }, typed({ username: 'u', password: 'p' }), 'api-auth/basic/a%2Fb', { username: 'u', password: 'p' }],
  [{ auth_mode: 'OAUTH2_CC' }, typed({ client_id: 'i', client_secret: 's' }), 'oauth2/auth/a%2Fb', { client_id: 'i', client_secret: 's' }],
  [{ auth_mode: 'TBA' }, typed({ token_id: 'i', token_secret: 's' }), 'auth/tba/a%2Fb', { token_id: 'i', token_secret: 's' }],
  [{ auth_mode: 'TWO_STEP' }, typed({ user: 'u' }), 'auth/two-step/a%2Fb', { type: 'TWO_STEP', user: 'u' }],
  [
    { auth_mode: 'TWO_STEP' },
    typed({ user: 'u' }, { assertionOption: { key: 'x' } }),
    'auth/two-step/a%2Fb',
    { type: 'TWO_STEP', user: 'u', assertionOption: { key: 'x' } },
  ],
  [{ auth_mode: 'JWT' }, typed({ privateKey: 'pem', keyId: '1' }), 'auth/jwt/a%2Fb', { type: 'JWT', privateKey: 'pem', keyId: '1' }],
  [
    { auth_mode: 'JWT' },
    typed({ privateKeyId: '1', privateKey: 'pem' }),
    'auth/jwt/a%2Fb',
    { type: 'JWT', privateKey: { id: '1', secret: 'pem' } },
  ],
  [
    { auth_mode: 'BILL' },
    typed({ username: 'u', password: 'p', organization_id: 'o', dev_key: 'd' }),
    'auth/bill/a%2Fb',
    { username: 'u', password: 'p', organization_id: 'o', dev_key: 'd' },
  ],
  [{ auth_mode: 'AWS_SIGV4' }, typed({ role_arn: 'r' }), 'auth/aws-sigv4/a%2Fb', { role_arn: 'r' }],
  [
    { auth_mode: 'SIGNATURE' },
    typed({ username: 'u', password: 'p' }),
    'auth/signature/a%2Fb',
    { type: 'SIGNATURE', username: 'u', password: 'p' },
  ],
  [{ auth_mode: 'NONE' }, typed({}), 'auth/unauthenticated/a%2Fb', null],
  [{ auth_mode: 'OAUTH2', installation: 'outbound' }, typed({}), 'auth/oauth-outbound/a%2Fb', null],
];

/** Provider, integration, session, and the fields asked for: `group.name`. */
const FIELDS = [
  [{ auth_mode: 'API_KEY' }, {}, {}, ['credentials.apiKey']],
  [{ auth_mode: 'OAUTH2' }, {}, {}, []],
  [{ auth_mode: 'OAUTH2_CC', credentials: { client_private_key: {} } }, {}, {}, ['credentials.client_id', 'credentials.client_private_key']],
  [{ auth_mode: 'JWT' }, {}, {}, ['credentials.privateKeyId', 'credentials.privateKey']],
  [{ auth_mode: 'JWT', credentials: { key: {} } }, {}, {}, ['credentials.key']],
  [
    { auth_mode: 'BASIC', connection_config: { host: {}, found: { automated: true }, kept: { hidden: true } } },
    {},
    {},
    ['params.host', 'credentials.username', 'credentials.password'],
  ],
  [{ auth_mode: 'BASIC' }, { preconfigured_credentials: ['password'] }, {}, ['credentials.username']],
  [{ auth_mode: 'BASIC', credentials: { password: { hidden: true } } }, {}, {}, ['credentials.username']],
  [
    { auth_mode: 'API_KEY', connection_config: { host: {}, site: {} } },
    {},
    { integrations_config_defaults: { k: { connection_config: { host: 'x' } } } },
    ['params.site', 'credentials.apiKey'],
  ],
  [
    { auth_mode: 'API_KEY', connection_config: { organization: { optional: true }, host: {} } },
    {},
    {},
    ['params.host', 'credentials.apiKey', 'params.organization'],
  ],
  [
    { auth_mode: 'AWS_SIGV4', connection_config: { region: {}, external_id: {} } },
    {},
    {},
    ['params.region', 'credentials.role_arn'],
  ],
  [{ auth_mode: 'TWO_STEP', credentials: { b: { order: 2 }, a: { order: 1 } }, connection_config: { c: {} } }, {}, {}, [
    'credentials.a',
    'credentials.b',
    'params.c',
  ]],
  [{ auth_mode: 'TWO_STEP', credentials: { a: {} }, assertion_option: { o: {} } }, {}, {}, ['credentials.a', 'assertionOption.o']],
];

const field = (more) => ({ name: 'f', options: [], ...more });

/** A field, what was typed, and what it means. */
const CLEANED = [
  [field({}), '  a b ', 'a b'],
  [field({ prefix: 'https://', suffix: '.example.com' }), 'https://acme.example.com/app', 'acme'],
  [field({ prefix: 'https://', suffix: '.example.com' }), 'HTTP://Acme.Example.com', 'Acme'],
  [field({ suffix: '.example.com' }), 'acme.example.community', 'acme.example.community'],
  [field({ suffix: '.example.com' }), '.example.com', '.example.com'],
  [field({ prefix: 'key-', secret: true }), 'key-1', 'key-1'],
];

/** A field, a value, and the word that says what is wrong with it. */
const DEFECTS = [
  [field({}), '', 'check_required'],
  [field({ optional: true, pattern: 'x+' }), '', undefined],
  [field({ default_value: 'x' }), '', undefined],
  [field({ pattern: '[a-z]+' }), 'ab', undefined],
  [field({ pattern: '[a-z]+' }), 'ab1', 'check_pattern'],
  [field({ pattern: 'a|b', example: 'a' }), 'ab', 'check_pattern_example'],
  [field({ pattern: '(' }), 'the server will know', undefined],
  [field({ format: 'email' }), 'ada@example.com', undefined],
  [field({ format: 'email' }), 'ada', 'check_email'],
  [field({ format: 'hostname' }), 'app.example.com', undefined],
  [field({ format: 'hostname' }), 'https://app.example.com', 'check_hostname'],
  [field({ format: 'uri' }), 'https://app.example.com/x', undefined],
  [field({ format: 'uri' }), 'javascript:alert(1)', 'check_uri'],
  [field({ format: 'uuid' }), '123E4567-e89b-12d3-a456-426614174000', undefined],
  [field({ format: 'uuid' }), '123', 'check_uuid'],
  [field({ options: ['a'] }), 'b', 'check_enum'],
];

export default {
  'every mode sends what the contract says': async (visit) => {
    const sent = await call(visit, 'request.js', 'credentialsRequest', REQUESTS.map(([provider, values]) => [provider, 'a/b', values]));
    REQUESTS.forEach(([provider, , path, body], index) => {
      assert.deepEqual({ path: sent[index].path, body: sent[index].body }, { path, body }, provider.auth_mode);
    });
  },

  'a window is opened with the form\'s values': async (visit) => {
    const values = typed({ oauth_client_id_override: 'i' }, { params: { host: 'h' } });
    const [request] = await call(visit, 'request.js', 'windowRequest', [['a/b', values, 'client']]);
    assert.deepEqual(request, {
      path: 'oauth/connect/a%2Fb',
      query: { 'params[host]': 'h', 'credentials[oauth_client_id_override]': 'i', ws_client_id: 'client' },
    });
  },

  'every mode asks for what it needs and nothing else': async (visit) => {
    const asked = await call(
      visit,
      'fields.js',
      'askedFields',
      FIELDS.map(([provider, integration, session]) => [provider, { unique_key: 'k', ...integration }, session]),
    );
    FIELDS.forEach(([provider, , , expected], index) => {
      assert.deepEqual(asked[index].map(({ group, name }) => `${group}.${name}`), expected, JSON.stringify(provider));
    });
  },

  'what people paste is understood': async (visit) => {
    const cleaned = await call(visit, 'fields.js', 'cleaned', CLEANED.map(([field, text]) => [field, text]));
    assert.deepEqual(cleaned, CLEANED.map(([, , value]) => value));
  },

  'what cannot be right is seen before it is sent': async (visit) => {
    const found = await call(visit, 'fields.js', 'defect', DEFECTS.map(([field, value]) => [field, value]));
    assert.deepEqual(found.map((defect) => defect?.[0]), DEFECTS.map(([, , word]) => word));
  },
};
