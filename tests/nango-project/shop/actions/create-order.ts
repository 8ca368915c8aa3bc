import { createHash } from 'crypto';
import { createAction } from 'nango';
import * as z from 'zod';
import { Order } from '../models.js';
import { toOrder } from '../wire.js';
import type { ShopOrder } from '../wire.js';

const Input = z.object({
    customerId: z.string().regex(/^\d+$/, 'is the number of a customer'),
    lines: z.array(z.object({ sku: z.string(), quantity: z.number().int().positive() })).min(1)
});

/** The shop's answer to an order that it does not take. */
interface Refusal {
    errors: { field: string; message: string }[];
}

const action = createAction({
    description: 'Places an order',
    version: '1.0.0',
    endpoint: { method: 'POST', path: '/shop/orders', group: 'Orders' },
    input: Input,
    output: Order,
    scopes: ['orders:write'],

    exec: async (nango, input) => {
        const { data: order } = await nango.zodValidateInput({ zodSchema: Input, input });

        // The same order sent twice gets the same key, and the shop places it once.
        const key = createHash('sha256').update(`${nango.connectionId}:${JSON.stringify(order)}`).digest('hex');
        try {
            const response = await nango.post<{ order: ShopOrder }>({
                endpoint: '/v1/orders',
                data: { customer_id: Number(order.customerId), lines: order.lines },
                headers: { 'Idempotency-Key': key },
                retries: 2
            });
            await nango.triggerSync(nango.providerConfigKey, nango.connectionId, 'orders');
            return toOrder(response.data.order);
        } catch (err: any) {
            if (err.response?.status !== 422) {
                throw err;
            }
            const { errors } = err.response.data as Refusal;
            throw new nango.ActionError({
                code: 'order_refused',
                message: `The shop refuses this order: ${errors.map((error) => `${error.field} ${error.message}`).join('; ')}`,
                fields: errors.map((error) => error.field)
            });
        }
    }
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
