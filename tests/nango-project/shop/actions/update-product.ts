import { createAction } from 'nango';
import * as z from 'zod';
import { Product } from '../models.js';
import { toProduct } from '../wire.js';
import type { ShopProduct } from '../wire.js';

const action = createAction({
    description: "Changes a product's title or price, and its picture",
    version: '1.1.0',
    input: z.object({
        id: z.string(),
        title: z.string().optional(),
        priceCents: z.number().int().optional(),
        /** A picture as base64. */
        picture: z.base64().optional()
    }),
    output: z.object({ product: Product, pictureBytes: z.number().int() }),

    exec: async (nango, input) => {
        const path = `/v1/products/${encodeURIComponent(input.id)}`;
        const { data } = await nango.patch<{ product: ShopProduct }>({
            endpoint: path,
            data: {
                ...(input.title !== undefined && { title: input.title }),
                ...(input.priceCents !== undefined && { price_cents: input.priceCents })
            },
            retries: 3
        });

        let pictureBytes = 0;
        if (input.picture) {
            const picture = Buffer.from(input.picture, 'base64');
            const isPng = picture.subarray(1, 4).toString('latin1') === 'PNG';
            const stored = await nango.put<{ bytes: number }>({
                endpoint: `${path}/picture`,
                data: picture,
                headers: { 'Content-Type': isPng ? 'image/png' : 'application/octet-stream' }
            });
            pictureBytes = stored.data.bytes;
        }
        return { product: toProduct(data.product, 'https://larder.example'), pictureBytes };
    }
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
