import { createSync } from '@syncline/functions';
import * as z from 'zod';

const Star = z.object({
    id: z.string(),
    full_name: z.string(),
    description: z.string().nullable(),
});

interface Repository {
    id: number;
    full_name: string;
    description: string | null;
}

export default createSync({
    description: 'Starred repositories',
    frequency: 'every hour',
    models: { Star },
    exec: async (nango) => {
        for await (const page of nango.paginate<Repository>({ endpoint: '/user/starred', retries: 3 })) {
            const stars = page.map(({ id, full_name, description }) => ({ id: String(id), full_name, description }));
            await nango.batchSave(stars, 'Star');
        }
    },
});
