import { createAction } from 'nango';
import * as z from 'zod';

interface Shelf {
    name: string;
    jars: { label: string; shelf: Shelf }[];
}

export default createAction({
    description: 'Builds a structure that holds itself',
    input: z.object({ as: z.enum(['output', 'body', 'error']) }),
    output: z.any(),
    exec: async (nango, input) => {
        const shelf: Shelf = { name: 'top', jars: [] };
        shelf.jars.push({ label: 'plum', shelf });
        if (input.as === 'body') {
            await nango.post({ endpoint: '/echo', data: shelf });
        }
        if (input.as === 'error') {
            throw shelf;
        }
        return shelf;
    }
});
