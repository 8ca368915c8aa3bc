import { createHash } from 'crypto';
import { createSync } from 'nango';
import * as z from 'zod';
import { Attachment } from '../models.js';

interface NewAttachment {
    id: string;
    ticket: string;
    file_name: string;
    /** Signed by the helpdesk: whoever has it may download the file, so that no credentials must go along. */
    download_url: string;
    expires: string;
    sequence: number;
}

/** Files come from another host than the API, and are gone after a while without a word: then they go here too. */
const sync = createSync({
    description: 'Fingerprints of the files that customers sent, as long as the helpdesk keeps them',
    version: '1.0.0',
    frequency: 'every hour',
    autoStart: false,
    models: { Attachment },
    checkpoint: z.object({ sequence: z.number() }),

    exec: async (nango) => {
        const { sequence } = (await nango.getCheckpoint()) ?? { sequence: 0 };
        const { data: fresh } = await nango.get<NewAttachment[]>({
            endpoint: '/api/attachments',
            params: { after: sequence },
            retries: 3
        });

        const attachments = await Promise.all(fresh.map((attachment) => fingerprint(nango, attachment)));
        await nango.batchSave(attachments, 'Attachment');

        const now = Date.now();
        for await (const attachment of nango.listRecords('Attachment')) {
            if (Date.parse(attachment.expiresAt) <= now) {
                await nango.batchDelete([{ id: attachment.id }], 'Attachment');
            }
        }

        const last = fresh.at(-1);
        if (last) {
            await nango.saveCheckpoint({ sequence: last.sequence });
        }
    }
});

async function fingerprint(nango: NangoSyncLocal, attachment: NewAttachment): Promise<Attachment> {
    const response = await nango.uncontrolledFetch({ url: new URL(attachment.download_url) });
    if (!response.ok) {
        throw new Error(`${attachment.file_name} of ticket ${attachment.ticket} cannot be downloaded: ${response.status}`);
    }
    const bytes = Buffer.from(await response.arrayBuffer());
    return {
        id: attachment.id,
        ticketId: attachment.ticket,
        name: attachment.file_name,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        size: bytes.length,
        expiresAt: attachment.expires
    };
}

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
