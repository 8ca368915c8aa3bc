import { createAction } from 'nango';
// The package of zod 3 itself, installed beside zod 4 under another name.
import { z } from 'zod3';
import { centsOf } from '../money.js';

const action = createAction({
    description: 'What a customer owes, in cents; negative when we owe',
    version: '1.0.0',
    input: z.object({ email: z.string().email() }),
    output: z.object({ balance: z.number().int(), currency: z.string() }),

    exec: async (nango, input) => {
        const { data } = await nango.get<{ balance: string; currency: string }>({
            endpoint: '/customers/balance',
            params: { email: input.email },
            retries: 3
        });
        return { balance: centsOf(data.balance), currency: data.currency };
    }
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
