import { createSync } from 'nango';
import * as z from 'zod';

const Product = z.object({ id: z.string(), title: z.string(), price: z.number() });

export default createSync({
    description: 'Saves what the provider sends without a look at it',
    models: { Product },
    autoStart: false,
    exec: async (nango) => {
        const fromProvider: any[] = [{ id: '1', title: 'Jam', price: 650 }, { id: '2', title: 'Bread', price: '4.20' }];
        await nango.batchSave(fromProvider, 'Product');
    }
});
