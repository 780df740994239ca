import { createHmac } from 'node:crypto';
import { httpApiEvent } from '../../infra/local/http-api-event.ts';
import type { HttpApiHandler } from '../../shared/http/endpoint.ts';
import type { Reply } from '../../shared/http/reply.ts';
import { hashSecret } from '../../shared/secret.ts';
import { encodeFields, type Fields, formType } from '../support/http.ts';
import type { FullClient } from '../support/lifecycle.ts';
import { authorizeTarget } from '../support/protocol.ts';
import { accessTokenOf, type Credential, codeOf, refreshTokenOf } from './credentials.ts';
import type { Actor } from './stage.ts';
import { ada, clients, resetLink, type World } from './world.ts';

/* What actors do: requests to the functions, as a client or a browser would send them, and what an operator does. */

/** What an actor learned from one request. */
export type Told = {
  what: string;
  /** Who sent it: a client, or the browser of a session. */
  client?: string | undefined;
  session?: string | undefined;
  /** What it sent. */
  presented?: Credential | undefined;
  /** What becomes of it: `undefined` when there was no answer, or one that says that the server is out of order. */
  isDone: boolean | undefined;
  /** Of the audit lines. */
  reasons: readonly string[];
  gained: readonly Credential[];
};

export type Person = Actor<Told>;

/** The verifier of the challenge in `authorizeTarget`, from RFC 7636 App. B. */
const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

type Sent = { method: 'GET' | 'POST'; target: string; headers?: Record<string, string>; form?: Fields };

const event = ({ method, target, headers = {}, form }: Sent) => {
  const [rawPath = '', rawQueryString = ''] = target.split('?');
  return httpApiEvent({
    method,
    rawPath,
    rawQueryString,
    httpVersion: '1.1',
    headers: Object.fromEntries(
      Object.entries({ ...headers, ...(form && formType) }).map(([name, value]) => [name, [value]]),
    ),
    body: Buffer.from(form ? encodeFields(form) : ''),
    sourceIp: '192.0.2.1',
    port: 1,
    requestId: 'request',
    receivedAt: new Date(0),
    traceId: 'trace',
  });
};

const credentialsOf = ({ client_id, client_secret }: FullClient): { headers: Record<string, string>; form: Fields } =>
  client_secret === undefined
    ? { headers: {}, form: { client_id } }
    : {
        headers: {
          authorization: `Basic ${Buffer.from(`${client_id}:${encodeURIComponent(client_secret)}`).toString('base64')}`,
        },
        form: {},
      };

/** No answer, or one that says that the server is out of order. */
const nothing = { isDone: undefined, reasons: [], gained: [] };

const answered = ({ statusCode }: Reply) => ({ isDone: statusCode === 200, gained: [] });

const browserWith = (session: string) => ({ cookie: `pixy_session=${session}` });

export type Requests = ReturnType<typeof requestsTo>;

