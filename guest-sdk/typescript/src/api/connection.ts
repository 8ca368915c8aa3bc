/** Connections, their credentials and their integration. */

export interface AuthModes {
    OAuth1: 'OAUTH1';
    OAuth2: 'OAUTH2';
    OAuth2CC: 'OAUTH2_CC';
    Basic: 'BASIC';
    ApiKey: 'API_KEY';
    Custom: 'CUSTOM';
    App: 'APP';
    None: 'NONE';
    TBA: 'TBA';
    Jwt: 'JWT';
    Bill: 'BILL';
    TwoStep: 'TWO_STEP';
    Signature: 'SIGNATURE';
    MCP_OAUTH2: 'MCP_OAUTH2';
    MCP_OAUTH2_GENERIC: 'MCP_OAUTH2_GENERIC';
    InstallPlugin: 'INSTALL_PLUGIN';
    AwsSigV4: 'AWS_SIGV4';
}

export type AuthModeType = AuthModes[keyof AuthModes];

/** When a token ends: ISO text on the wire. */
export type ExpiresAt = Date | string | undefined;

export interface CredentialsCommon<T = Record<string, any>> {
    type: AuthModeType;
    raw: T;
}
export interface OAuth2Credentials extends CredentialsCommon {
    type: 'OAUTH2';
    access_token: string;
    refresh_token?: string | undefined;
    expires_at?: ExpiresAt;
    config_override?: { client_id?: string | undefined; client_secret?: string | undefined } | undefined;
}
export interface OAuth2ClientCredentials extends CredentialsCommon {
    type: 'OAUTH2_CC';
    token: string;
    expires_at?: ExpiresAt;
    client_id: string;
    client_secret: string;
    client_certificate?: string | undefined;
    client_private_key?: string | undefined;
}
export interface OAuth1Credentials extends CredentialsCommon {
    type: 'OAUTH1';
    oauth_token: string;
    oauth_token_secret: string;
}
export interface BasicApiCredentials {
    type: 'BASIC';
    username: string;
    password: string;
}
export interface ApiKeyCredentials {
    type: 'API_KEY';
    apiKey: string;
}
export interface AppCredentials {
    type: 'APP';
    access_token: string;
    expires_at?: ExpiresAt;
    raw: Record<string, any>;
    jwtToken?: string;
}
export interface CustomCredentials extends CredentialsCommon {
    type: 'CUSTOM';
}
export interface CombinedOauth2AppCredentials extends CredentialsCommon {
    type: 'CUSTOM';
    app: AppCredentials;
    user: OAuth2Credentials | null;
}
export interface TbaCredentials {
    type: 'TBA';
    token_id: string;
    token_secret: string;
    config_override?: { client_id?: string | undefined; client_secret?: string | undefined } | undefined;
}
export interface JwtCredentials {
    type: 'JWT';
    [key: string]: any;
    token?: string;
    expires_at?: ExpiresAt;
}
export interface BillCredentials extends CredentialsCommon {
    type: 'BILL';
    username: string;
    password: string;
    organization_id: string;
    dev_key: string;
    session_id?: string;
    user_id?: string;
    expires_at?: ExpiresAt;
}
export interface TwoStepCredentials extends CredentialsCommon {
    type: 'TWO_STEP';
    [key: string]: any;
    token?: string;
    refresh_token?: string;
    expires_at?: ExpiresAt;
}
export interface SignatureCredentials {
    type: 'SIGNATURE';
    username: string;
    password: string;
    token?: string;
    expires_at?: ExpiresAt;
}
export interface AwsSigV4Credentials extends CredentialsCommon {
    type: 'AWS_SIGV4';
    role_arn: string;
    region: string;
    service: string;
    access_key_id: string;
    secret_access_key: string;
    session_token: string;
    expires_at?: ExpiresAt;
    external_id?: string | undefined;
}
export type UnauthCredentials = Record<string, never>;

export type AllAuthCredentials =
    | OAuth1Credentials
    | OAuth2Credentials
    | OAuth2ClientCredentials
    | BasicApiCredentials
    | ApiKeyCredentials
    | AppCredentials
    | UnauthCredentials
    | CustomCredentials
    | TbaCredentials
    | JwtCredentials
    | BillCredentials
    | TwoStepCredentials
    | CombinedOauth2AppCredentials
    | SignatureCredentials
    | AwsSigV4Credentials;

/** What `getToken` gives for OAuth 1. */
export interface OAuth1Token {
    oAuthToken: string;
    oAuthTokenSecret: string;
}

export type Metadata = Record<string, unknown>;

/** A connection. `credentials` are there because the function asks for them, which its build declares. */
export interface Connection {
    id: number;
    connection_id: string;
    provider_config_key: string;
    provider: string;
    /** @deprecated the older name of `provider_config_key`'s integration */
    config_id?: number;
    connection_config: Record<string, any>;
    credentials: AllAuthCredentials;
    metadata: any;
    tags: Record<string, string>;
    end_user: { id: string; display_name?: string | null; email?: string | null; organization?: any; tags?: any } | null;
    created_at: string;
    updated_at: string;
    errors: { type: string; log_id: string }[];
    [key: string]: any;
}

/** @deprecated the older name of `Connection` */
export type ApiPublicConnectionFull = Connection;

/** Each of them asks for the connection as it is now, not as it was seen in the last minute. */
export interface GetConnectionOptions {
    refreshToken?: boolean | undefined;
    refreshGithubAppJwtToken?: boolean | undefined;
    /** Renews the credentials whether or not they are about to end. */
    forceRefresh?: boolean | undefined;
}

/** The integration of the connection. */
export interface Integration {
    unique_key: string;
    provider: string;
    display_name: string;
    logo?: string;
    webhook_url?: string | null;
    custom?: Record<string, string> | null;
    /** Those of the OAuth app. */
    credentials?: Record<string, any> | null;
    created_at: string;
    updated_at: string;
    [key: string]: any;
}

/** @deprecated the older name of `Integration` */
export type ApiPublicIntegration = Integration;

/** What a change of metadata answers. */
export interface MetadataChangeResponse {
    metadata: Metadata;
    provider_config_key: string;
    connection_id: string | string[];
}

export interface EnvironmentVariable {
    name: string;
    value: string;
}
