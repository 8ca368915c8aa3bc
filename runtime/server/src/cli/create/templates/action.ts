import { createAction } from '@syncline/functions';
import * as z from 'zod';

export default createAction({
    description: 'What it does',
    input: z.object({ name: z.string() }),
    output: z.object({ id: z.string() }),
    exec: async (nango, input) => {
        const { data } = await nango.post<{ id: number }>({ endpoint: '/items', data: { name: input.name } });
        return { id: String(data.id) };
    },
});
