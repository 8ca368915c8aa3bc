/** The connection, its credentials, its metadata and its integration. */

import * as host from 'syncline:host/connection@1.1.0';
import * as environment from 'syncline:host/environment@1.1.0';
import type { EnvironmentVariable, GetConnectionOptions, Metadata, MetadataChangeResponse } from '../../api/connection.js';
import type { ProxyResponse } from '../../api/proxy.js';
import { hostCall } from '../host-error.js';
import { exactJson } from '../json.js';
import { connectionRef } from '../request.js';
import type { Run } from '../run.js';

/** Wire contract 2.3: a connection is remembered for a minute, an integration for ten. */
const CONNECTION_MS = 60_000;
const INTEGRATION_MS = 600_000;

export async function getConnection(
    run: Run,
    providerConfigKey: string | undefined,
    connectionId: string | undefined,
    options: GetConnectionOptions | undefined
): Promise<any> {
    const of = connectionRef(providerConfigKey, connectionId, run);
    const key = of ? JSON.stringify([of.providerConfigKey, of.connectionId]) : '';
    const known = run.connections.get(key);
    const fresh = options?.refreshToken || options?.forceRefresh || options?.refreshGithubAppJwtToken;
    if (known && !fresh && Date.now() - known.at < CONNECTION_MS) {
        return known.connection;
    }
    const renew = options?.forceRefresh || options?.refreshGithubAppJwtToken;
    const connection = JSON.parse(hostCall(() => (renew ? host.refresh(of) : host.get(of))));
    connection.credentials ??= {};
    run.connections.set(key, { at: Date.now(), connection });
    return connection;
}

/** A string where the credential is one token; otherwise the two of OAuth 1, or the credentials. */
export async function getToken(run: Run): Promise<any> {
    const { credentials } = await getConnection(run, undefined, undefined, undefined);
    switch (credentials.type) {
        case 'OAUTH2':
        case 'MCP_OAUTH2':
        case 'MCP_OAUTH2_GENERIC':
            return credentials.access_token;
        case 'OAUTH1':
            return { oAuthToken: credentials.oauth_token, oAuthTokenSecret: credentials.oauth_token_secret };
        default:
            return credentials;
    }
}

export async function getIntegration(run: Run): Promise<any> {
    const known = run.integration;
    if (known && Date.now() - known.at < INTEGRATION_MS) {
        return known.integration;
    }
    const integration = JSON.parse(hostCall(() => host.getIntegration()));
    run.integration = { at: Date.now(), integration };
    return integration;
}

export async function getMetadata(): Promise<any> {
    return JSON.parse(hostCall(() => host.getMetadata()));
}

export async function setMetadata(run: Run, metadata: unknown): Promise<ProxyResponse<MetadataChangeResponse>> {
    const json = exactJson(metadata, 'the metadata');
    hostCall(() => host.setMetadata(json));
    return changed(run, metadata, 201);
}

export async function updateMetadata(run: Run, metadata: unknown): Promise<ProxyResponse<MetadataChangeResponse>> {
    const json = exactJson(metadata, 'the metadata');
    hostCall(() => host.updateMetadata(json));
    return changed(run, metadata, 200);
}

/** Answers as the API does, whose answer functions used to see. */
function changed(run: Run, metadata: unknown, status: number): ProxyResponse<MetadataChangeResponse> {
    run.connections.clear();
    const { providerConfigKey: provider_config_key, connectionId: connection_id } = run;
    const data = { metadata: metadata as Metadata, provider_config_key, connection_id };
    return { data, status, statusText: status === 201 ? 'Created' : 'OK', headers: {}, config: { endpoint: '/connections/metadata' }, request: {} };
}

export async function getEnvironmentVariables(): Promise<EnvironmentVariable[]> {
    return hostCall(() => environment.variables()).map(([name, value]) => ({ name, value }));
}
