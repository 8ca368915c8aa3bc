import { createAction } from 'nango';
import * as z from 'zod';

/** No input, and an output that is a list. */
const action = createAction({
    description: 'The names of all warehouses that are open',
    version: '1.0.0',
    input: z.void(),
    output: z.array(z.string()),

    exec: async (nango) => {
        const response = await nango.proxy<{ code: string; open: boolean }[]>({
            method: 'GET',
            endpoint: '/v1/warehouses',
            retries: 3
        });
        return response.data.filter((warehouse) => warehouse.open).map((warehouse) => warehouse.code);
    }
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
