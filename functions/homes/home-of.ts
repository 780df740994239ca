import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { consoleClientId, isSelfRegistered } from '../../shared/clients/reserved-ids.ts';
import type { Config } from '../../shared/config.ts';
import { parseUserCode } from '../../shared/grants/user-code.ts';
import { type Home, homeIn } from '../../shared/home.ts';
import type { Homes } from '../../shared/homes.ts';
import { maximumBytes } from '../../shared/http/form.ts';
import { isJson } from '../../shared/http/json-form.ts';
import { type HttpRequest, readRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { parseParameters, single } from '../../shared/oauth/parameters.ts';
import { referenceIn } from '../../shared/oauth/pushed-request.ts';
import { deviceCodeGrant, jwtBearer, tokenExchange } from '../../shared/oauth/server-metadata.ts';
import { readPending } from '../sign-in/pending-cookie.ts';

/*
 * Which region answers a request. Pure. Nothing of the request is verified here, and nothing has to be: a request that names another
 * region than it should is refused there, because what it needs is not there.
 */

type Settings = Pick<Config, 'hooks' | 'issuer' | 'revokesAtSignOut'> & { homes: Homes };
/** Undefined: the region that has received it. */
type Rule = (request: HttpRequest, settings: Settings) => Home | undefined;

/** The region of a request to a function, by the letter; undefined when any region may answer, and so the one that has received it. */
export function homeOf(functionName: string, event: APIGatewayProxyEventV2, settings: Settings): Home | undefined {
  const request = readRequest(event);
  // Nobody asks for anything with it.
  return request.method === 'OPTIONS' ? undefined : rules[functionName]?.(request, settings);
}

/** Which functions need the client of an authorization request, to answer it or to show it. */
const forClients: readonly string[] = ['authorize', 'authorize-hybrid', 'consent', 'sign-in'];

/** The client of an authorization request, or of a page that interrupts it, where that is one that registered itself. */
export function selfRegisteredIn(functionName: string, event: APIGatewayProxyEventV2): string | undefined {
  const request = readRequest(event);
  if (!forClients.includes(functionName) || request.method === 'OPTIONS') return undefined;
  const isPosted = functionName.startsWith('authorize') && request.method === 'POST';
  const clientId = readerOf(isPosted ? bodyOf(request) : request.rawQuery)('client_id');
  return clientId !== undefined && clientId.length <= 255 && isSelfRegistered(clientId) ? clientId : undefined;
}

/** Accounts, clients and policy are changed in one region: of two changes in two regions, one would be lost. */
const first: Rule = (_, { homes }) => homes.first;

const rules: Readonly<Record<string, Rule>> = {
  token,
  revoke: (request, { homes }) => ofToken(fieldsOf(request)('token'), homes),
  introspect: (request, { homes }) => ofToken(fieldsOf(request)('token'), homes),
  userinfo: (request, { homes }) =>
    ofToken(credentialsIn(request.header('authorization')) ?? fieldsOf(request)('access_token'), homes),
  authorize: authorization,
  'authorize-hybrid': authorization,
  consent: ({ rawQuery }, { homes }) => ofAddress(rawQuery, homes),
  'sign-in': (request, settings) => ofWaiting(request, settings) ?? signingIn(request, settings),
  passkey(request, settings) {
    if (request.path === endpoints.accountPasskey) return settings.homes.first;
    return request.path === endpoints.passkeyScript ? undefined : signingIn(request, settings);
  },
  // Where it ends grants, it writes that into the account.
  'sign-out': (_, { revokesAtSignOut, homes }) => (revokesAtSignOut ? homes.first : undefined),
  device: (request, { homes }) => ofUserCode(fieldsOf(request)('user_code') ?? queryOf(request)('user_code'), homes),
  account: first,
  admin: first,
  'client-registration': first,
  console: first,
  invitation: first,
  register: first,
  upstream: first,
};

/** What each grant is spent on. */
const spent: ReadonlyMap<string, string> = new Map([
  ['authorization_code', 'code'],
  ['refresh_token', 'refresh_token'],
  [deviceCodeGrant, 'device_code'],
]);

/** An assertion names no region, and may be used once: there is one that knows. */
function token(request: HttpRequest, { homes }: Settings): Home | undefined {
  const field = fieldsOf(request);
  const grantType = field('grant_type') ?? '';
  if (grantType === jwtBearer) return homes.first;
  if (grantType === tokenExchange) return ofToken(field('subject_token'), homes);
  const name = spent.get(grantType);
  return name === undefined ? undefined : ofValue(field(name), homes);
}

/** An authorization request, by GET or by POST. */
function authorization(request: HttpRequest, { homes }: Settings): Home | undefined {
  return ofAddress(request.method === 'POST' ? bodyOf(request) : request.rawQuery, homes);
}

/** Of an authorization request, or a page that interrupts it, where it was pushed. The console is used where it changes something. */
function ofAddress(raw: string, homes: Homes): Home | undefined {
  const address = parametersOf(raw);
  const reference = address && referenceIn(address);
  if (reference !== undefined) return ofValue(reference, homes);
  return address && single(address, 'client_id') === consoleClientId ? homes.first : undefined;
}

/**
 * A sign-in for a client is wherever it is; for a device where that waits; for the account page where accounts are changed, as with
 * hooks that write the accounts of those who sign in.
 */
function signingIn(request: HttpRequest, settings: Settings): Home | undefined {
  if (hooksMakeAccounts(settings)) return settings.homes.first;
  const query = queryOf(request);
  if (query('client_id') !== undefined) return ofAddress(request.rawQuery, settings.homes);
  const userCode = query('user_code');
  return userCode === undefined ? settings.homes.first : ofUserCode(userCode, settings.homes);
}

/** The second step of a sign-in goes where the first one was taken: a mail code or a link is taken by the first region, for any request. */
function ofWaiting(request: HttpRequest, { issuer, homes }: Settings): Home | undefined {
  const isSecondStep = request.path === endpoints.signInCode || request.path === endpoints.signInRecoveryCode;
  return isSecondStep ? ofValue(readPending(request, issuer), homes) : undefined;
}

const hooksMakeAccounts = ({ hooks }: Settings): boolean =>
  hooks.authenticate !== undefined || hooks.migrateAccount !== undefined;

/** One that no region has is judged here, which has nothing for it. */
function ofValue(value: string | undefined, { first, here, others }: Homes): Home | undefined {
  if (value === undefined) return undefined;
  const home = homeIn(value) ?? first;
  return others.has(home) ? home : here;
}

/** Of an access token its grant, or nothing when it stands for itself; of anything else its letter. */
function ofToken(text: string | undefined, homes: Homes): Home | undefined {
  const payload = text === undefined ? undefined : payloadOf(text);
  if (payload === undefined) return ofValue(text, homes);
  const { grant_id: grantId } = payload;
  return typeof grantId === 'string' ? ofValue(grantId, homes) : undefined;
}

function ofUserCode(typed: string | undefined, homes: Homes): Home | undefined {
  const userCode = typed === undefined ? undefined : parseUserCode(typed, true);
  return ofValue(userCode, homes);
}

/** What follows the scheme. */
const credentialsIn = (header = ''): string | undefined => /^\S+ +(\S+)/.exec(header)?.[1];

/** The claims of a JWT, unverified. Undefined for anything else. */
function payloadOf(text: string): Record<string, unknown> | undefined {
  const [, payload, signature] = text.length > 8_192 ? [] : text.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  return objectIn(Buffer.from(payload, 'base64url').toString());
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? { ...json } : undefined;
  } catch {
    return undefined;
  }
}

type Fields = (name: string) => string | undefined;

function parametersOf(raw: string) {
  const parsed = parseParameters(raw);
  return parsed.ok ? parsed.value : undefined;
}

/** The first value of each name: whoever sends a second one is refused wherever that is. */
function readerOf(raw: string): Fields {
  const parameters = parametersOf(raw);
  return (name) => parameters && single(parameters, name);
}

/** One that is refused for its length is not read: that takes seconds, and its letter counts for nothing. */
const bodyOf = ({ body }: HttpRequest): string => (body.bytes > maximumBytes ? '' : body.text);

const queryOf = ({ rawQuery }: HttpRequest): Fields => readerOf(rawQuery);

/** The fields of a form, or the members of the JSON that path aliases take: told apart as where they are judged, or one could pass for the other. */
function fieldsOf(request: HttpRequest): Fields {
  const body = bodyOf(request);
  if (!isJson(request.header('content-type'))) return readerOf(body);
  const json = objectIn(body) ?? {};
  return (name) => {
    const value = Object.hasOwn(json, name) ? json[name] : undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
}
