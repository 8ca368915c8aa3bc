import { createOnEvent } from '@syncline/functions';

export default createOnEvent({
    description: 'What it does for a new connection',
    event: 'post-connection-creation',
    exec: async (nango) => {
        await nango.log(`connected: ${nango.connectionId}`);
    },
});
