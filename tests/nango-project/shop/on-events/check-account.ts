import { createOnEvent } from 'nango';

/** Nobody sees a connection that this refuses. */
export default createOnEvent({
    event: 'validate-connection',
    description: 'Refuses accounts whose shop is closed',
    version: '1.0.0',

    exec: async (nango) => {
        const { data: shop } = await nango.get<{ name: string; status: string }>({ endpoint: '/v1/shop' });
        if (shop.status !== 'open') {
            throw new Error(`The shop ${shop.name} is ${shop.status}: open it, then connect it again`);
        }
    }
});
