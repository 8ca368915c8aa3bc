// What cases have in common: clients, plain requests, connections of their own.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { client } from './coverage.mjs';
import { Listener } from './listener.mjs';

/** A key that no environment has. */
const UNKNOWN_KEY = '00000000-0000-4000-8000-000000000000';
/** The integration that has functions: syncs `full`, `bulk`, `save`; actions `echo`, `fail`, `fetch-status` and others. */
const FIXTURE = 'fixture';

let count = 0;

export class World {
  static async start(about) {
    const world = new World();
    Object.assign(world, about);
    /** The provider's side of some proxy cases; the address where webhooks arrive. */
    world.listener = await Listener.start();
    /** With the API key. */
    world.nango = client({ host: about.server, apiKey: about.key });
    /** With a key that is nobody's. */
    world.stranger = client({ host: about.server, apiKey: UNKNOWN_KEY });
    return world;
  }

  /** A name that no other case uses. */
  unique(prefix) {
    count += 1;
    return `${prefix}-${count}`;
  }

  /** A plain request with the API key; `body` is sent as JSON, `raw` as it is. */
  async call(method, path, { headers = {}, body, raw, key = `Bearer ${this.key}` } = {}) {
    const sent = { ...(key && { authorization: key }), ...(body !== undefined && { 'content-type': 'application/json' }), ...headers };
    const payload = body === undefined ? raw : JSON.stringify(body);
    const response = await fetch(this.server + path, { method, headers: sent, body: payload, redirect: 'manual' });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text), code: () => JSON.parse(text).error.code };
  }

  /** Imports a connection; its answer. */
  async connect(integration, connection, more = {}) {
    const credentials = this.credentials[integration];
    const body = { provider_config_key: integration, connection_id: connection, credentials, ...more };
    const answer = await this.call('POST', '/connections', { body });
    assert.equal(answer.status, 201, answer.text);
    return answer.json();
  }

  /** An integration without functions, so that nothing but its case changes its connections. */
  async integrate(prefix, more = {}) {
    const key = this.unique(prefix);
    await this.nango.createIntegration({ provider: 'stand-in', unique_key: key, ...more });
    this.credentials[key] = this.credentials[FIXTURE];
    return key;
  }

  /** A connection with functions; waits for the end of the run and the event that come with it. */
  async settled(prefix, metadata = {}) {
    const connection = this.unique(prefix);
    await this.connect(FIXTURE, connection, { metadata });
    await this.eventually('the first run', async () => (await this.status(connection, 'full'))?.finishedAt);
    await this.eventually('the event', async () => (await this.nango.getMetadata(FIXTURE, connection)).connected);
    return connection;
  }

  async status(connection, sync) {
    const { syncs } = await this.nango.syncStatus(FIXTURE, [sync], connection);
    return syncs[0];
  }

  /** Runs a sync and waits for its end; its status. */
  async sync(connection, sync, opts) {
    const before = (await this.status(connection, sync))?.finishedAt;
    await this.nango.triggerSync(FIXTURE, [sync], connection, opts);
    return this.eventually(`the end of ${sync}`, async () => {
      const status = await this.status(connection, sync);
      return status.finishedAt !== undefined && status.finishedAt !== before && status.status !== 'RUNNING' && status;
    });
  }

  /** Has the sync `save` do what `work` says: `records`, `updates`, `deletes`. */
  async save(connection, work) {
    await this.nango.setMetadata(FIXTURE, connection, work);
    const status = await this.sync(connection, 'save');
    assert.equal(status.latestExecutionStatus, 'SUCCESS');
  }

  /** Deploys the component that the cases know to an integration. */
  async deploy(integration, more = {}) {
    const wasm = readFileSync(this.component).toString('base64');
    return this.call('POST', '/deployments', { body: { components: [{ integration, wasm, ...more }] } });
  }

  /** Asks until the answer is truthy. */
  async eventually(what, ask) {
    for (let tries = 0; tries < 1_500; tries += 1) {
      const answer = await ask();
      if (answer) return answer;
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    throw new Error(`never came: ${what}`);
  }
}

/** That the server refuses this with this status and code; its answer. */
export async function refused(promise, status, code) {
  const error = await promise.then(
    (value) => assert.fail(`it succeeded: ${inspect(value?.data ?? value, { depth: 1 })}`),
    (error) => error,
  );
  if (!error.response) throw error;
  const { response } = error;
  assert.deepEqual([response.status, response.data?.error?.code], [status, code], JSON.stringify(response.data));
  assert.equal(typeof response.data.error.message, 'string');
  return response;
}

/** The places that a validation error names. */
export const paths = (response) => response.data.error.errors.map(({ path }) => path.join('.'));

export const ISO_Z = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z$/;
export const ISO_OFFSET = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}\+00:00$/;
