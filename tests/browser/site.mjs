// A product's page, on an origin of its own, with the published client straight from its package.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const CLIENT = new URL('node_modules/@nangohq/frontend/dist/', import.meta.url);

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A product</title><link rel="icon" href="data:,"></head>
<body><h1>A product</h1><script type="module">
  import Nango from '/client/index.js';
  window.Nango = Nango;
</script></body>
</html>`;

/** Its URL. `localhost`, because the server under test is `127.0.0.1`: another site, not only another port. */
export async function serveSite() {
  const server = createServer(async (request, response) => {
    const [, file] = /^\/client\/(\w+\.js)$/.exec(request.url) ?? [];
    if (file === undefined && request.url !== '/') return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': file ? 'text/javascript' : 'text/html' });
    response.end(file ? await readFile(new URL(file, CLIENT)) : PAGE);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  server.unref();
  return `http://localhost:${server.address().port}`;
}
