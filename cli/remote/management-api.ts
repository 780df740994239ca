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

/** `document`: the JSON object of the body, if it is one. */
type Answer = { status: number; type: string; document: Document | undefined };

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

  const logInAgain = `run pixy login --manage --issuer ${issuer}`;

  async function send(method: string, path: string, { body, ifMatch, why }: Request, token: string): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'application/json' }),
      ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
      ...(why && { 'pixy-reason': asHeader(why) }),
    };
    return await inWords(issuer, async () => {
      const answer = await fetch(base + path, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
        redirect: 'manual',
        signal: AbortSignal.timeout(longestWait * 1_000),
      });
      const [type = ''] = (answer.headers.get('content-type') ?? '').split(';');
      return { status: answer.status, type, document: documentIn(await answer.text()) };
    });
  }

  /** A token can end before its time, as when its key is retired: then a new one is asked for, once. */
  async function sendLoggedIn(method: string, path: string, request: Request): Promise<Answer> {
    const { login: kept } = findLogin(io, issuer);
    if (kept.resource !== base) throw new Failure(`Your login at ${issuer} is not for managing it: ${logInAgain}.`);
    const login = await freshLogin(io, issuer, kept);
    const answer = await send(method, path, request, login.access_token);
    if (answer.document?.['reason'] !== 'access_token_invalid') return answer;
    if (login.refresh_token === undefined) {
      throw new Failure(`${issuer} does not take your login any more: ${logInAgain}.`);
    }
    const { access_token: token } = await freshLogin(io, issuer, { ...login, expires_at: 0 });
    return send(method, path, request, token);
  }

  async function call(method: string, path: string, request: Request = {}): Promise<Reply> {
    const answer = await sendLoggedIn(method, path, request).catch((error: unknown) => {
      throw method !== 'GET' && mayHaveArrived(error) ? new Failure(`${error.message} ${mayBeDone}`) : error;
    });
    const { status, document } = answer;
    if (status < 300 && document) return { is: 'done', document };
    const { reason, conflict, title } = document ?? {};
    if (reason === 'resource_not_found') return { is: 'missing' };
    if (reason === 'precondition_failed' || String(conflict).endsWith('_exists')) return { is: 'changed' };
    throw new Failure(
      document && typeof title === 'string' ? inOneSentence(issuer, document) : ofAnother(issuer, answer),
    );
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

function documentIn(body: string): Document | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

const mayBeDone = 'The change may have been made all the same: look before you repeat it.';

/** Whether the server may have got a request that has no answer. */
function mayHaveArrived(error: unknown): error is Failure {
  if (!(error instanceof Failure && error.cause instanceof Error)) return false;
  const codes = [error.cause, error.cause.cause].map((cause) => (cause as { code?: unknown } | undefined)?.code);
  return error.cause.name === 'TimeoutError' || codes.includes('UND_ERR_SOCKET') || codes.includes('ECONNRESET');
}

/** The sentence for an answer that the management API does not give: of API Gateway, or of something else in between. */
function ofAnother(issuer: string, { status, type }: Answer): string {
  if (status === 429) return `${issuer} limits how many requests it takes (status 429): wait a moment and try again.`;
  const which = [`status ${status}`, type].filter((part) => part !== '').join(', ');
  return visible(`${issuer} gave an answer that cannot be used (${which}).`);
}

/** Reads what the server answered. Fails with a sentence where it is not what this version knows. */
export function understood<Value>(issuer: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    throw new Failure(`${issuer} gave an answer that this pixy does not know: update it.`, 1, { cause });
  }
}

/** What a problem document (RFC 9457) says, for whoever typed the command. */
function inOneSentence(issuer: string, { title, detail, errors }: Document): string {
  const details = Array.isArray(errors) ? errors.map((error: { detail?: unknown }) => String(error.detail)) : [];
  const told = [title, ...(details.length > 0 ? [`${details.join('; ')}.`] : [detail])];
  return visible(`${issuer} refused: ${told.filter((part) => typeof part === 'string').join(' ')}`);
}
