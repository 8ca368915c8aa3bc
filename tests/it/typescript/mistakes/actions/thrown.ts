import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'Throws what is no error',
    input: z.object({ what: z.enum(['text', 'object', 'nothing']) }),
    output: z.void(),
    exec: async (_nango, input) => {
        switch (input.what) {
            case 'text':
                throw 'out of jam';
            case 'object':
                throw { reason: 'out of jam', shelf: 4 };
            case 'nothing':
                throw undefined;
        }
    }
});
