// What is deployed, and what it was written as.

import assert from 'node:assert/strict';
import { ISO_Z, paths, refused } from '../world.mjs';

export default {
  async 'an integration lists its functions'({ nango }) {
    const of = { uniqueKey: 'fixture' };
    const names = ({ data }) => data.map(({ name }) => name);
    const { data, pagination } = await nango.listFunctions(of);
    assert.deepEqual([pagination.page, pagination.limit, pagination.total], [0, 20, data.length]);
    for (const name of ['full', 'bulk', 'save', 'echo', 'fail', 'connected']) assert.ok(names({ data }).includes(name), name);
    assert.deepEqual(names(await nango.listFunctions(of, { type: 'on-event' })), ['connected']);
    assert.deepEqual(names(await nango.listFunctions(of, { type: 'sync' })).sort(), ['bulk', 'full', 'save', 'told', 'unknown-model']);
    assert.deepEqual(names(await nango.listFunctions(of, { search: 'ECH' })), ['echo']);
    const second = await nango.listFunctions(of, { limit: 1, page: 1 });
    assert.deepEqual(names(second), names({ data }).slice(1, 2));
    await refused(nango.listFunctions({ uniqueKey: 'no-integration' }), 404, 'not_found');
    await refused(nango.listFunctions(of, { limit: 101 }), 400, 'invalid_query_params');
  },

  async 'one function of each kind'({ nango }) {
    const get = async (name, type) => (await nango.getFunction({ uniqueKey: 'fixture', name }, type && { type })).data;
    const { id, last_deployed, json_schema, description, ...full } = await get('full');
    assert.ok(id !== undefined && description.length > 0);
    assert.match(last_deployed, ISO_Z);
    assert.ok(json_schema.definitions.Item.properties.id);
    const { scopes, enabled, source, ...sync } = full;
    assert.deepEqual([scopes, enabled, source], [[], true, 'standalone']);
    assert.deepEqual([sync.name, sync.type, sync.returns, sync.runs, sync.auto_start], ['full', 'sync', ['Item'], 'every 1h', true]);
    const action = await get('fail', 'action');
    assert.equal(action.type, 'action');
    assert.ok(action.json_schema.definitions[action.input].properties.reason);
    const event = await get('connected', 'on-event');
    assert.deepEqual([event.type, event.event], ['on-event', 'post-connection-creation']);
    for (const [name, type] of [['no-function'], ['full', 'action']]) await refused(get(name, type), 404, 'not_found');
  },

  async 'code is what the author sent along, and deleting is for good until the next deployment'(world) {
    const { nango } = world;
    const key = await world.integrate('coded');
    const code = '#[action] async fn echo() {} // `${secret}`';
    const deployed = await world.deploy(key, { source: { language: 'rust', code } });
    assert.equal(deployed.status, 200, deployed.text);
    const of = { uniqueKey: key, name: 'echo' };
    const shown = await nango.getFunctionCode(of);
    assert.deepEqual([shown.type, shown.code], ['action', code]);
    assert.equal((await nango.getFunctionCode(of, { type: 'action' })).code, code);
    await refused(nango.getFunctionCode({ ...of, name: 'no-function' }), 404, 'not_found');
    assert.equal((await nango.getFunctionCode({ uniqueKey: 'fixture', name: 'echo' })).code, null);

    assert.deepEqual(paths(await refused(nango.deleteFunction(of, {}), 400, 'invalid_query_params')), ['type']);
    await refused(nango.deleteFunction(of, { type: 'sync' }), 404, 'not_found');
    assert.deepEqual(await nango.deleteFunction(of, { type: 'action' }), { data: { success: true } });
    await refused(nango.getFunction(of), 404, 'not_found');
    await world.connect(key, 'ada');
    await refused(nango.triggerAction(key, 'ada', 'echo', {}), 404, 'not_found');
    assert.equal((await world.deploy(key)).status, 200);
    assert.equal((await nango.getFunction(of)).data.name, 'echo');
  },

  async 'everything that is deployed, for tools and for language models'({ nango }) {
    // Other cases deploy to integrations of their own meanwhile.
    const fixtureOf = (config) => config.find(({ providerConfigKey }) => providerConfigKey === 'fixture');
    const fixture = fixtureOf(await nango.getScriptsConfig());
    assert.deepEqual(Object.keys(fixture).sort(), ['actions', 'on-events', 'provider', 'providerConfigKey', 'syncs']);
    const full = fixture.syncs.find(({ name }) => name === 'full');
    assert.deepEqual([full.type, full.runs, full.returns, full.enabled, full.metadata.description], ['sync', 'every 1h', ['Item'], true, full.description]);
    assert.deepEqual(fixtureOf(await nango.getScriptsConfig('nango')), fixture);
    const { data } = await nango.getScriptsConfig('openai');
    const fail = data.find(({ name }) => name === 'fail');
    assert.equal(fail.parameters.type, 'object');
    assert.deepEqual([Object.keys(fail.parameters.properties), fail.parameters.required], [['reason'], ['reason']]);
    await refused(nango.getScriptsConfig('yaml'), 400, 'invalid_query_params');
  },
};
