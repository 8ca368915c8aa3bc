import * as z from 'zod';

export const Ticket = z.object({
    id: z.string(),
    subject: z.string(),
    requester: z.email(),
    team: z.string(),
    status: z.enum(['open', 'waiting', 'solved']),
    tags: z.array(z.string()),
    createdAt: z.iso.datetime()
});

export const Article = z.object({
    id: z.string(),
    title: z.string(),
    url: z.url(),
    html: z.string(),
    /** In bytes of UTF-8, as the search index counts them. */
    size: z.number().int()
});

export const Attachment = z.object({
    id: z.string(),
    ticketId: z.string(),
    name: z.string(),
    sha256: z.string().length(64),
    size: z.number().int(),
    expiresAt: z.iso.datetime()
});

export type Ticket = z.infer<typeof Ticket>;
export type Article = z.infer<typeof Article>;
export type Attachment = z.infer<typeof Attachment>;
