// What went wrong, in a person's words. The server's own words, in English, are for the details.

import { element } from './dom.js';
import { say } from './words.js';

/** Codes of a session that is over. */
const SESSION = new Set([
  'unknown_connect_session_token',
  'invalid_connect_session_token_format',
  'missing_connect_session_token',
  'missing_auth_header',
  'malformed_auth_header',
]);

/** The integration lacks something that only its owner can add. */
const SETUP = new Set([
  'invalid_auth_mode',
  'auth_mode_err',
  'grant_type_err',
  'integration_incomplete',
  'invalid_oauth_scopes',
  'missing_aws_sigv4_builtin_credentials',
  'missing_aws_sigv4_config',
  'missing_client_id',
  'missing_client_secret',
  'missing_app_id',
  'missing_custom',
  'missing_provider_config',
  'missing_token_url',
  'provider_config_err',
  'unknown_config_key',
  'unknown_provider_config',
  'unknown_provider_template',
]);

/** The provider looked at what was typed in and said no. */
const CREDENTIALS = new Set([
  'connection_test_failed',
  'client_credentials_fetch_error',
  'invalid_two_step_credentials',
  'invalid_two_step_credentials_second_request',
  'request_token_external_error',
  'signature_token_generation_error',
  'two_step_credentials_fetch_error',
  'wsse_token_generation_error',
  'aws_sigv4_sts_request_failed',
  'invalid_body',
  'token_err',
]);

/** The browser came back too late, or another one did. */
const STALE = new Set(['state_err', 'state_cookie_err']);

/** What the form asked for does not fit the provider, found only on the way there. */
const INPUT = 'url_param_err';

/** How providers say that the person pressed "Cancel". */
const DENIED = /\b(access_denied|user_denied|consent_required|user_cancel(?:l)?ed(?:_\w+)?|denied)\b/i;

/**
 * `{ title, text, isFinal, isChoice, isInput }`: final is what trying again cannot change, a choice is what the person did on purpose, input is
 * to be mended in the form. `typed` says that credentials were typed in here.
 */
export function explain(failure, { name = '', typed = false } = {}) {
  const text = (key, title = 'error_title', isFinal = false) => ({ title: say(title), text: say(key, { name }), isFinal });
  const { code, status } = failure;
  if (code === 'network_error') return text('error_network', 'error_network_title');
  if (SESSION.has(code)) return text('error_session', 'error_session_title', true);
  if (code === 'window_closed') return { ...text('error_closed', 'error_closed_title'), isChoice: true };
  if (code === 'resource_capped') return text('error_capped', 'error_title', true);
  if (code === 'integration_not_allowed') return text('error_not_allowed', 'error_title', true);
  if (code === 'invalid_connection' || code === 'connection_not_found') return text('error_reconnect_gone', 'error_title', true);
  if (code === 'connection_validation_failed') return text('error_validation');
  if (SETUP.has(code)) return text('error_setup', 'error_title', true);
  if (STALE.has(code)) return text('error_stale');
  if (status === 502 || status === 503 || status === 504) return text(name ? 'error_unreachable' : 'error_load');
  if (code === INPUT) return { ...text('error_credentials'), isInput: true };
  if (typed && CREDENTIALS.has(code)) return text('error_credentials');
  if (!typed && DENIED.test(failure.message)) return { ...text('error_denied', 'error_denied_title'), isChoice: true };
  // A provider's own 401 comes with one of the codes above.
  if (status === 401) return text('error_session', 'error_session_title', true);
  return text(name ? 'error_generic' : 'error_load', name ? 'error_title' : 'error_load_title');
}

/** Code and message, folded away. */
export function details(failure) {
  if (!failure.message && !failure.code) return null;
  const said = [failure.code, failure.message].filter(Boolean).join('\n');
  return element('details', { class: 'details' }, element('summary', {}, say('details')), element('pre', { tabindex: '0', lang: 'en' }, said));
}
