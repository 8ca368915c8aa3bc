import crypto from 'node:crypto';
import { createAction } from 'nango';
import * as z from 'zod';

/** A link with which a browser uploads a file straight to the helpdesk. The key is the environment's, not the connection's. */
const action = createAction({
    description: 'Signs a link for one upload',
    version: '1.0.0',
    input: z.object({ ticketId: z.string(), fileName: z.string() }),
    output: z.object({ uploadId: z.string(), url: z.string(), signature: z.string() }),

    exec: async (nango, input) => {
        const variables = (await nango.getEnvironmentVariables()) ?? [];
        const key = variables.find((variable) => variable.name === 'HELPDESK_UPLOAD_KEY')?.value;
        if (!key) {
            throw new nango.ActionError({
                code: 'no_upload_key',
                message: 'Set the environment variable HELPDESK_UPLOAD_KEY: the helpdesk shows the key under Settings, Uploads'
            });
        }

        const uploadId = crypto.randomUUID();
        const query = new URLSearchParams({ ticket: input.ticketId, name: input.fileName, upload: uploadId });
        query.sort();
        const signature = crypto.createHmac('sha256', key).update(query.toString()).digest('base64url');

        const url = new URL('https://uploads.helpdesk.example/v1/files');
        url.search = `${query}&signature=${signature}`;
        return { uploadId, url: url.href, signature };
    }
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
