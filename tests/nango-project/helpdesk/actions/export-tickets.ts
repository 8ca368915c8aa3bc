import { createAction } from 'nango';
import * as z from 'zod';

const TRIES = 20;

const action = createAction({
    description: "A team's tickets as CSV",
    version: '1.0.0',
    input: z.object({ team: z.string() }),
    output: z.string(),

    exec: async (nango, input) => {
        const { data: job } = await nango.post<{ id: string }>({ endpoint: '/api/exports', data: { team: input.team } });
        for (let tried = 0; tried < TRIES; tried++) {
            const { data: state } = await nango.get<{ state: 'running' | 'done' | 'failed'; reason?: string }>({
                endpoint: `/api/exports/${job.id}`
            });
            if (state.state === 'failed') {
                throw new nango.ActionError({ code: 'export_failed', message: state.reason ?? 'The helpdesk gives no reason' });
            }
            if (state.state === 'done') {
                const { data: csv } = await nango.get<string>({ endpoint: `/api/exports/${job.id}/file`, responseType: 'text' });
                return csv;
            }
            // Waiting costs no CPU time; the run's time goes on.
            await new Promise((resolve) => setTimeout(resolve, 50 * (tried + 1)));
        }
        throw new nango.ActionError({ code: 'export_slow', message: `The export ${job.id} is not done yet: try again later` });
    }
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
