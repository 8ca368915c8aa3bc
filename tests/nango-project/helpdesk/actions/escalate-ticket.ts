import { createAction } from 'nango';
import * as z from 'zod';

/** A balance from which on a customer's ticket is urgent. */
const IMPORTANT = 10_000;

const action = createAction({
    description: 'Marks a ticket as urgent when its customer owes or pays much',
    version: '1.0.0',
    input: z.object({ ticketId: z.string(), billingConnectionId: z.string() }),
    output: z.object({ escalated: z.boolean(), tags: z.array(z.string()) }),

    exec: async (nango, input) => {
        // Two people press the button at once: one of them changes the ticket, the other is told.
        const key = `escalate:${nango.connectionId}:${input.ticketId}`;
        if (!(await nango.tryAcquireLock({ key, ttlMs: 60_000 }))) {
            throw new nango.ActionError({ code: 'being_escalated', message: `Ticket ${input.ticketId} is being escalated by somebody else` });
        }
        try {
            const endpoint = `/api/tickets/${encodeURIComponent(input.ticketId)}`;
            const { data: ticket } = await nango.get<{ requester: { email: string }; tags: string[] }>({ endpoint, retries: 3 });
            const account = await nango.triggerAction<{ balance: number }>('billing', input.billingConnectionId, 'customer-balance', {
                email: ticket.requester.email
            });
            if (Math.abs(account.balance) < IMPORTANT || ticket.tags.includes('urgent')) {
                return { escalated: false, tags: ticket.tags };
            }
            const tags = [...ticket.tags, 'urgent'];
            await nango.put({ endpoint: `${endpoint}/tags`, data: { tags } });
            return { escalated: true, tags };
        } finally {
            const held = await nango.releaseLock({ key });
            if (!held) {
                await nango.log('The lock had run out', { key }, { level: 'warn' });
            }
            // Whatever else this run may have taken; the end of the run would do the same.
            await nango.releaseAllLocks();
        }
    }
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
