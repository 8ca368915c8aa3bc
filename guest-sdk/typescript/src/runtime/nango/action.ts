/** The `nango` object of actions and events, and the part of it that syncs share. */

import { ActionError } from '../../index.js';
import { levelOf, log } from '../log.js';
import type { Run } from '../run.js';
import * as calls from './calls.js';
import * as connection from './connection.js';
import { uncontrolledFetch } from './fetch.js';
import * as http from './http.js';

/** `any` throughout: authors see the types of `api/nango.ts`. */
export class ActionNango {
    readonly #run: Run;

    constructor(run: Run) {
        this.#run = run;
    }

    get connectionId() { return this.#run.connectionId; }
    get providerConfigKey() { return this.#run.providerConfigKey; }
    get provider() { return this.#run.info.provider; }
    get accountId() { return this.#run.details.account_id ?? 0; }
    get environmentId() { return this.#run.details.environment_id; }
    get environmentName() { return this.#run.info.environment; }
    get activityLogId() { return this.#run.info.id; }
    get syncId() { return this.#run.details.sync_id ?? undefined; }
    get nangoConnectionId() { return this.#run.details.connection_row_id; }
    /** Rehearsals have no connection of their own in the store. */
    get isCLI() { return this.#run.details.trigger === 'dryrun' || this.#run.details.connection_row_id === 0; }
    get ActionError() { return ActionError; }

    proxy(config: any) { return this.#call('proxy', () => http.send(this.#run, config?.method, config)); }
    get(config: any) { return this.#call('get', () => http.send(this.#run, 'GET', config)); }
    post(config: any) { return this.#call('post', () => http.send(this.#run, 'POST', config)); }
    put(config: any) { return this.#call('put', () => http.send(this.#run, 'PUT', config)); }
    patch(config: any) { return this.#call('patch', () => http.send(this.#run, 'PATCH', config)); }
    delete(config: any) { return this.#call('delete', () => http.send(this.#run, 'DELETE', config)); }
    paginate(config: any) { return http.paginate(this.#run, config); }
    uncontrolledFetch(options: any) { return this.#call('uncontrolledFetch', () => uncontrolledFetch(options)); }

    getConnection(key?: string, id?: string, options?: any) {
        return this.#call('getConnection', () => connection.getConnection(this.#run, key, id, options));
    }
    getToken() { return this.#call('getToken', () => connection.getToken(this.#run)); }
    getIntegration(_options?: unknown) { return this.#call('getIntegration', () => connection.getIntegration(this.#run)); }
    getMetadata() { return this.#call('getMetadata', () => connection.getMetadata()); }
    setMetadata(metadata: unknown) { return this.#call('setMetadata', () => connection.setMetadata(this.#run, metadata)); }
    updateMetadata(metadata: unknown) { return this.#call('updateMetadata', () => connection.updateMetadata(this.#run, metadata)); }
    getFieldMapping() { return this.#call('getFieldMapping', async () => (await connection.getMetadata()).fieldMapping ?? {}); }
    setFieldMapping(fieldMapping: unknown) {
        return this.#call('setFieldMapping', () => connection.updateMetadata(this.#run, { fieldMapping }));
    }
    getWebhookURL() { return this.#call('getWebhookURL', async () => (await connection.getIntegration(this.#run)).webhook_url); }
    getEnvironmentVariables() { return this.#call('getEnvironmentVariables', () => connection.getEnvironmentVariables()); }
    getFlowAttributes() { return this.#run.definition['attributes'] ?? null; }

    /** Neither fails nor waits, so nothing is lost when nobody awaits it. */
    log(...args: unknown[]) {
        log(args, this.#run.threshold);
        return Promise.resolve();
    }
    setLogger(logger: any) { this.#run.threshold = levelOf(logger); }

    triggerAction(key: string, id: string, action: string, input?: unknown) {
        return this.#call('triggerAction', () => calls.triggerAction(this.#run, key, id, action, input));
    }
    triggerSync(key: string, id: string, sync: any, options?: any) {
        return this.#call('triggerSync', () => calls.triggerSync(this.#run, key, id, sync, options));
    }
    startSync(key: string, syncs: any, id?: string) { return this.#call('startSync', () => calls.startSync(this.#run, key, syncs, id)); }
    zodValidateInput(options: any) { return this.#call('zodValidateInput', () => calls.zodValidateInput(this.#run, options)); }

    tryAcquireLock(options: any) { return this.#call('tryAcquireLock', () => calls.tryAcquireLock(options)); }
    releaseLock(options: any) { return this.#call('releaseLock', () => calls.releaseLock(options)); }
    releaseAllLocks() { return this.#call('releaseAllLocks', () => calls.releaseAllLocks()); }

    getCheckpoint() { return this.#call('getCheckpoint', () => calls.getCheckpoint()); }
    saveCheckpoint(checkpoint: any) { return this.#call('saveCheckpoint', () => calls.saveCheckpoint(checkpoint)); }
    clearCheckpoint() { return this.#call('clearCheckpoint', () => calls.clearCheckpoint()); }

    #call<T>(member: string, call: () => Promise<T>): Promise<T> {
        return this.#run.pending.track(member, call);
    }
}
