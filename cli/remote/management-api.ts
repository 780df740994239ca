import { managementApi } from '../../shared/apis/management-api.ts';
import { Failure } from '../failure.ts';
import type { Io } from '../io.ts';
import { freshLogin } from '../login/fresh-login.ts';
import { findLogin } from '../login/login-file.ts';
import { inWords } from '../login/open-client.ts';
import { visible } from '../output.ts';

/*
 * The management API of a server, called with the tokens of `pixy login --manage`.
 */

export type Document = Readonly<Record<string, unknown>>;

type Request = { body?: object; ifMatch?: number; why?: string };

/** `missing`: there is no such thing. `changed`: it is at another version than the request was made for, or is there already. */
export type Reply = { is: 'done'; document: Document } | { is: 'missing' } | { is: 'changed' };

export type ManagementApi = {
  issuer: string;
  /** Calls a path below /admin. Fails with a sentence for every refusal that a command cannot decide about. */
  call(method: string, path: string, request?: Request): Promise<Reply>;
  /** The same for what is always there. */
  get(path: string): Promise<Document>;
};

/** Seconds. */
const longestWait = 30;

export function openManagementApi(io: Io, issuer: string): ManagementApi {
  const base = managementApi(issuer).resource;

  async function token(): Promise<string> {
    const { login } = findLogin(io, issuer);
    if (login.resource !== base) {
      throw new Failure(`Your login at ${issuer} is not for managing it: run pixy login --manage --issuer ${issuer}.`);
    }
    return (await freshLogin(io, issuer, login)).access_token;
  }

  async function call(method: string, path: string, { body, ifMatch, why }: Request = {}): Promise<Reply> {
    const headers = {
      authorization: `Bearer ${await token()}`,
      ...(body && { 'content-type': 'application/json' }),
      ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
      ...(why && { 'pixy-reason': asHeader(why) }),
    };
    const { status, document } = await inWords(issuer, async () => {
      const answer = await fetch(base + path, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
        redirect: 'error',
        signal: AbortSignal.timeout(longestWait * 1_000),
      });
      return { status: answer.status, document: (await answer.json()) as Document };
    });
    if (status < 300) return { is: 'done', document };
    const { reason, conflict } = document;
    if (reason === 'resource_not_found') return { is: 'missing' };
    if (reason === 'precondition_failed' || String(conflict).endsWith('_exists')) return { is: 'changed' };
    throw new Failure(inOneSentence(issuer, document));
  }

  return {
    issuer,
    call,
    async get(path) {
      const reply = await call('GET', path);
      if (reply.is !== 'done') throw new Failure(`${issuer} has no management API.`);
      return reply.document;
    },
  };
}

/** Visible ASCII as it is, everything else percent-encoded, and the percent sign, too. */
const asHeader = (text: string): string =>
  encodeURIComponent(text).replaceAll(/%(2[0-46-9A-F]|3[A-F]|40|5[BD-F]|60|7[B-E])/g, (encoded) =>
    decodeURIComponent(encoded),
  );

/** What a problem document (RFC 9457) says, for whoever typed the command. */
function inOneSentence(issuer: string, { title, detail, errors }: Document): string {
  const details = Array.isArray(errors) ? errors.map((error: { detail?: unknown }) => String(error.detail)) : [];
  const told = [title, ...(details.length > 0 ? [`${details.join('; ')}.`] : [detail])];
  return visible(`${issuer} refused: ${told.filter((part) => typeof part === 'string').join(' ')}`);
}
