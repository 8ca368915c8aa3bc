// What the page's own address says. Whoever links here chose it, so nothing in it decides where data goes.

/** Where the API is: one level above this page, so that a reverse proxy may put both below a path of its own. */
export const api = new URL('../', document.baseURI.replace(/[?#].*$/, ''));

const query = new URLSearchParams(location.search);

/** True inside another page's frame. */
export const embedded = window.parent !== window;

/** True in the dashboard's live preview: sample data, settings by message, no connection is made. */
export const preview = embedded && query.get('preview') === 'true';

/** Whether a closed sign-in window counts as given up. Some providers cut the tie to our window, and then it only looks closed. */
export const detectClosedWindow = query.get('detectClosedAuthWindow') === 'true';

/** `light`, `dark`, `system` or null. */
export const theme = ['light', 'dark', 'system'].find((name) => name === query.get('theme')) ?? null;

/** Languages to try, the best first. */
export const languages = [query.get('lang'), ...navigator.languages].filter(Boolean);

/**
 * The session of a shared link, or null. It leaves the address bar at once, where it would end up in the history and in screenshots; a reload
 * finds it in the history entry.
 */
export function takeLinkedSession() {
  const linked = query.get('session_token');
  if (linked === null) return embedded ? null : (history.state?.session ?? null);
  const clean = new URL(location.href);
  clean.searchParams.delete('session_token');
  history.replaceState({ session: linked }, '', clean);
  return linked;
}

/** A shared link that has done its work says so again when it is loaded again, instead of offering what its session can no longer do. */
export function rememberResult(result) {
  if (!embedded) history.replaceState({ result }, '');
}

/** What `rememberResult` kept, or null. */
export const rememberedResult = () => (embedded || query.has('session_token') ? null : (history.state?.result ?? null));

const asked = query.get('apiURL');
if (asked !== null && (!URL.canParse(asked) || new URL(asked).origin !== location.origin)) {
  console.warn(`apiURL ${asked} is ignored: this page only talks to the server that it came from, ${location.origin}`);
}
