import { parseJson } from './discovery.ts';
import type { Answer } from './transport.ts';

/** A response of the token endpoint. `body` is present when it is a JSON object. */
export type TokenAnswer = Answer & { body?: Readonly<Record<string, unknown>> };

/** A refusal of the token endpoint, for the checks that cover all of them. */
export type SeenRefusal = { during: string; status: number; isJson: boolean; error?: string };

/** Reads the body of a response, which counts when it is a JSON object. */
export function readTokenAnswer(answer: Answer): TokenAnswer {
  const json = parseJson(answer.text);
  return { ...answer, ...(isObject(json) && { body: json }) };
}

/** Returns the tokens in a response. */
export const tokensIn = ({ body }: TokenAnswer): string[] =>
  ['access_token', 'refresh_token', 'id_token']
    .map((name) => body?.[name])
    .filter((value): value is string => typeof value === 'string');

export const holdsTokens = (answer: TokenAnswer): boolean => tokensIn(answer).length > 0;

/** The characters of an error code (RFC 6749 §5.2). */
const errorCode = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/;

/** Returns what the checks see of a refusal. `during` names the check that caused it. */
export function toSeenRefusal(during: string, { status, headers, body }: TokenAnswer): SeenRefusal {
  const error = body?.['error'];
  const type = headers.get('content-type') ?? '';
  return {
    during,
    status,
    isJson: /^application\/(?:[a-z.-]+\+)?json\s*(?:;|$)/i.test(type) && body !== undefined,
    ...(typeof error === 'string' && errorCode.test(error) && { error }),
  };
}

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
