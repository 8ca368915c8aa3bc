/**
 * The globals that QuickJS does not have. Imported before everything else, so that libraries find them when they are evaluated; all of it
 * lies in the snapshot, and a call touches what it uses.
 */

import './text.js';
import './dom-exception.js';
import './url.js';
import './structured-clone.js';
import './event.js';
import './buffer.js';
import './random.js';
import './timers.js';
import './console.js';
import './blob.js';
import './headers.js';
import './process.js';
