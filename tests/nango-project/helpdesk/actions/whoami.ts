import { createAction } from 'nango';
import * as z from 'zod';

/** For support: everything that a function is told about where it runs. A credential is shown as a fingerprint only. */
const action = createAction({
    description: 'Tells about the connection, its integration and this run',
    version: '1.0.0',
    input: z.void(),
    output: z.object({
        connection: z.object({ id: z.string(), numericId: z.number(), integration: z.string(), provider: z.string() }),
        environment: z.object({ id: z.number(), name: z.string(), account: z.number() }),
        run: z.object({ id: z.string(), syncId: z.string().nullable(), fromCommandLine: z.boolean() }),
        integration: z.object({ displayName: z.string(), webhookUrl: z.string() }),
        credential: z.object({ type: z.string(), characters: z.number() }),
        attributes: z.record(z.string(), z.unknown()).nullable(),
        login: z.string()
    }),

    exec: async (nango) => {
        // Both are answered by the server, not by the helpdesk: at the same time.
        const [connection, integration, { data: me }] = await Promise.all([
            nango.getConnection(),
            nango.getIntegration({ include: ['webhook'] }),
            nango.get<{ login: string }>({ endpoint: '/api/me' })
        ]);
        // OAuth gives a token, other ways of signing in what they have.
        const token = await nango.getToken();
        const secret = typeof token === 'string' ? token : 'apiKey' in token ? String(token.apiKey) : '';
        return {
            connection: {
                id: nango.connectionId,
                numericId: nango.nangoConnectionId,
                integration: nango.providerConfigKey,
                provider: nango.provider
            },
            environment: { id: nango.environmentId, name: nango.environmentName, account: nango.accountId },
            run: { id: nango.activityLogId, syncId: nango.syncId ?? null, fromCommandLine: nango.isCLI },
            integration: { displayName: integration.display_name, webhookUrl: (await nango.getWebhookURL()) ?? '' },
            credential: {
                type: connection.credentials.type ?? 'none',
                characters: secret.length
            },
            attributes: nango.getFlowAttributes<Record<string, unknown>>(),
            login: me.login
        };
    }
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
