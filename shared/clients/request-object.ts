import { errors, type JWTPayload, type JWTVerifyResult, jwtVerify } from 'jose';
import { edwards, isEdwards } from '../keys/usable-keys.ts';
import { verifyByAny } from '../keys/verify-by-any.ts';
import { jwtTypeOf } from '../oauth/jwt-type.ts';
import { maximumParameters, type Parameters } from '../oauth/parameters.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { requestObjectAlgorithms } from '../oauth/server-metadata.ts';
import { ok, type Result, refuse } from '../result.ts';
import { clientKeys } from './client-keys.ts';
import { isUnderProfile, profileClientAlgorithms } from './profile.ts';
import type { RegisteredClient } from './registered-client.ts';
import type { RemoteJwks } from './remote-jwks.ts';

/** The longest lifetime of a request object and the tolerated clock skew, in seconds. */
const limits = { lifetime: 3_600, skew: 30 };

/** Claims that are about the JWT, and no parameters. */
const ofJwt = new Set(['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sub']);

export type RequestObjectDeps = { issuer: string; remoteJwks: RemoteJwks; now: () => number };

/**
 * Reads the authorization request that a client signed (RFC 9101). Only what is inside counts, and all of it is the client's: signed
 * with one of its keys, for this server, for an hour at most. Refuses `request_object_invalid`, with the rule that it fails;
 * throws when the store is unavailable.
 */
export async function readRequestObject(
  jwt: string,
  client: RegisteredClient,
  { issuer, remoteJwks, now }: RequestObjectDeps,
): Promise<Result<Parameters, Refusal>> {
  const invalid = (because: string) => refuse<Refusal>({ reason: 'request_object_invalid', because });
  const jwks = await clientKeys(client, jwt, remoteJwks);
  if (jwks === undefined) return invalid('This client has no keys, or they cannot be fetched.');
  let verified: JWTVerifyResult;
  const rules = {
    algorithms: algorithmsOf(client),
    audience: issuer,
    requiredClaims: ['exp'],
    currentDate: new Date(now() * 1_000),
    clockTolerance: limits.skew,
  };
  try {
    verified = await verifyByAny(jwks, (keys) => jwtVerify(jwt, keys, rules));
  } catch (error) {
    return invalid(wordsFor(error));
  }
  const problem = problemOf(verified, client.clientId, now()) ?? profileProblemOf(verified.payload, client);
  if (problem !== undefined) return invalid(problem);
  const parameters = parametersIn(verified.payload);
  return parameters ? ok(parameters) : invalid('It has something that no query could have.');
}

function algorithmsOf(client: RegisteredClient): string[] {
  const { requestObjectSigningAlg: only } = client;
  if (only !== undefined) return isEdwards(only) ? [...edwards] : [only];
  return [...(isUnderProfile(client) ? profileClientAlgorithms : requestObjectAlgorithms)];
}

/** What a library found, in our words: keys and claims come from outside, and nothing of them is repeated. */
function wordsFor(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'It has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    const claims = ['aud', 'exp', 'nbf', 'iat'];
    return `Its claim ${claims.includes(error.claim) ? error.claim : 'set'} is missing or wrong.`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'Its alg is not one that the client may use.';
  return 'It is not a JWT that a key of the client has signed.';
}

function problemOf({ payload, protectedHeader }: JWTVerifyResult, clientId: string, now: number): string | undefined {
  // RFC 9101 §10.8: a JWT of another kind is none. Many clients send no type, or the general one.
  if (!['oauth-authz-req+jwt', 'jwt'].includes(jwtTypeOf(protectedHeader.typ))) {
    return 'Its typ is that of something else.';
  }
  const { exp = 0, nbf = now, iat = now } = payload;
  if (exp > now + limits.lifetime + limits.skew) return 'Its claim exp is more than an hour ahead.';
  if (nbf < now - limits.lifetime - limits.skew) return 'Its claim nbf is more than an hour ago.';
  if (iat > now + limits.skew) return 'Its claim iat is in the future.';
  if (payload['client_id'] !== clientId) return 'Its claim client_id is not that of the client.';
  if (payload.iss !== undefined && payload.iss !== clientId) return 'Its claim iss is not the client.';
  // RFC 9101 §10.8: otherwise a client assertion would do.
  if (payload.sub === clientId) return 'Its claim sub is the client, as in a client assertion.';
  if ('request' in payload || 'request_uri' in payload) return 'It has another request in it.';
  return Object.values(payload).flat().length > maximumParameters ? 'It has too many claims.' : undefined;
}

/** FAPI 2.0 Message Signing §5.3.1: the hour counts from when the request begins, and it says when that is. */
function profileProblemOf({ nbf, exp = 0 }: JWTPayload, client: RegisteredClient): string | undefined {
  if (!isUnderProfile(client)) return undefined;
  if (nbf === undefined) return 'Its claim nbf is missing.';
  return exp > nbf + limits.lifetime ? 'Its claim exp is more than an hour after its nbf.' : undefined;
}

/** Parameters that are one JSON array, not several values (RFC 9396 §2). */
const lists = new Set(['authorization_details']);

/**
 * RFC 9101 §4: the parameters as members of JSON. What is no text, such as `claims`, is as a query would have it. Undefined for what
 * could not be written into one: halves of characters, and what is nested too deeply to be written.
 */
function parametersIn(payload: JWTPayload): Parameters | undefined {
  try {
    const given = Object.entries(payload).filter(([name]) => !ofJwt.has(name));
    const all = given.map(
      ([name, value]) =>
        [name, (lists.has(name) ? [value] : [value].flat()).map(textOf).filter((text) => text !== '')] as const,
    );
    const values = all.filter(([, texts]) => texts.length > 0);
    if (!values.every(([name, texts]) => [name, ...texts].every((text) => text.isWellFormed()))) return undefined;
    const repeated = values.filter(([name, texts]) => name !== 'resource' && texts.length > 1);
    return { values: new Map(values), duplicated: new Set(repeated.map(([name]) => name)), malformed: new Set() };
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
};
