// A server of the suite's own: takes webhooks, and plays a provider that does what the path says.

import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

export class Listener {
  #received = [];
  #tries = new Map();

  static async start() {
    const listener = new Listener();
    const server = createServer((request, response) => listener.#answer(request, response));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    listener.port = server.address().port;
    listener.url = `http://127.0.0.1:${listener.port}`;
    return listener;
  }

  /** What came to `/hooks/{name}`, oldest first. */
  hooks(name) {
    return this.#received.filter(({ path }) => path === `/hooks/${name}`);
  }

  async #answer(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const seen = { method: request.method, path: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() };
    const [, kind, name] = seen.path.split(/[/?]/);
    const json = (status, body, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    };
    switch (kind) {
      case 'hooks':
        this.#received.push(seen);
        response.writeHead(204).end();
        break;
      // Fails with this status the first time that it is asked under this name.
      case 'flaky': {
        const [status, id] = name.split('-');
        const tries = (this.#tries.get(id) ?? 0) + 1;
        this.#tries.set(id, tries);
        json(tries === 1 ? Number(status) : 200, { tries }, { 'retry-after': '0' });
        break;
      }
      case 'gzip':
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync('{"zipped":true}'));
        break;
      case 'stream':
        response.writeHead(200, { 'content-type': 'text/plain' });
        for (let line = 0; line < 100; line += 1) response.write(`line ${line}\n`);
        response.end();
        break;
      case 'elsewhere':
        response.writeHead(307, { location: `http://localhost:${this.port}/seen` }).end();
        break;
      case 'hang-up':
        request.socket.destroy();
        break;
      default:
        json(200, seen, { 'x-request-id': 'theirs' });
    }
  }
}
