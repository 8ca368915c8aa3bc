/** What only syncs have: called elsewhere, it says so instead of being undefined. Their values (`lastSyncDate`) are undefined elsewhere. */

import { ActionNango } from './action.js';
import { SyncNango } from './sync.js';

/** Called once, while the snapshot is made. */
export function refuseMembersOfSyncs(): void {
    for (const [member, { value }] of Object.entries(Object.getOwnPropertyDescriptors(SyncNango.prototype))) {
        if (typeof value !== 'function' || member in ActionNango.prototype) {
            continue;
        }
        const refuse = () => {
            throw new Error(
                `nango.${member} exists in syncs only, because only they keep records: return an output, or move the call to a sync`
            );
        };
        Object.defineProperty(ActionNango.prototype, member, { value: refuse, writable: true, configurable: true });
    }
}
