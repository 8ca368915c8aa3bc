import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'Keeps everything that it ever saw',
    input: z.object({ items: z.number() }),
    output: z.number(),
    limits: { memory_mb: 32 },
    exec: async (_nango, input) => {
        const seen: string[][] = [];
        for (;;) {
            seen.push(new Array(input.items).fill(`page ${seen.length}`));
        }
    }
});
