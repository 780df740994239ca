import { hash, randomBytes } from 'node:crypto';
import { type Answered, Connection } from './connection.ts';

/** How to sign in at a server: only what differs between servers. */
export type Target = {
  port: number;
  /** The path of the authorization endpoint. */
  authorize: string;
  token: string;
  clientId: string;
  redirectUri: string;
  scope: string;
  /** Further parameters of the authorization request. */
  extra?: Record<string, string>;
  /** An existing session. Without one, the first round creates it by following redirects. */
  cookie?: string;
  /** Whether cookies set on the way are kept for the next sign-in, as the browser's session. */
  keepsCookies?: boolean;
};

/** A person with a signed-in browser, and the client they use. */
export class Browser {
  readonly #connection: Connection;
  readonly #target: Target;
  #session = new Map<string, string>();

  constructor(target: Target) {
    this.#target = target;
    this.#connection = new Connection(target.port);
    for (const pair of target.cookie?.split('; ') ?? []) this.#keep(this.#session, pair);
  }

  close(): void {
    this.#connection.close();
  }

  /** Gets a code, from the authorization request through all redirects. */
  async authorize(): Promise<{ code: string; verifier: string }> {
    const { authorize, clientId, redirectUri, scope, extra, keepsCookies } = this.#target;
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope,
      state: 'a-state',
      code_challenge: hash('sha256', verifier, 'base64url'),
      code_challenge_method: 'S256',
      ...extra,
    });
    const cookies = keepsCookies ? this.#session : new Map(this.#session);
    let target = `${authorize}?${query.toString()}`;
    for (let hops = 0; hops < 10; hops += 1) {
      const cookie =
        cookies.size === 0 ? '' : `cookie: ${Array.from(cookies, (pair) => pair.join('=')).join('; ')}\r\n`;
      const answer = await this.#connection.send('GET', target, cookie);
      for (const line of answer.cookies) this.#keep(cookies, line.split(';')[0] ?? '');
      const location = answer.headers.get('location');
      if (location === undefined) throw unexpected('a redirect', answer);
      if (location.startsWith(redirectUri)) {
        const code = new URL(location).searchParams.get('code');
        if (code === null) throw unexpected('a code', answer);
        return { code, verifier };
      }
      const { pathname, search } = new URL(location, 'http://localhost');
      target = pathname + search;
    }
    throw new Error('redirected in a circle');
  }

  redeem({ code, verifier }: { code: string; verifier: string }): Promise<Tokens> {
    const { redirectUri } = this.#target;
    return this.#token({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri });
  }

  refresh(refreshToken: string): Promise<Tokens> {
    return this.#token({ grant_type: 'refresh_token', refresh_token: refreshToken });
  }

  async #token(fields: Record<string, string>): Promise<Tokens> {
    const { token, clientId } = this.#target;
    const body = new URLSearchParams({ client_id: clientId, ...fields }).toString();
    const answer = await this.#connection.send('POST', token, formType, body);
    if (answer.status !== 200) throw unexpected('tokens', answer);
    return JSON.parse(answer.body) as Tokens;
  }

  #keep(cookies: Map<string, string>, pair: string): void {
    const equals = pair.indexOf('=');
    if (equals < 0) return;
    const name = pair.slice(0, equals);
    const value = pair.slice(equals + 1);
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }
}

export type Tokens = { access_token: string; refresh_token: string; id_token?: string };

const formType = 'content-type: application/x-www-form-urlencoded\r\n';

const unexpected = (wanted: string, { status, headers, body }: Answered) =>
  new Error(`expected ${wanted}, got ${status} ${headers.get('location') ?? ''} ${body.slice(0, 300)}`);
