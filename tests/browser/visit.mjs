// One person's visit: a browser profile of its own, a session of its own, and what can be seen of it from the backend.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

/** For one step. Only a case that fails waits for it. */
const PATIENCE_MS = 120_000;

export class Visit {
  #browser;
  #contexts = [];
  #noise = [];
  #person = `person-${randomUUID()}`;

  constructor({ browser, world, product, stranger }) {
    this.#browser = browser;
    this.world = world;
    this.product = product;
    this.stranger = stranger;
  }

  /** A page in a new profile. */
  async open(options = {}) {
    const context = await this.#browser.newContext({ viewport: { width: 1100, height: 800 }, locale: 'en-US', ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    this.#contexts.push(context);
    context.on('page', (page) => this.#listen(page));
    return context.newPage();
  }

  /** A product's page with the client loaded. */
  async openProduct(options = {}) {
    const page = await this.open(options);
    await page.goto(this.product);
    await page.waitForFunction(() => window.Nango !== undefined);
    return page;
  }

  /**
   * The Connect UI, opened by the published client in the product's page. `events` of the result are what the product heard so far.
   * `integrations` is what the session allows.
   */
  async openConnectUi(integrations, { page: options = {}, session = {}, ...properties } = {}) {
    const { token } = await this.session(integrations, session);
    const page = await this.openProduct(options);
    await page.evaluate(
      ({ server, token, properties }) => {
        window.heard = [];
        const nango = new window.Nango({ host: server });
        window.ui = nango.openConnectUI({
          baseURL: `${server}/connect`,
          apiURL: server,
          sessionToken: token,
          ...properties,
          onEvent: (event) => {
            window.heard.push(event);
            if (event.type === 'close') window.ui.close();
          },
        });
      },
      { server: this.world.server, token, properties },
    );
    return { page, ui: page.frameLocator('#connect-ui'), token, heard: () => page.evaluate(() => window.heard) };
  }

  /**
   * A key that closes the Connect UI. Not awaited by itself: a frame that goes away under a key now and then never says that it had it.
   */
  async pressToClose(page, key) {
    page.keyboard.press(key).catch(() => {});
    await page.waitForSelector('#connect-ui', { state: 'detached' });
  }

  /** The frame itself, for what a locator cannot do. */
  async frame(page) {
    return (await page.waitForSelector('#connect-ui')).contentFrame();
  }

  /** A connect session of this person. */
  async session(integrations, more = {}) {
    const body = { end_user: { id: this.#person }, ...(integrations ? { allowed_integrations: integrations } : {}), ...more };
    const { data } = await this.call('POST', '/connect/sessions', body);
    return { token: data.token, link: data.connect_link };
  }

  /** As the product's backend. */
  async call(method, path, body, headers = {}) {
    const answer = await fetch(this.world.server + path, {
      method,
      headers: { authorization: `Bearer ${this.world.key}`, ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  /** This person's connections. */
  async connections() {
    const { connections } = await this.call('GET', '/connections');
    return connections.filter(({ end_user: user }) => user?.id === this.#person);
  }

  /** The one connection is there, under the id that the browser was told, and the provider answers through it. */
  async assertConnected(integration, result) {
    const connections = await this.connections();
    assert.deepEqual(
      connections.map((connection) => [connection.connection_id, connection.provider_config_key]),
      [[result.connectionId, integration]],
    );
    assert.equal(result.providerConfigKey, integration);
    const headers = { 'connection-id': result.connectionId, 'provider-config-key': integration };
    assert.ok(await this.call('GET', '/proxy/api/me', undefined, headers));
  }

  /** Errors of scripts and refusals by the content security policy, in any page of this visit. */
  noise() {
    return this.#noise.join('\n');
  }

  /** Nothing of the kind happened. */
  assertQuiet() {
    assert.equal(this.noise(), '');
  }

  async picture(path) {
    const page = this.#contexts.flatMap((context) => context.pages()).at(0);
    return page ? page.screenshot({ path }).then(() => true, () => false) : false;
  }

  async end() {
    await Promise.all(this.#contexts.map((context) => context.close()));
  }

  #listen(page) {
    page.on('pageerror', (error) => this.#noise.push(`error in a page: ${error.stack}`));
    page.on('console', (message) => {
      // A status that the page expects and explains is no noise.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) this.#noise.push(message.text());
    });
  }
}
