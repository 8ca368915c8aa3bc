import { createOnEvent } from 'nango';

/** The shop is told where to send its events, and only then the orders are read: no change falls in between. */
export default createOnEvent({
    event: 'post-connection-creation',
    description: 'Subscribes to the events of the shop and starts the sync of its orders',
    version: '1.0.0',

    exec: async (nango) => {
        const url = await nango.getWebhookURL();
        const { data } = await nango.post<{ id: string }>({
            endpoint: '/v1/webhooks',
            data: { url, events: ['order.shipped', 'order.cancelled'] }
        });
        await nango.setMetadata({ webhookId: data.id });
        await nango.startSync(nango.providerConfigKey, ['orders'], nango.connectionId);
        // From now on by its schedule, and once without waiting for it.
        await nango.triggerSync(nango.providerConfigKey, nango.connectionId, 'orders');
    }
});
