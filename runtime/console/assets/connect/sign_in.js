// Signing in at the provider, in a window of its own, and learning how it ended.
//
// The server tells it on a WebSocket, under an id that we choose before the window opens. The page at the end of the window tells it too, to its
// opener and on a channel; that is the second way, for networks that swallow sockets: it makes us ask again at once.

import { api } from './address.js';
import { Failure } from './api.js';

const WIDTH = 520;
const HEIGHT = 680;
/** How often a window is looked at: closing it is no event. */
const LOOK_MS = 400;
/** The result can be on its way when the window closes by itself. */
const GRACE_MS = 3_000;
/** Between two sockets. */
const AGAIN_MS = 1_500;
/** As long as the server keeps a sign-in. */
const PATIENCE_MS = 600_000;
/** After the last page said that it is over: how long the socket may take to say it too. */
const CONFIRM_MS = 15_000;

/** One attempt. Make it within a click, or the browser blocks the window. */
export class SignIn {
  #window = null;
  #socket = null;
  #socketPath;
  #timers = [];
  #channel = null;
  #settle;
  #onClosed;
  #client = identifier();

  /** `address(client)` is the window's address; `onClosed` is called once when the window is gone and nothing was heard. */
  constructor({ address, socketPath, onClosed }) {
    this.address = address(this.#client);
    this.#socketPath = socketPath;
    this.#onClosed = onClosed;
    /** `{ connectionId, providerConfigKey, isPending }`, or a `Failure`. */
    this.result = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.#window = openWindow(this.address);
    this.#connect();
    this.#watch();
    this.#after(PATIENCE_MS, () => this.#fail('window_closed', 'the sign-in took too long'));
    window.addEventListener('message', this.#fromWindow);
    if ('BroadcastChannel' in window) {
      this.#channel = new BroadcastChannel('nango-oauth-callback');
      this.#channel.addEventListener('message', (event) => this.#lastPage(event.data));
    }
  }

  /** No window came up: the person has to open it. */
  get isBlocked() {
    return this.#window === null;
  }

  /** Brings the window back, or opens another. */
  reopen() {
    if (this.#window && !this.#window.closed) return this.#window.focus();
    this.#window = openWindow(this.address);
    this.#watch();
  }

  /** Nobody waits any more. */
  cancel() {
    this.#end();
    this.#window?.close();
  }

  #connect() {
    const url = new URL(this.#socketPath.replace(/^\//, ''), api);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    url.searchParams.set('ws_client_id', this.#client);
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.addEventListener('message', (event) => this.#heard(event.data));
    // A balancer may cut what is silent; the server keeps the result for whoever comes back with the id.
    socket.addEventListener('close', () => this.#socket === socket && this.#after(AGAIN_MS, () => this.#connect()));
  }

  #heard(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    if (message.message_type === 'success') {
      const { connection_id: connectionId, provider_config_key: providerConfigKey, is_pending: isPending = false } = message;
      this.#end();
      this.#after(GRACE_MS, () => this.#window?.close());
      this.#settle.resolve({ connectionId, providerConfigKey, isPending });
    } else if (message.message_type === 'error') {
      this.#fail(String(message.error_type ?? 'unknown_error'), String(message.error_desc ?? ''));
    }
  }

  /** Only our own last page in the window that we opened. */
  #fromWindow = (event) => {
    if (event.origin !== api.origin || event.source === null || event.source !== this.#window) return;
    if (!this.#lastPage(event.data)) return;
    event.source.postMessage({ type: 'nango_oauth_callback_ack' }, api.origin);
    // A sign-in that the server no longer knows has no socket to be told on. The socket's word is better, so it may come first.
    const { errorType, message } = event.data.payload ?? {};
    if (errorType) this.#after(AGAIN_MS, () => this.#fail(String(errorType), String(message ?? '')));
  };

  #lastPage(message) {
    const isSuccess = message?.type === 'nango_oauth_callback_success';
    if (!isSuccess && message?.type !== 'nango_oauth_callback_error') return false;
    // The channel carries every sign-in of this browser, and only the socket knows ours. Ask it now instead of waiting for its next try.
    if (this.#socket?.readyState !== WebSocket.OPEN) this.#connect();
    this.#after(CONFIRM_MS, () => this.#window?.closed !== false && this.#onClosed());
    return true;
  }

  #watch() {
    if (this.#window === null) return;
    const timer = setInterval(() => {
      if (!this.#window.closed) return;
      clearInterval(timer);
      this.#after(GRACE_MS, () => this.#window.closed && this.#onClosed());
    }, LOOK_MS);
    this.#timers.push(timer);
  }

  #after(milliseconds, act) {
    this.#timers.push(setTimeout(act, milliseconds));
  }

  #fail(code, message) {
    this.#end();
    this.#settle.reject(new Failure(code, message));
  }

  #end() {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#channel?.close();
    window.removeEventListener('message', this.#fromWindow);
  }
}

function openWindow(address) {
  const left = Math.max(0, Math.round(screenX + (outerWidth - WIDTH) / 2));
  const top = Math.max(0, Math.round(screenY + (outerHeight - HEIGHT) / 2));
  const place = `popup,width=${WIDTH},height=${HEIGHT},left=${left},top=${top}`;
  const opened = window.open(address, '_blank', place);
  // Some blockers hand out a window that is closed already.
  return opened && !opened.closed ? opened : null;
}

/** A random UUID; `crypto.randomUUID` exists only under TLS. */
export function identifier() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
