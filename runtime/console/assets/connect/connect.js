// The Connect UI: a person picks a service, signs in or types credentials, and the product has a connection.
//
//   session ──▶ list ──▶ form ──▶ credentials: one request ───────────┬──▶ success ──▶ finish
//                         ▲  └──▶ sign-in in a window ──▶ its result ─┤
//                         └──────────── try again ◀── what went wrong ┘

import { detectClosedWindow, embedded, preview, rememberResult, rememberedResult, takeLinkedSession } from './address.js';
import { Failure, address, loadIntegrations, loadProvider, loadSession, submit, useSession } from './api.js';
import { Dialog } from './dialog.js';
import { button, element, icon } from './dom.js';
import { details, explain } from './failures.js';
import { askedFields, isOutbound, opensWindow, wantsExternalId } from './fields.js';
import { Form } from './form.js';
import { receiveSession, tellClosed, tellConnected, tellFailed } from './host.js';
import { list, logo } from './list.js';
import { credentialsRequest, windowRequest } from './request.js';
import { SignIn, identifier } from './sign_in.js';
import { applySettings } from './theme.js';
import { loadWords, say } from './words.js';

await loadWords();
const dialog = new Dialog({ onLeave: leave });
const announce = (text) => dialog.announce(text);
let session = {};
let integrations = [];
let signIn = null;

if (preview) {
  const { showPreview } = await import('./preview.js');
  showPreview(dialog);
} else {
  await start();
}

function leave() {
  signIn?.cancel();
  tellClosed();
}

async function start() {
  const done = rememberedResult();
  if (done !== null) return showSuccess(done);
  showLoading();
  const token = takeLinkedSession() ?? (embedded ? await receiveSession() : null);
  if (token === null) {
    const failure = new Failure('missing_connect_session_token', 'no session token was given');
    return showFailure(failure, { title: say('error_token_title'), text: say(embedded ? 'error_token_embedded' : 'error_token'), isFinal: true });
  }
  useSession(token);
  await load();
}

async function load() {
  try {
    [session, integrations] = await Promise.all([loadSession(), loadIntegrations()]);
  } catch (failure) {
    return showFailure(failure, { ...explain(failure), again: load });
  }
  applySettings(session.connectUISettings);
  // The server leaves out what is not allowed; an older one might not.
  const allowed = session.allowed_integrations;
  if (Array.isArray(allowed) && allowed.length > 0) integrations = integrations.filter(({ unique_key: key }) => allowed.includes(key));
  if (integrations.length === 1) await choose(integrations[0]);
  else showList();
}

function showLoading() {
  const spinner = element('div', { class: 'hero' }, element('span', { class: 'spinner' }));
  dialog.show({ name: 'loading', title: say('loading'), body: [], mark: spinner });
}

function showList() {
  if (integrations.length === 0) {
    const body = [element('p', { class: 'lead' }, say('empty_text'))];
    return dialog.show({ name: 'empty', title: say('empty_title'), mark: hero('plug'), body, foot: watermark() });
  }
  const { nodes, first } = list(integrations, { onChoose: choose, announce });
  const body = [element('p', { class: 'lead' }, say('list_text')), ...nodes];
  dialog.show({ name: 'list', title: say('list_title'), body, focus: first, foot: watermark() });
}

async function choose(integration) {
  if (integrations.length === 1) showLoading();
  let provider;
  try {
    provider = await loadProvider(integration.provider);
  } catch (failure) {
    return showFailure(failure, { ...explain(failure), again: () => choose(integration), integration });
  }
  showForm(integration, provider);
}

function backToList() {
  return integrations.length > 1 ? showList : null;
}

function showForm(integration, provider) {
  const name = integration.display_name;
  const byWindow = opensWindow(provider);
  const fields = askedFields(provider, integration, session);
  const externalId = wantsExternalId(provider, integration, session) ? rememberedId(integration) : null;
  const form = new Form({
    fields,
    externalId,
    name,
    announce,
    guide: session.overrides?.[integration.unique_key]?.docs_connect ?? provider.docs_connect ?? null,
    label: say(session.isReconnecting ? 'connect_again' : 'connect'),
    onSubmit: (values) => {
      if (externalId) values.params.external_id = externalId;
      if (byWindow) openWindow({ integration, provider, values, form });
      else send({ integration, provider, values, form });
    },
  });
  const screen = {
    name: 'form',
    title: say(session.isReconnecting ? 'form_title_again' : 'form_title', { name }),
    mark: logo(integration, 'large'),
    body: [element('p', { class: 'lead' }, introduction(provider, name, fields)), form.node],
    foot: [form.submitButton, byWindow ? null : reassurance(fields), ...watermark()],
    focus: form.first,
    back: backToList(),
    isDirty: () => form.isDirty(),
  };
  form.screen = screen;
  dialog.show(screen);
}

function introduction(provider, name, fields) {
  if (opensWindow(provider)) return say('intro_popup', { name });
  if (isOutbound(provider)) return say('intro_outbound', { name });
  return say(fields.length > 0 ? 'intro_credentials' : 'intro_none', { name });
}

function reassurance(fields) {
  return fields.length > 0 ? element('p', { class: 'reassurance' }, icon('lock'), say('encrypted')) : null;
}

/** One request with what was typed. When it fails the form stays as it is, with the reason above it. */
async function send({ integration, provider, values, form }) {
  form.busy = true;
  try {
    const { path, query, body } = credentialsRequest(provider, integration.unique_key, values);
    succeed(integration, await submit(path, query, body));
  } catch (error) {
    const failure = error instanceof Failure ? error : new Failure('unknown_error', String(error));
    tellFailed(failure.code, failure.message);
    form.busy = false;
    const said = explain(failure, { name: integration.display_name, typed: true });
    if (said.isFinal) showFailure(failure, { ...said, integration });
    else form.showProblem({ ...said, details: details(failure), names: failure.code === 'invalid_body' ? failure.fields : [] });
  }
}

