// Which values a connection is asked for. Pure: it reads what the server said and touches no page.

/** What every provider of a mode asks for, before its entry adds to it or says it better. `word` names the title among our own words. */
const BASE = {
  API_KEY: [{ name: 'apiKey', word: 'api_key', secret: true }],
  BASIC: [{ name: 'username', word: 'username' }, { name: 'password', word: 'password', secret: true }],
  OAUTH2_CC: [{ name: 'client_id', word: 'client_id' }, { name: 'client_secret', word: 'client_secret', secret: true }],
  TBA: [{ name: 'token_id', word: 'token_id' }, { name: 'token_secret', word: 'token_secret', secret: true }],
  BILL: [
    { name: 'username', word: 'username' },
    { name: 'password', word: 'password', secret: true },
    { name: 'organization_id', word: 'organization_id' },
    { name: 'dev_key', word: 'dev_key', secret: true },
  ],
  SIGNATURE: [{ name: 'username', word: 'username' }, { name: 'password', word: 'password', secret: true }],
  AWS_SIGV4: [
    { name: 'role_arn', word: 'role_arn', example: 'arn:aws:iam::123456789012:role/Name' },
    { name: 'region', word: 'region', optional: true, pattern: '[a-z0-9-]{1,64}', example: 'eu-central-1' },
  ],
};

/** Only where the entry does not name its own. */
const JWT = [
  { name: 'privateKeyId', word: 'private_key_id' },
  { name: 'privateKey', word: 'private_key', secret: true },
];

/** Alternatives to a client secret; an entry that asks for one of them does not ask for the secret unless it names it. */
const INSTEAD_OF_SECRET = ['client_private_key', 'client_certificate'];

/** The person opens a window of the provider instead of typing credentials in here. */
const WINDOW = new Set(['OAUTH2', 'OAUTH1', 'APP', 'CUSTOM', 'MCP_OAUTH2', 'MCP_OAUTH2_GENERIC', 'INSTALL_PLUGIN']);

/** True for a provider that signs people in itself. */
export const opensWindow = (provider) => WINDOW.has(provider.auth_mode) && !isOutbound(provider);

/** True for an installation that starts here and ends on the provider's side. */
export const isOutbound = (provider) => provider.auth_mode === 'OAUTH2' && provider.installation === 'outbound';

/** The connection's external id is ours to make and to show. */
export const wantsExternalId = (provider, integration, session) =>
  provider.auth_mode === 'AWS_SIGV4' && !('external_id' in preset(integration, session));

/**
 * Every field to show, in order. `group` says where its value goes: `credentials`, `params` (the connection's configuration) or
 * `assertionOption`. Left out is what the server fills in, what the integration or the session has set, and what is hidden.
 */
export function askedFields(provider, integration, session) {
  const groups = [
    ['params', provider.connection_config ?? {}, Object.keys(preset(integration, session))],
    ['credentials', credentialFields(provider), integration.preconfigured_credentials ?? []],
    ['assertionOption', provider.assertion_option ?? {}, []],
  ];
  const labels = integration.credentials_label ?? {};
  const fields = groups.flatMap(([group, fields, known]) =>
    Object.entries(fields)
      .filter(([name, field]) => !field.automated && !field.hidden && !known.includes(name))
      .map(([name, field]) => ({ ...field, name, group, title: labels[name] ?? field.title, options: field.enum ?? [] })),
  );
  // An entry's own order first, what may be left out last; the sort is stable, so the rest stays as written.
  const rank = ({ order, optional }) => order ?? (optional ? 999 : 99);
  return fields.filter(({ name }) => name !== 'external_id' || provider.auth_mode !== 'AWS_SIGV4').sort((a, b) => rank(a) - rank(b));
}

function credentialFields(provider) {
  const own = provider.credentials ?? {};
  let base = BASE[provider.auth_mode] ?? [];
  if (provider.auth_mode === 'JWT' && Object.keys(own).length === 0) base = JWT;
  if (provider.auth_mode === 'OAUTH2_CC' && INSTEAD_OF_SECRET.some((name) => name in own)) {
    base = base.filter(({ name }) => name !== 'client_secret');
  }
  // Where the entry keeps a value of the mode with the connection's configuration, it is not asked for twice.
  base = base.filter(({ name }) => !(name in (provider.connection_config ?? {})));
  const merged = Object.fromEntries(base.map(({ name, ...field }) => [name, { ...field, ...own[name] }]));
  for (const [name, field] of Object.entries(own)) merged[name] ??= field;
  return merged;
}

function preset(integration, session) {
  return session.integrations_config_defaults?.[integration.unique_key]?.connection_config ?? {};
}

/** Keys and certificates have lines; a field of one line would lose them. */
export const hasLines = (field) => /private_?key$|certificate|_pem$|^pem$/i.test(field.name);

/**
 * What the person means. Blanks at the ends come with copying. Where the page shows `https://` before the field or `.example.com` behind it,
 * people paste the whole address all the same.
 */
export function cleaned(field, text) {
  let value = text.trim();
  if (field.secret) return value;
  for (const prefix of [field.prefix, field.prefix === 'https://' ? 'http://' : null]) {
    if (prefix && value.toLowerCase().startsWith(prefix.toLowerCase())) value = value.slice(prefix.length);
  }
  if (field.suffix) {
    const end = value.toLowerCase().indexOf(field.suffix.toLowerCase());
    const rest = end < 0 ? null : value.slice(end + field.suffix.length);
    if (end > 0 && (rest === '' || rest.startsWith('/'))) value = value.slice(0, end);
  }
  return value;
}

/** Whether a field is shown while the others have these values. */
export const isAsked = (field, values) => !field.visible_when || values[field.visible_when.field] === field.visible_when.equals;

const FORMATS = {
  email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
  hostname: /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i,
  uri: /^https?:\/\/[^\s/]+(\/\S*)?$/i,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
};

/** What is wrong with a value, as `[word, values]`, or null. The server checks again; this only spares a way there and back. */
export function defect(field, value) {
  if (value === '') return field.optional || field.default_value ? null : ['check_required'];
  if (field.options.length > 0) return field.options.includes(value) ? null : ['check_enum'];
  if (field.format in FORMATS && !FORMATS[field.format].test(value)) return [`check_${field.format}`];
  if (field.pattern && !matches(field.pattern, value)) {
    return field.example && !field.secret ? ['check_pattern_example', { example: field.example }] : ['check_pattern'];
  }
  return null;
}

/** A pattern that this browser cannot read is the server's to check. */
function matches(pattern, value) {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(value);
  } catch {
    return true;
  }
}
