import { createSync } from 'nango';
import * as z from 'zod';
import { Order } from '../models.js';
import { toOrder } from '../wire.js';
import type { ShopOrder } from '../wire.js';

/** What the shop posts to the integration's webhook URL. */
const OrderEvent = z.discriminatedUnion('type', [
    z.object({ type: z.literal('order.shipped'), order_id: z.number(), tracking_code: z.string() }),
    z.object({ type: z.literal('order.cancelled'), order_id: z.number() })
]);

/** Only what changed since the checkpoint, oldest change first: after each page, everything up to it is safe. */
const sync = createSync({
    description: 'Orders, only those that changed since the last run',
    version: '2.0.0',
    frequency: 'every 15 minutes',
    autoStart: false,
    endpoints: [{ method: 'GET', path: '/shop/orders', group: 'Orders' }],
    models: { Order },
    metadata: z.object({
        webhookId: z.string().optional(),
        includeTestOrders: z.boolean().optional()
    }),
    checkpoint: z.object({ updatedSince: z.string() }),
    webhookSubscriptions: ['order.shipped', 'order.cancelled'],

    exec: async (nango) => {
        const checkpoint = await nango.getCheckpoint();
        const metadata = await nango.getMetadata();
        const pages = nango.paginate<ShopOrder>({
            endpoint: '/v1/orders',
            params: {
                sort: 'updated_at',
                ...(checkpoint && { updated_since: checkpoint.updatedSince })
            },
            paginate: {
                type: 'cursor',
                cursor_name_in_request: 'cursor',
                cursor_path_in_response: 'meta.next_cursor',
                response_path: 'orders',
                limit_name_in_request: 'limit',
                limit: 3
            },
            retries: 3
        });

        for await (const page of pages) {
            const wanted = page.filter((order) => metadata.includeTestOrders || !order.test);
            const cancelled = wanted.filter((order) => order.status === 'cancelled');
            const live = wanted.filter((order) => order.status !== 'cancelled');

            await nango.batchSave(live.map(toOrder), 'Order');
            if (cancelled.length > 0) {
                await nango.batchDelete(cancelled.map((order) => ({ id: String(order.id) })), 'Order');
            }

            const last = page.at(-1);
            if (last) {
                await nango.saveCheckpoint({ updatedSince: last.updated_at });
            }
        }
    },

    onWebhook: async (nango, payload) => {
        const event = OrderEvent.safeParse(payload);
        if (!event.success) {
            await nango.log('An event of a kind that this sync does not know', { payload }, { level: 'warn' });
            return;
        }
        const id = String(event.data.order_id);
        if (event.data.type === 'order.cancelled') {
            await nango.batchDelete([{ id }], 'Order');
            return;
        }
        // Merged into what the last run saved; an order that it has not seen yet comes with the next run.
        await nango.batchUpdate([{ id, status: 'shipped', trackingCode: event.data.tracking_code }], 'Order');
    }
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
