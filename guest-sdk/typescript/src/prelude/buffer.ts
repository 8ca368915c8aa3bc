/** Node's Buffer, of the package that bundlers have always used for it. */

import { Buffer } from 'buffer/index.js';
import { define } from './define.js';

define({ Buffer });
