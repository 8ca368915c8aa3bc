import { createSync } from '@syncline/functions';
import * as z from 'zod';

const Item = z.object({ id: z.string(), name: z.string() });

export default createSync({
    description: 'What it keeps fresh',
    frequency: 'every hour',
    models: { Item },
    exec: async (nango) => {
        for await (const page of nango.paginate<{ id: number; name: string }>({ endpoint: '/items', retries: 3 })) {
            await nango.batchSave(page.map(({ id, name }) => ({ id: String(id), name })), 'Item');
        }
    },
});
