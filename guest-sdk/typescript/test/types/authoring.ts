/** What type-checks and what does not, with both versions of zod: `zod` is one of them at a time. Lines under `@ts-expect-error` fail this file when they begin to pass. */

import { createAction, createFunction, createOnEvent, createSync, ActionError } from 'nango';
import type { AxiosError, NangoAction, NangoSync, ProxyConfiguration, ProxyResponse } from 'nango';
import * as z from 'zod';

const Issue = z.object({ id: z.string(), title: z.string(), open: z.boolean().optional() });
const Repo = z.object({ id: z.string(), stars: z.number() });

/** True only where both are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_same: Same<A, B>): void {}

async function helper(nango: NangoSync, config: ProxyConfiguration): Promise<void> {
    const { data } = await nango.get<{ items: { id: string }[] }>(config);
    await nango.batchSave(data.items, 'Anything');
}
async function shared(nango: NangoAction | NangoSync): Promise<string> {
    await nango.log('shared', { a: 1 }, { level: 'debug' });
    return nango.connectionId;
}

const sync = createSync({
    description: 'issues',
    version: '1.0.0',
    frequency: 'every 1h',
    autoStart: true,
    syncType: 'incremental',
    trackDeletes: false,
    endpoints: [{ method: 'GET', path: '/issues', group: 'Issues' }],
    scopes: ['repo'],
    webhookSubscriptions: ['*'],
    models: { Issue, Repo },
    metadata: z.object({ org: z.string(), deep: z.object({ on: z.boolean() }).optional() }),
    checkpoint: z.object({ since: z.string(), page: z.number() }),
    exec: async (nango) => {
        same<Date | undefined, typeof nango.lastSyncDate>(true);
        await nango.batchSave([{ id: '1', title: 'x' }], 'Issue');
        await nango.batchSave([{ id: '1', stars: 1 }], 'Repo');
        // @ts-expect-error a field is missing
        await nango.batchSave([{ id: '1' }], 'Issue');
        // @ts-expect-error a field has another type
        await nango.batchSave([{ id: '1', title: 3 }], 'Issue');
        // @ts-expect-error a record of another model
        await nango.batchSave([{ id: '1', stars: 1 }], 'Issue');
        // @ts-expect-error a model that the sync does not declare
        await nango.batchSave([], 'Nope');
        await nango.batchUpdate([{ id: '1', open: true }], 'Issue');
        // @ts-expect-error an update names its record
        await nango.batchUpdate([{ open: true }], 'Issue');
        await nango.batchDelete([{ id: '1' }], 'Issue');
        const found = await nango.getRecordsByIds(['1'], 'Repo');
        same<number | undefined, NonNullable<ReturnType<typeof found.get>>['stars'] | undefined>(true);
        for await (const record of nango.listRecords('Issue')) {
            record.title.trim();
            // @ts-expect-error not a field of this model
            record.stars;
        }
        await nango.setMergingStrategy({ strategy: 'ignore_if_modified_after' }, 'Issue');
        // @ts-expect-error no such strategy
        await nango.setMergingStrategy({ strategy: 'mine' }, 'Issue');
        const { deletedKeys } = await nango.trackDeletesEnd('Issue');
        same<string[], typeof deletedKeys>(true);
        const { org, deep } = await nango.getMetadata();
        same<string, typeof org>(true);
        deep?.on.valueOf();
        const other = await nango.getMetadata<{ mine: number }>();
        other.mine.toFixed();
        await nango.updateMetadata({ org: 'x' });
        // @ts-expect-error metadata has another type
        await nango.setMetadata({ org: 1 });
        const checkpoint = await nango.getCheckpoint();
        checkpoint?.since.trim();
        await nango.saveCheckpoint({ since: 'x', page: 1 });
        // @ts-expect-error a field of the checkpoint is missing
        await nango.saveCheckpoint({ page: 1 });
        for await (const page of nango.paginate<{ id: string }>({ endpoint: '/x', paginate: { type: 'cursor', limit: 5, on_page: async ({ nextPageParam }) => void nextPageParam } })) {
            same<{ id: string }[], typeof page>(true);
        }
        const answer = await nango.post<{ ok: boolean }>({ endpoint: '/x', data: { a: 1 }, retries: 3, retryOn: [500], params: { a: ['1', '2'] } });
        same<ProxyResponse<{ ok: boolean }>, typeof answer>(true);
        // @ts-expect-error a request needs its endpoint
        await nango.get({});
        await helper(nango, { endpoint: '/x' });
        await shared(nango);
    },
    onWebhook: async (nango, payload) => {
        await nango.batchSave([payload], 'Issue');
        await nango.log(nango.variant);
    }
});
export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
async function local(nango: NangoSyncLocal): Promise<void> {
    await nango.batchSave([{ id: '1', title: 'x' }], 'Issue');
    // @ts-expect-error a model that the sync does not declare
    await nango.batchSave([], 'Nope');
}
void local;

const Input = z.object({ name: z.string(), page: z.coerce.number().default(1) });
export const action = createAction({
    description: 'one',
    endpoint: { method: 'POST', path: '/one' },
    input: Input,
    output: z.object({ id: z.string(), tags: z.array(z.string()) }),
    metadata: z.void(),
    exec: async (nango, input) => {
        same<{ name: string; page: number }, typeof input>(true);
        const { data } = await nango.zodValidateInput({ zodSchema: Input, input });
        same<{ name: string; page: number }, typeof data>(true);
        // @ts-expect-error only syncs keep records
        await nango.batchSave([], 'Issue');
        // @ts-expect-error only syncs have variants
        void nango.variant;
        if (data.name === '') {
            throw new nango.ActionError({ message: 'no name', field: 'name' });
        }
        try {
            await nango.delete({ endpoint: '/x' });
        } catch (error) {
            const { response } = error as AxiosError<{ message: string }>;
            response?.data.message.trim();
        }
        await shared(nango);
        const connection = await nango.getConnection();
        if ('access_token' in connection.credentials) {
            connection.credentials.access_token;
        }
        const token = await nango.getToken();
        void (typeof token === 'string' ? token.trim() : token);
        const locked = await nango.tryAcquireLock({ key: 'k', ttlMs: 1000 });
        same<boolean, typeof locked>(true);
        const fetched = await nango.uncontrolledFetch({ url: new URL('https://example.com'), method: 'POST', body: '{}' });
        fetched.headers.get('x')?.trim();
        const output = await nango.triggerAction<{ ok: boolean }>('github', 'c1', 'echo', { a: 1 });
        output.ok.valueOf();
        return { id: '1', tags: [] };
    }
});

createAction({
    description: 'wrong output',
    input: z.void(),
    output: z.object({ id: z.string() }),
    // @ts-expect-error the output has another type
    exec: async () => ({ id: 1 })
});
createSync({
    description: 'no id',
    // @ts-expect-error a record needs an id
    models: { Bad: z.object({ title: z.string() }) },
    exec: async () => {}
});
createSync({
    description: 'id of another type',
    // @ts-expect-error an id is text
    models: { Bad: z.object({ id: z.number() }) },
    exec: async () => {}
});
// @ts-expect-error a sync declares its models
createSync({ description: 'no models', exec: async () => {} });
createAction({ description: 'no output', input: z.void(), output: z.void(), exec: async () => {} });
createOnEvent({ description: 'event', event: 'post-connection-creation', metadata: z.object({ a: z.string() }), exec: async (nango) => void (await nango.getMetadata()).a.trim() });
// @ts-expect-error no such event
createOnEvent({ description: 'event', event: 'later', exec: async () => {} });
const never: never = createFunction({});
void never;
const error = new ActionError({ message: 'x', code: 1 });
same<{ message: string; code: number }, typeof error.payload>(true);
