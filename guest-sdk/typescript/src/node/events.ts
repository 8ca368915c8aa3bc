/** `events`, of the package that bundlers have always used for it. */

import EventEmitter from 'events/events.js';

export const { once, defaultMaxListeners } = EventEmitter as unknown as { once: unknown; defaultMaxListeners: number };
export { EventEmitter };
export default EventEmitter;
