import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'Waits for something that never comes, without waiting',
    input: z.void(),
    output: z.number(),
    limits: { cpu_time_s: 1 },
    exec: async () => {
        let rounds = 0;
        while (rounds >= 0) {
            rounds += 1;
        }
        return rounds;
    }
});
