/* What the tests use of clients that come without types. */

declare module 'passport-openidconnect' {
  type Verified = (error: unknown, user?: unknown) => void;
  type Options = {
    issuer: string;
    authorizationURL: string;
    tokenURL: string;
    userInfoURL?: string;
    clientID: string;
    clientSecret: string;
    callbackURL: string;
    scope?: readonly string[];
    nonce?: boolean;
    maxAge?: number;
    skipUserProfile?: boolean;
  };
  type Verify = (
    issuer: string,
    profile: Record<string, unknown>,
    context: Record<string, unknown>,
    idToken: string,
    accessToken: string,
    refreshToken: string | undefined,
    verified: Verified,
  ) => void;
  export class Strategy {
    constructor(options: Options, verify: Verify);
    authenticate(request: object, options?: { state?: object }): void;
  }
}

declare module 'simple-oauth2' {
  type Config = {
    client: { id: string; secret: string };
    auth: { tokenHost: string; tokenPath: string; revokePath?: string; authorizePath?: string };
    options?: { authorizationMethod?: 'header' | 'body'; credentialsEncodingMode?: 'strict' | 'loose' };
  };
  type Parameters = Readonly<Record<string, string | readonly string[]>>;
  export class AccessToken {
    token: Readonly<Record<string, unknown>>;
    expired(window?: number): boolean;
    refresh(parameters?: Parameters): Promise<AccessToken>;
    revoke(type: 'access_token' | 'refresh_token'): Promise<unknown>;
    revokeAll(): Promise<void>;
  }
  export class AuthorizationCode {
    constructor(config: Config);
    authorizeURL(parameters: Parameters): string;
    getToken(parameters: Parameters): Promise<AccessToken>;
  }
  export class ClientCredentials {
    constructor(config: Config);
    getToken(parameters: Parameters): Promise<AccessToken>;
  }
}
