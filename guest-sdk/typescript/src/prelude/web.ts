/** URL, URLSearchParams, DOMException and structuredClone, of core-js: it installs them where they are missing. */

import 'core-js/actual/dom-exception';
import 'core-js/actual/url';
import 'core-js/actual/url-search-params';
import 'core-js/actual/structured-clone';
