import { Connections, TimeoutError, type Timeouts } from './connections.ts';
import { type Addressed, endpointOf } from './endpoint.ts';
import type { Answer } from './read-answer.ts';
import { authorization, type Credentials } from './signature.ts';

/** An AWS service that takes JSON by POST, with the operation in `x-amz-target`. `exceptions`: classes of their own, by error code. */
export type Service = Addressed & {
  target: string;
  version: '1.0' | '1.1';
  exceptions?: ReadonlyMap<string, typeof ServiceException>;
};

/** The settings that our code passes to SDK clients. Everything else comes from the function's environment. */
export type ClientSettings = {
  /** Where the service is. @default where the function is */
  region?: string | undefined;
  /** @default 3 */
  maxAttempts?: number;
  /** Milliseconds for each attempt, from the moment that it has a socket. @default 1000 and 2000 */
  requestHandler?: Partial<Timeouts>;
};

/** One call: the operation, the JSON to send, and how to read the JSON response. */
export type Command<Output = unknown> = { operation: string; body: unknown; read: (json: never) => Output };

/** An error response of the service. `name` is the error code. */
export class ServiceException extends Error {
  readonly $metadata: { httpStatusCode: number };
  constructor(name: string, message: string, httpStatusCode: number) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode };
  }
}

/** A client of one service. Like the SDK's, it signs calls, keeps connections alive, and makes at most `maxAttempts` attempts. */
export class JsonClient {
  readonly #service: Service;
  readonly endpoint: URL;
  readonly #region: string;
  readonly #maxAttempts: number;
  readonly #connections: Connections;
  #credentials: Credentials | undefined;
  #tokens = mostRetryTokens;
  /** How many milliseconds the service's clock is ahead of ours. */
  #clockOffset = 0;

  constructor(service: Service, settings: ClientSettings = {}) {
    this.#service = service;
    this.#region = settings.region ?? process.env['AWS_REGION'] ?? '';
    this.endpoint = endpointOf(service, this.#region);
    this.#maxAttempts = settings.maxAttempts ?? 3;
    const timeouts = { connectionTimeout: 1_000, requestTimeout: 2_000, ...settings.requestHandler };
    this.#connections = new Connections(this.endpoint, timeouts);
  }

  /** Sends a command. `$metadata.attempts` is the number of attempts; after more than one, an earlier one may have made the write. */
  async send<Output>({
    operation,
    body,
    read,
  }: Command<Output>): Promise<Output & { $metadata: { attempts: number } }> {
    const text = JSON.stringify(body);
    let retryCost = 0;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await this.#attempt(operation, text);
        if (answer.status !== 200) throw this.#exceptionOf(answer);
        this.#tokens = Math.min(mostRetryTokens, this.#tokens + (retryCost || 1));
        return { ...read(JSON.parse(answer.text) as never), $metadata: { attempts: attempt } };
      } catch (error) {
        const again = classify(error);
        retryCost = again === 'timeout' ? 10 : 5;
        if (again === undefined || attempt >= this.#maxAttempts || this.#tokens < retryCost) throw error;
        this.#tokens -= retryCost;
        const base = { throttled: 500, transient: 100, timeout: 100, stale: 0 }[again];
        await sleep(Math.random() * base * 2 ** (attempt - 1));
      }
    }
  }

