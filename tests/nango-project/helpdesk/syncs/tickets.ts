import { createSync } from 'nango';
import * as z from 'zod';
import { Ticket } from '../models.js';

interface FoundTicket {
    key: string;
    subject: string;
    requester: { email: string };
    team: string;
    status: 'open' | 'waiting' | 'solved' | 'spam';
    tags: string[];
    created: number;
}

/**
 * A search whose cursor goes into the body. The helpdesk cannot say what changed, so that each run reads everything; with a
 * hundred thousand tickets that takes a while, so that the place is kept page by page and a run that was cut off goes on there.
 */
const sync = createSync({
    description: 'All tickets of the teams that the connection chose',
    version: '1.0.0',
    frequency: 'every 6 hours',
    autoStart: false,
    models: { Ticket },
    metadata: z.object({ teams: z.array(z.string()).optional() }),
    checkpoint: z.object({ cursor: z.string(), pages: z.number() }),

    exec: async (nango) => {
        const place = await nango.getCheckpoint();
        const { teams } = await nango.getMetadata();
        let pages = place?.pages ?? 0;
        if (place) {
            await nango.log(`Goes on after page ${pages}`);
        }

        const search = nango.paginate<FoundTicket>({
            method: 'POST',
            endpoint: '/api/tickets/search',
            data: {
                query: teams ? { team: { in: teams } } : {},
                ...(place && { page: { cursor: place.cursor } })
            },
            paginate: {
                type: 'cursor',
                in_body: true,
                cursor_name_in_request: 'page.cursor',
                cursor_path_in_response: 'page.next',
                limit_name_in_request: 'page.size',
                limit: 3,
                response_path: 'found',
                on_page: async ({ nextPageParam }) => {
                    if (nextPageParam) {
                        pages += 1;
                        await nango.saveCheckpoint({ cursor: String(nextPageParam), pages });
                    }
                }
            },
            retries: 5
        });

        for await (const page of search) {
            const spam = page.filter((ticket) => ticket.status === 'spam');
            await nango.batchSave(page.flatMap(toTicket), 'Ticket');
            if (spam.length > 0) {
                await nango.batchDelete(spam.map((ticket) => ({ id: ticket.key })), 'Ticket');
            }
        }
        await nango.clearCheckpoint();
    }
});

function toTicket(ticket: FoundTicket): Ticket[] {
    if (ticket.status === 'spam') {
        return [];
    }
    return [
        {
            id: ticket.key,
            subject: ticket.subject,
            requester: ticket.requester.email,
            team: ticket.team,
            status: ticket.status,
            tags: ticket.tags,
            createdAt: new Date(ticket.created * 1000).toISOString()
        }
    ];
}

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
