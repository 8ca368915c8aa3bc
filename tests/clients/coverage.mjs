// Which methods of the client the cases called, and how those calls ended.

import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { Nango } from '@nangohq/node';

/** By method: whether a call returned, asked the server, and was refused by it. */
const seen = new Map();
/** The call that a request belongs to. */
const current = new AsyncLocalStorage();

/** A client whose calls are noted. */
export function client(config) {
  const request = (request) => {
    const call = current.getStore();
    if (call) call.asked = true;
    return request;
  };
  const nango = new Nango(config, { interceptors: { request } });
  return new Proxy(nango, {
    get(target, name) {
      const value = target[name];
      if (typeof value !== 'function') return value;
      return (...args) => {
        const call = seen.get(name) ?? { returned: false, asked: false, refused: false };
        seen.set(name, call);
        return current.run(call, () => noted(call, value.apply(target, args)));
      };
    },
  });
}

function noted(call, result) {
  if (!(result instanceof Promise)) {
    call.returned = true;
    return result;
  }
  return result.then(
    (value) => {
      call.returned = true;
      return value;
    },
    (error) => {
      call.refused ||= error.response !== undefined;
      throw error;
    },
  );
}

/** What deliberately never succeeds, as `docs/compatibility.md` says. */
const ALWAYS_REFUSED = ['createQuickstartIntegration'];

/** Fails with every public method that no case called, or whose failure at the server no case saw. */
export function assertComplete() {
  const types = readFileSync(new URL('index.d.ts', import.meta.resolve('@nangohq/node')), 'utf8');
  const isPrivate = (name) => new RegExp(`^\\s*private ${name}\\b`, 'm').test(types);
  const methods = Object.getOwnPropertyNames(Nango.prototype).filter((name) => name !== 'constructor' && !isPrivate(name));
  assert.ok(methods.length > 30 && methods.includes('listRecords') && !methods.includes('enrichHeaders'), `${methods}`);
  const lacking = methods.flatMap((name) => {
    const call = seen.get(name);
    if (ALWAYS_REFUSED.includes(name)) return call?.refused && !call.returned ? [] : [`${name} is always refused`];
    if (!call?.returned) return [`${name} never succeeded`];
    return call.asked && !call.refused ? [`${name} was never refused by the server`] : [];
  });
  assert.deepEqual(lacking, []);
}
