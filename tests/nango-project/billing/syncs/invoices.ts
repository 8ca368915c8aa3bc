import { createSync } from 'nango';
// Written with zod 3, in the form in which zod 4 still carries it.
import { z } from 'zod/v3';
import { centsOf } from '../money.js';

const Invoice = z.object({
    id: z.string(),
    number: z.string(),
    email: z.string().email(),
    total: z.number().int(),
    currency: z.string().length(3),
    status: z.enum(['draft', 'open', 'paid']),
    dueOn: z.string().regex(/^\d{4}-\d{2}-\d{2}$/).nullable()
});

interface WireInvoice {
    uuid: string;
    number: string;
    recipient: string;
    total: string;
    currency: string;
    state: 'draft' | 'open' | 'paid' | 'void';
    due: string | null;
    revision: number;
}

function isLive(invoice: WireInvoice): invoice is WireInvoice & { state: 'draft' | 'open' | 'paid' } {
    return invoice.state !== 'void';
}

/** Each change gives an invoice the next revision; the checkpoint is the last one that was read. */
const sync = createSync({
    description: 'Invoices, only those that changed since the last run; void ones are deleted',
    version: '3.1.4',
    frequency: 'every half hour',
    autoStart: true,
    endpoints: [{ method: 'GET', path: '/billing/invoices', group: 'Invoices' }],
    models: { Invoice },
    checkpoint: z.object({ revision: z.number() }),

    exec: async (nango) => {
        const { revision } = (await nango.getCheckpoint()) ?? { revision: 0 };
        let newest = revision;

        for await (const page of nango.paginate<WireInvoice>({
            endpoint: '/invoices',
            params: `after_revision=${revision}`,
            paginate: {
                type: 'offset',
                offset_name_in_request: 'offset',
                limit_name_in_request: 'limit',
                limit: 2
            },
            retries: 3,
            retryOn: [409]
        })) {
            await nango.batchSave(
                page.filter(isLive).map((invoice) => ({
                    id: invoice.uuid,
                    number: invoice.number,
                    email: invoice.recipient,
                    total: centsOf(invoice.total),
                    currency: invoice.currency,
                    status: invoice.state,
                    dueOn: invoice.due
                })),
                'Invoice'
            );
            const gone = page.filter((invoice) => !isLive(invoice)).map((invoice) => ({ id: invoice.uuid }));
            if (gone.length > 0) {
                await nango.batchDelete(gone, 'Invoice');
            }
            newest = Math.max(newest, ...page.map((invoice) => invoice.revision));
        }
        // Only at the end: the list is not sorted by revision.
        if (newest > revision) {
            await nango.saveCheckpoint({ revision: newest });
        }
    }
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