/** A window for the provider's own sign-in. Runs within the click. */
function openWindow(attempt) {
  const { integration, values, form } = attempt;
  const name = integration.display_name;
  signIn?.cancel();
  const current = new SignIn({
    address: (client) => {
      const { path, query } = windowRequest(integration.unique_key, values, client);
      return address(path, query);
    },
    socketPath: session.websocketsPath ?? '/',
    onClosed: () => {
      if (detectClosedWindow) giveUp(new Failure('window_closed', 'the sign-in window was closed'));
      else announce(say('waiting_lost'));
    },
  });
  signIn = current;
  const giveUp = (failure) => {
    if (signIn !== current) return;
    signIn.cancel();
    signIn = null;
    tellFailed(failure.code, failure.message);
    const said = explain(failure, { name });
    if (!said.isInput) return showFailure(failure, { ...said, again: () => openWindow(attempt), integration, screen: form.screen });
    dialog.show(form.screen);
    form.showProblem({ ...said, details: details(failure) });
  };
  const cancel = () => {
    current.cancel();
    signIn = null;
    dialog.show(form.screen);
  };
  if (current.isBlocked) {
    tellFailed('blocked_by_browser', 'the browser blocked the sign-in window');
    showBlocked(current, { name, cancel, integration });
  } else {
    showWaiting(current, { name, cancel, integration });
  }
  current.result.then(
    (result) => {
      if (signIn !== current) return;
      signIn = null;
      succeed(integration, result);
    },
    (failure) => giveUp(failure),
  );
}

function showWaiting(current, { name, cancel, integration }) {
  const again = button('link', say('waiting_reopen'), () => current.reopen());
  const mark = element('div', { class: 'hero' }, element('span', { class: 'spinner around' }), logo(integration, 'large'));
  dialog.show({
    name: 'waiting',
    title: say('waiting_title'),
    mark,
    body: [element('p', { class: 'lead' }, say('waiting_text', { name })), element('p', { class: 'aside' }, say('waiting_lost'), ' ', again)],
    foot: [button('quiet', say('cancel'), cancel)],
    back: cancel,
  });
}

function showBlocked(current, { name, cancel, integration }) {
  // A link that the person follows is never blocked.
  const open = element('a', { class: 'primary', href: current.address.href, target: '_blank', rel: 'noopener noreferrer' }, say('blocked_open', { name }));
  open.addEventListener('click', () => setTimeout(() => showWaiting(current, { name, cancel, integration })));
  const here = !embedded && element('a', { class: 'link', href: current.address.href }, say('blocked_here'));
  dialog.show({
    name: 'blocked',
    title: say('blocked_title'),
    mark: hero('window'),
    body: [element('p', { class: 'lead' }, say('blocked_text', { name })), here && element('p', { class: 'aside' }, here)],
    foot: [open],
    focus: open,
    back: cancel,
  });
}

function succeed(integration, result) {
  tellConnected(result);
  forgetId(integration);
  const said = { name: integration.display_name, pending: result.isPending === true };
  rememberResult(said);
  showSuccess(said);
}

function showSuccess({ name, pending }) {
  const finish = embedded ? button('primary', say('finish'), leave) : null;
  const text = say(pending ? 'pending_text' : 'success_text', { name });
  const body = [element('p', { class: 'lead' }, text), embedded ? null : element('p', { class: 'aside' }, say('success_close_tab'))];
  const title = say(pending ? 'pending_title' : 'success_title', { name });
  dialog.show({ name: 'success', title, mark: hero('check', 'good'), body, foot: [finish], focus: finish ?? undefined });
  announce(title);
}

/** `again` repeats the attempt, `screen` is where it began. */
function showFailure(failure, { title, text, isFinal = false, isChoice = false, again = null, integration = null, screen = null }) {
  const back = screen ? () => dialog.show(screen) : backToList();
  const retry = !isFinal && again ? button('primary', say('retry'), again) : null;
  const close = isFinal && embedded ? button('primary', say('close'), leave) : null;
  const body = [element('p', { class: 'lead' }, text), details(failure)];
  dialog.show({
    name: 'failure',
    title,
    // Whoever closed the window or declined knows it; that is no alarm.
    mark: isChoice ? hero('window') : hero('warning', 'bad'),
    body,
    foot: [retry, close, !retry && !close && integration && back ? button('quiet', say('back'), back) : null],
    focus: retry ?? close ?? undefined,
    back,
  });
  announce(`${title}. ${text}`);
}

function hero(name, tone = 'plain') {
  return element('div', { class: `hero ${tone}` }, icon(name));
}

function watermark() {
  return session.connectUISettings?.showWatermark === true ? [element('p', { class: 'watermark' }, say('watermark'))] : [];
}

/** The person puts it into a policy elsewhere and may come back to a page that was loaded again. */
function rememberedId(integration) {
  const key = `external-id:${integration.unique_key}`;
  try {
    const known = sessionStorage.getItem(key) ?? identifier();
    sessionStorage.setItem(key, known);
    return known;
  } catch {
    // Browsers refuse storage to a framed page when they block third-party cookies.
    return identifier();
  }
}

function forgetId(integration) {
  try {
    sessionStorage.removeItem(`external-id:${integration.unique_key}`);
  } catch {
    // Nothing was kept either.
  }
}