export function requestsTo({ functions, sealKeys, accounts, endingSessions, stage }: World) {
  function send(
    me: Person,
    handler: HttpApiHandler,
    sent: Sent,
    about: Pick<Told, 'what' | 'client' | 'session' | 'presented'>,
    read: (reply: Reply) => Pick<Told, 'isDone' | 'gained'>,
  ): Promise<Told> {
    return me.act(
      about.what,
      () => handler(event(sent), {} as never),
      (reply, reasons) => {
        const isAnswer = reply?.statusCode !== undefined && reply.statusCode < 500;
        return isAnswer ? { ...about, reasons, ...read(reply) } : { ...about, ...nothing };
      },
    );
  }

  /** What an operator or the function of a page does, as far as it concerns grants. */
  const work = (me: Person, what: string, doIt: () => Promise<boolean>): Promise<Told> =>
    me.act(
      what,
      () => doIt().catch(() => undefined),
      (isDone, reasons) => (isDone === undefined ? { what, ...nothing } : { what, isDone, reasons, gained: [] }),
    );

  function post(me: Person, client: FullClient, what: string, presented: Credential, form: Fields): Promise<Told> {
    const { headers, form: own } = credentialsOf(client);
    const sent = { method: 'POST', target: '/token', headers, form: { ...own, ...form } } as const;
    return send(me, functions.token, sent, { what, client: client.client_id, presented }, (reply) => ({
      isDone: reply.statusCode === 200,
      gained: tokensIn(reply, client),
    }));
  }

  function tokensIn({ statusCode, body = '' }: Reply, { client_id }: FullClient): Credential[] {
    if (statusCode !== 200) return [];
    const { access_token, refresh_token } = JSON.parse(body) as { access_token: string; refresh_token?: string };
    const refresh = refresh_token === undefined ? [] : [refreshTokenOf(refresh_token, client_id, sealKeys)];
    return [...refresh, accessTokenOf(access_token)];
  }

  const account = (me: Person, session: string, what: string, form: Fields): Promise<Told> => {
    // As the form on the page has it.
    const form_token = createHmac('sha256', session).update('forms of the account').digest('base64url');
    const sent = {
      method: 'POST',
      target: '/account',
      headers: browserWith(session),
      form: { ...form, form_token },
    } as const;
    // Whoever is not signed in any more is led to the sign-in page.
    const read = ({ headers }: Reply) => ({ isDone: headers?.['location'] === '/account', gained: [] });
    return send(me, functions.account, sent, { what, session }, read);
  };

  return {
    /** In the browser of a session, without a question. */
    authorize: (me: Person, client: FullClient, session: string): Promise<Told> =>
      send(
        me,
        functions.authorize,
        { method: 'GET', target: authorizeTarget(client, { prompt: 'none' }), headers: browserWith(session) },
        { what: 'asks for a code', client: client.client_id, session },
        ({ headers }) => {
          const code = new URL(String(headers?.['location'])).searchParams.get('code');
          return { isDone: code !== null, gained: code === null ? [] : [codeOf(code, client.client_id)] };
        },
      ),

    redeem: (me: Person, client: FullClient, code: Credential): Promise<Told> =>
      post(me, client, 'redeems the code', code, {
        grant_type: 'authorization_code',
        code: code.text,
        code_verifier,
        redirect_uri: client.redirect_uris[0],
      }),

    refresh: (me: Person, client: FullClient, token: Credential): Promise<Told> =>
      post(me, client, `refreshes with token ${token.generation}`, token, {
        grant_type: 'refresh_token',
        refresh_token: token.text,
      }),

    revoke: (me: Person, client: FullClient, token: Credential): Promise<Told> => {
      const { headers, form } = credentialsOf(client);
      const sent = { method: 'POST', target: '/revoke', headers, form: { ...form, token: token.text } } as const;
      return send(
        me,
        functions.revoke,
        sent,
        { what: 'revokes', client: client.client_id, presented: token },
        answered,
      );
    },

    introspect: (me: Person, token: Credential): Promise<Told> => {
      const { headers, form } = credentialsOf(clients.warehouse);
      const sent = { method: 'POST', target: '/introspect', headers, form: { ...form, token: token.text } } as const;
      const read = ({ body = '' }: Reply) => ({ isDone: (JSON.parse(body) as { active: boolean }).active, gained: [] });
      return send(me, functions.introspect, sent, { what: 'introspects', presented: token }, read);
    },

    userinfo: (me: Person, token: Credential): Promise<Told> => {
      const headers = { authorization: `Bearer ${token.text}` };
      return send(
        me,
        functions.userinfo,
        { method: 'GET', target: '/userinfo', headers },
        { what: 'asks userinfo', presented: token },
        answered,
      );
    },

    removeApp: (me: Person, session: string, client: FullClient): Promise<Told> =>
      account(me, session, `removes ${client.client_id}`, { action: 'revoke_access', id: client.client_id }),

    endOthers: (me: Person, session: string): Promise<Told> =>
      account(me, session, 'ends all other sessions', { action: 'end_other_sessions' }),

    endSession: (me: Person, session: string, id: string): Promise<Told> =>
      account(me, session, 'ends another session', { action: 'end_session', id }),

    /** What the page of the link does with a new password, after it was hashed. */
    reset: (me: Person, to: string): Promise<Told> =>
      work(me, 'resets the password', async () => {
        const now = stage.runtime.now();
        const changed = await accounts.accept(ada, { hash: hashSecret(resetLink) }, to, now);
        if (changed) await endingSessions.clearAway(changed);
        return changed !== undefined;
      }),

    disable: (me: Person): Promise<Told> =>
      work(me, 'disables the account', async () => {
        const changed = await accounts.disable(ada, stage.runtime.now());
        return changed !== undefined;
      }),

    /** What DynamoDB does some time after a grant was good for the last time, here as early as it can be. */
    purge: (me: Person, { grantId }: Credential): Promise<Told> =>
      work(me, 'is purged', async () => {
        await stage.runtime.database.remove({ TableName: stage.runtime.config.tables.grants, Key: { id: grantId } });
        return true;
      }),

    enable: (me: Person): Promise<Told> =>
      work(me, 'enables the account', async () => (await accounts.enable(ada)) !== undefined),
  };
}
