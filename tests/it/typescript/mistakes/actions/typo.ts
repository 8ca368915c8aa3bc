import { createAction } from 'nango';
import * as z from 'zod';
import { nameOf } from '../names.js';

export default createAction({
    description: 'Trusts what the provider sends',
    input: z.void(),
    output: z.string(),
    exec: async (nango) => {
        const { data } = await nango.get({ endpoint: '/echo' });
        return nameOf(data);
    }
});
