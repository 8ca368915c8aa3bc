// Texts that mean something to a database, a template, a shell, a browser, a spreadsheet or a log; and requests made of them by the API's own
// description.

/** Each holds `forged-` where a file's name or a log's line would begin: `tests/it/clients.rs` looks for that. */
export const TEXTS = {
  sql: "forged-'; DROP TABLE connections; --",
  union: '" OR 1=1 UNION SELECT key FROM api_keys --',
  like: '%_\\%',
  jsonPath: '$.credentials.apiKey ? (@ like_regex ".*")',
  template: '${apiKey}${credentials.apiKey}${connectionConfig.tenant}{{apiKey}}#{7*7}',
  formula: '=cmd|\'/C calc\'!A1',
  path: '../../../forged-file',
  url: '%2e%2e%2fforged-file%00.png',
  script: '<script>window.forged-=1</script><img src=x onerror=alert(1)>"\'',
  lines: 'a\r\nforged-header: 1\r\n\r\nforged-body',
  zero: 'a\0b',
  control: '\u0001\u001b[31m\u007f\u0085\u2028',
  rightToLeft: '\u202eforged-\u2066 שלום 👩‍👩‍👧 é',
  json: '{"__proto__":{"admin":true}}',
  long: 'x'.repeat(100_000),
};

/** What a field of this name holds where nothing hostile is put into it; without it, requests would fail for another reason. */
const SANE = {
  provider: 'stand-in',
  provider_config_key: 'fixture',
  integration_id: 'fixture',
  integration: 'fixture',
  connection_id: 'hostile',
  action_name: 'echo',
  sync_name: 'full',
  model: 'Item',
  frequency: '1h',
  syncs: ['full'],
  type: 'API_KEY',
  credentials: { type: 'API_KEY', apiKey: 'k' },
  event: 'open',
};

/** Every operation of the description with its place. */
export function operations({ paths }) {
  return Object.entries(paths).flatMap(([path, item]) =>
    ['get', 'post', 'put', 'patch', 'delete']
      .filter((method) => item[method])
      .map((method) => ({ method: method.toUpperCase(), path, operation: item[method], parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])] })),
  );
}

/** A schema without its references, and of several forms the first that is not null. */
function resolved(schema, document, depth = 0) {
  if (depth > 8 || !schema) return {};
  if (schema.$ref) return resolved(schema.$ref.split('/').slice(1).reduce((node, key) => node[key], document), document, depth + 1);
  const forms = schema.oneOf ?? schema.anyOf;
  if (forms) return resolved(forms.find(({ type }) => type !== 'null'), document, depth + 1);
  if (schema.allOf) {
    const parts = schema.allOf.map((part) => resolved(part, document, depth + 1));
    return { type: 'object', properties: Object.assign({}, ...parts.map(({ properties }) => properties)), required: parts.flatMap(({ required }) => required ?? []) };
  }
  return schema;
}

const kind = (schema) => [schema.type ?? (schema.properties ? 'object' : undefined)].flat().find((type) => type !== 'null');

/** The smallest value that fits. */
function smallest(schema, document, name, depth = 0) {
  if (name in SANE) return SANE[name];
  const form = resolved(schema, document);
  if (form.enum) return form.enum[0];
  if (form.const !== undefined) return form.const;
  switch (kind(form)) {
    case 'object':
      if (depth > 6) return {};
      return Object.fromEntries((form.required ?? []).map((field) => [field, smallest(form.properties[field], document, field, depth + 1)]));
    case 'array':
      return [];
    case 'integer':
    case 'number':
      return form.minimum ?? 1;
    case 'boolean':
      return false;
    default:
      return 'x';
  }
}

/** Where the schema has texts: paths of fields, `*` for keys of the caller's own. */
function texts(schema, document, at = []) {
  const form = resolved(schema, document);
  if (at.length > 5) return [];
  switch (kind(form)) {
    case 'object': {
      const named = Object.entries(form.properties ?? {}).flatMap(([field, inner]) => texts(inner, document, [...at, field]));
      return Object.keys(form.properties ?? {}).length === 0 || form.additionalProperties ? [...named, [...at, '*']] : named;
    }
    case 'array':
      return texts(form.items ?? {}, document, [...at, 0]);
    case 'integer':
    case 'number':
    case 'boolean':
      return [];
    default:
      return [at];
  }
}

function put(value, [field, ...rest], text) {
  if (field === undefined) return text;
  if (field === '*') return { ...value, [text]: text };
  const copy = typeof field === 'number' ? [] : { ...(typeof value === 'object' && !Array.isArray(value) ? value : {}) };
  copy[field] = put(copy[field] ?? {}, rest, text);
  return copy;
}

/** Requests of one operation, each with one hostile text: in the path, the query, a header, or a field of the body. */
export function* requests({ method, path, operation, parameters }, document) {
  const body = operation.requestBody?.content?.['application/json']?.schema;
  const plain = body && smallest(body, document);
  const of = (place) => parameters.map((parameter) => resolved(parameter, document)).filter((parameter) => parameter.in === place);
  const fill = (name, text) =>
    path.replaceAll(/\{(\w+)\}/g, (_, parameter) => encodeURIComponent(parameter === name ? text : { provider: 'stand-in', key: 'hostile-key', connection: 'hostile' }[parameter] ?? 'x'));
  const needed = of('query').filter(({ required }) => required);
  const query = (name, text) => {
    const search = new URLSearchParams(needed.map((parameter) => [parameter.name, `${SANE[parameter.name] ?? 'x'}`]));
    if (name) search.set(name, text);
    return `${search}` && `?${search}`;
  };
  const headers = { 'connection-id': 'hostile', 'provider-config-key': 'fixture' };
  for (const [what, text] of Object.entries(TEXTS)) {
    const short = text.length > 2_000 ? text.slice(0, 2_000) : text;
    const name = (place) => `${method} ${path}: ${what} in ${place}`;
    for (const parameter of of('path')) yield { name: name(parameter.name), method, path: fill(parameter.name, short) + query(), headers, body: plain };
    for (const parameter of of('query')) yield { name: name(parameter.name), method, path: fill() + query(parameter.name, short), headers, body: plain };
    // What a header cannot hold, no client can send.
    if (/^[\x20-\x7e]*$/.test(short)) {
      for (const parameter of of('header')) yield { name: name(parameter.name), method, path: fill() + query(), headers: { ...headers, [parameter.name]: short }, body: plain };
    }
    for (const at of body ? texts(body, document) : []) yield { name: name(at.join('.')), method, path: fill() + query(), headers, body: put(plain, at, text) };
  }
}
