import { createAction } from 'nango';
import * as z from 'zod';

async function notify(customer: string): Promise<void> {
    throw new Error(`${customer} has no address`);
}

export default createAction({
    description: 'Begins something and does not look how it ends',
    input: z.void(),
    output: z.string(),
    exec: async () => {
        void notify('Ada');
        return 'done';
    }
});
