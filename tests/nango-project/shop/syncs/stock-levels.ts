import { createSync } from 'nango';
import { StockLevel } from '../models.js';

interface ShopStock {
    sku: string;
    warehouse: string;
    quantity: number;
}

/** One variant a warehouse: `POST /sync/stock-levels/variant/berlin` makes one. The base variant reads all warehouses. */
const sync = createSync({
    description: 'How much of everything lies where, and how that changed since the last run',
    version: '1.0.0',
    frequency: 'every 5 minutes',
    autoStart: false,
    models: { StockLevel },

    exec: async (nango) => {
        // Actions and webhooks write stock levels too; what they wrote while this run was reading is newer than what it read.
        await nango.setMergingStrategy({ strategy: 'ignore_if_modified_after' }, 'StockLevel');

        const pages = nango.paginate<ShopStock>({
            endpoint: '/v1/stock',
            params: nango.variant === 'base' ? {} : { warehouse: nango.variant },
            paginate: {
                type: 'offset',
                offset_name_in_request: 'skip',
                offset_calculation_method: 'by-response-size',
                limit_name_in_request: 'take',
                limit: 4,
                response_path: 'data.items'
            }
        });

        for await (const page of pages) {
            const ids = page.map((stock) => `${stock.warehouse}:${stock.sku}`);
            const known = await nango.getRecordsByIds(ids, 'StockLevel');
            const levels = page.map((stock, at) => {
                const id = ids[at]!;
                const before = known.get(id)?.quantity ?? 0;
                return { id, ...stock, change: stock.quantity - before };
            });
            await nango.batchSave(levels, 'StockLevel');
        }
    }
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
