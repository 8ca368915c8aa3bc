import { createSync } from 'nango';
import type { ProxyConfiguration } from 'nango';
import { Product } from '../models.js';
import { toProduct } from '../wire.js';
import type { ShopProduct } from '../wire.js';

const STOREFRONT = 'https://larder.example';

/**
 * The shop's products have no list of deletions, so that each run reads all of them: what is not seen between
 * trackDeletesStart and trackDeletesEnd is deleted. A run that fails in between deletes nothing.
 */
const sync = createSync({
    description: 'All products of the shop; those that are gone are deleted',
    version: '1.2.0',
    frequency: 'every hour',
    autoStart: true,
    endpoints: [{ method: 'GET', path: '/shop/products', group: 'Products' }],
    scopes: ['products:read'],
    models: { Product },

    exec: async (nango) => {
        await nango.trackDeletesStart('Product');

        const config: ProxyConfiguration = {
            endpoint: '/v1/products',
            retries: 3,
            paginate: {
                type: 'link',
                link_rel_in_response_header: 'next',
                limit_name_in_request: 'limit',
                limit: 2,
                on_page: async ({ nextPageParam, response }) => {
                    const total = response.headers['x-total-count'];
                    await nango.log(`A page of ${total} products`, { last: !nextPageParam }, { level: 'debug' });
                }
            }
        };
        for await (const page of nango.paginate<ShopProduct>(config)) {
            await nango.batchSave(page.map((product) => toProduct(product, STOREFRONT)), 'Product');
        }

        const { deletedKeys } = await nango.trackDeletesEnd('Product');
        if (deletedKeys.length > 0) {
            await nango.log('Products that the shop no longer has', { ids: deletedKeys });
        }
    }
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
