import { createSync } from 'nango';
import { Customer } from '../models.js';
import { toCustomer } from '../wire.js';
import type { ShopCustomer } from '../wire.js';

/**
 * Written before trackDeletesStart existed, and left as it was: `trackDeletes` compares each full run with the one before,
 * `batchSend` is batchSave's old name.
 */
const sync = createSync({
    description: 'All customers of the shop',
    version: '0.9.0',
    frequency: 'every day',
    autoStart: true,
    syncType: 'full',
    trackDeletes: true,
    endpoints: [{ method: 'GET', path: '/shop/customers' }],
    models: { Customer },

    exec: async (nango) => {
        await nango.log(`Deletions are ${nango.track_deletes ? '' : 'not '}tracked; the last run was at ${nango.lastSyncDate?.toISOString() ?? 'no time'}`);

        const pages = nango.paginate<ShopCustomer>({
            endpoint: '/v1/customers',
            paginate: {
                type: 'offset',
                offset_name_in_request: 'page',
                offset_start_value: 1,
                offset_calculation_method: 'per-page',
                limit_name_in_request: 'per_page',
                limit: 2,
                response_path: 'customers'
            }
        });
        for await (const page of pages) {
            await nango.batchSend(page.map(toCustomer), 'Customer');
        }
    }
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
