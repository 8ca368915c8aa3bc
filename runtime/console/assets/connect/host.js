// Talking to the page that embeds this one.

import { embedded } from './address.js';

/** How long the embedding page may take to hand over the session. */
const PATIENCE_MS = 10_000;

/** The origin that handed over the session: the only one that learns of anything that happens here. */
let trusted = null;

/** Says that we listen and waits for the session; null when none comes. Only the page that frames this one is heard. */
export function receiveSession() {
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(null), PATIENCE_MS);
    const listen = (event) => {
      const token = event.data?.type === 'session_token' ? event.data.sessionToken : null;
      if (event.source !== window.parent || typeof token !== 'string' || token === '') return;
      trusted = event.origin;
      finish(token);
    };
    const finish = (token) => {
      clearTimeout(timer);
      window.removeEventListener('message', listen);
      resolve(token);
    };
    window.addEventListener('message', listen);
    // It holds no secret, and who the embedding page is shows only in its answer.
    window.parent.postMessage({ type: 'ready' }, '*');
  });
}

/** The connection exists. */
export function tellConnected(result) {
  tell({ type: 'connect', payload: result });
}

/** An attempt failed. */
export function tellFailed(code, message) {
  tell({ type: 'error', payload: { errorType: code, errorMessage: message } });
}

/** The person is done here. */
export function tellClosed() {
  // Also before the session arrived, or nobody could close a page that waits for it in vain.
  if (embedded && trusted === null) window.parent.postMessage({ type: 'close' }, '*');
  else tell({ type: 'close' });
}

function tell(message) {
  if (embedded && trusted !== null) window.parent.postMessage(message, trusted);
}
