import { createOnEvent } from 'nango';

/** Runs while the credentials still work. A shop that has forgotten the subscription itself is no reason to keep the connection. */
export default createOnEvent({
    event: 'pre-connection-deletion',
    description: 'Ends the subscription to the events of the shop',
    version: '1.0.0',

    exec: async (nango) => {
        const { webhookId } = await nango.getMetadata<{ webhookId?: string }>();
        if (!webhookId) {
            return;
        }
        try {
            await nango.delete({ endpoint: `/v1/webhooks/${webhookId}` });
        } catch (err: any) {
            if (err.response?.status !== 404) {
                throw err;
            }
            await nango.log('The subscription was gone already', { webhookId }, { level: 'warn' });
        }
    }
});