  #attempt(operation: string, body: string): Promise<Answer> {
    const { name, target, version } = this.#service;
    this.#credentials ??= credentialsOf(process.env);
    const credentials = this.#credentials;
    const date = basicFormat(new Date(Date.now() + this.#clockOffset).toISOString());
    const headers: Record<string, string> = {
      host: this.endpoint.host,
      'content-type': `application/x-amz-json-${version}`,
      'x-amz-date': date,
      'x-amz-target': `${target}.${operation}`,
      ...(credentials.sessionToken !== undefined && { 'x-amz-security-token': credentials.sessionToken }),
    };
    headers['authorization'] = authorization({ headers, body, date, region: this.#region, service: name }, credentials);
    headers['content-length'] = String(Buffer.byteLength(body));
    let lines = '';
    for (const name of Object.keys(headers)) lines += `${name}: ${headers[name]}\r\n`;
    return this.#connections.send(`POST / HTTP/1.1\r\n${lines}\r\n${body}`);
  }

  #exceptionOf({ status, text, headers }: Answer): ServiceException {
    const { __type, message, Message } = parseError(text);
    const header = headers.get('x-amzn-errortype');
    const code = textOf(__type) ?? header ?? 'UnknownError';
    const name = code.slice(code.indexOf('#') + 1).split(':')[0] as string;
    const told = Date.parse(headers.get('date') ?? '');
    if (skewed.test(name) && Math.abs(told - Date.now() - this.#clockOffset) > 240_000) {
      this.#clockOffset = told - Date.now();
      return Object.assign(new ServiceException(name, '', status), { clockSkewCorrected: true });
    }
    const Exception = this.#service.exceptions?.get(name) ?? ServiceException;
    return new Exception(name, textOf(message) ?? textOf(Message) ?? '', status);
  }
}

/** `2026-01-30T23:59:59.000Z` as `20260130T235959Z`. */
const basicFormat = (iso: string): string =>
  `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;

/** Defines an SDK command: made with `new`, sent by a client. */
export const commandOf = <Input, Output>(
  operation: string,
  write: (input: Input) => unknown,
  read: (json: never) => Output,
) =>
  class implements Command<Output> {
    readonly operation = operation;
    readonly read = read;
    readonly body: unknown;
    constructor(input: Input) {
      this.body = write(input);
    }
  };

/** Encodes binary members, which travel as base64. */
export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export function fromBase64(text: string): Uint8Array {
  const { buffer, byteOffset, byteLength } = Buffer.from(text, 'base64');
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The retry tokens of the SDK's standard retry mode. Many concurrent failures use them up, so that retries do not become a storm. */
const mostRetryTokens = 500;

const skewed =
  /^(InvalidSignatureException|RequestExpired|RequestInTheFuture|RequestTimeTooSkewed|SignatureDoesNotMatch)$/;
const throttled =
  /^(BandwidthLimitExceeded|EC2ThrottledException|LimitExceededException|PriorRequestNotComplete|ProvisionedThroughputExceededException|RequestLimitExceeded|RequestThrottled(Exception)?|SlowDown|ThrottledException|Throttling(Exception)?|TooManyRequestsException|TransactionInProgressException)$/;
const network = /^(ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** Tells whether to retry a failure, as the SDK's standard retry mode does. */
function classify(error: unknown): 'throttled' | 'transient' | 'timeout' | 'stale' | undefined {
  if (error instanceof ServiceException) {
    const { httpStatusCode } = error.$metadata;
    if (throttled.test(error.name) || httpStatusCode === 429) return 'throttled';
    if ('clockSkewCorrected' in error || [500, 502, 503, 504].includes(httpStatusCode)) return 'transient';
    return undefined;
  }
  if (error instanceof TimeoutError) return 'timeout';
  const { code = '', stale } = error as { code?: string; stale?: true };
  if (!network.test(code)) return undefined;
  return stale ? 'stale' : 'transient';
}

const sleep = (milliseconds: number): Promise<void> | undefined =>
  milliseconds < 1 ? undefined : new Promise((resolve) => setTimeout(resolve, milliseconds));

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function parseError(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    return {}; // A proxy on the way answers in HTML; the status is enough.
  }
}

/** Reads the credentials of the function's role. Lambda sets them in the environment before a process starts, and never changes them. */
function credentialsOf(env: NodeJS.ProcessEnv): Credentials {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  if (!accessKeyId || !secretAccessKey) throw new Error('there are no AWS credentials in the environment');
  return { accessKeyId, secretAccessKey, sessionToken: env['AWS_SESSION_TOKEN'] };
}
