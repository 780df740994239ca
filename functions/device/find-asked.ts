import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { DeviceRequest } from '../../shared/grants/device-request.ts';
import { isOfClient } from '../../shared/grants/judge-standing.ts';
import { parseUserCode } from '../../shared/grants/user-code.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { activeSession } from '../../shared/http/session-cookie.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { equalInConstantTime, hashSecret } from '../../shared/secret.ts';
import type { DeviceDeps } from './device-deps.ts';

/** Who is at the page, signed in. */
export type SignedInHere = { sessionId: string; sub: string };

/** A device that waits for the person who entered its user code. */
export type Asked = { userCode: string; person: SignedInHere; client: RegisteredClient; request: DeviceRequest };

/** The person of the active session, if their account stands by it. */
export async function findPerson(request: HttpRequest, deps: DeviceDeps): Promise<SignedInHere | undefined> {
  const sessionId = activeSession(request, deps.issuer);
  // Which client it is for does not matter yet.
  const found = sessionId && (await deps.signedIn.find({ sessionId, clientId: '', now: deps.now() }));
  return sessionId && found ? { sessionId, sub: found.session.sub } : undefined;
}

type Found = Pick<Asked, 'userCode'> & (Pick<Asked, 'client' | 'request'> | { request?: undefined });

/**
 * The device that waits with this code. Every try is counted before it is looked up, and taken back when a device was found. Nobody
 * tries who is not signed in: then there is only the code, to go on with. Refuses `user_code_unknown` and `user_code_throttled`.
 */
export async function findAsked(
  typed: string,
  person: SignedInHere | undefined,
  { sourceIp }: HttpRequest,
  deps: DeviceDeps,
): Promise<Result<Found, Refusal>> {
  const userCode = parseUserCode(typed, deps.home !== undefined);
  if (userCode === undefined) return refuse({ reason: 'user_code_unknown' });
  if (person === undefined) return ok({ userCode });
  const now = deps.now();
  const attempt = await deps.throttle.countUserCode(person.sub, sourceIp, now);
  if (attempt.retryAfter !== undefined) {
    return refuse({ reason: 'user_code_throttled', retryAfter: attempt.retryAfter });
  }
  const request = await deps.devices.findWaiting(userCode, now);
  if (request === undefined) return refuse({ reason: 'user_code_unknown' });
  await attempt.takeBack();
  const client = await deps.clients.find(request.clientId);
  if (client === undefined || client.disabled || !isOfClient(request, client))
    return refuse({ reason: 'user_code_unknown' });
  return ok({ userCode, client, request });
}

/**
 * Names the request that the person was shown. Bound to the session and to this code: nothing else can be allowed in somebody's name
 * (RFC 6749 §10.12).
 */
export const confirmationOf = ({ person, userCode, request: { id } }: Shown): string =>
  `${id}.${hashSecret(`device\n${person.sessionId}\n${userCode}\n${id}`)}`;

type Shown = Pick<Asked, 'person' | 'userCode'> & { request: Pick<DeviceRequest, 'id'> };

export type DeviceDecision = 'allow' | 'deny';

/**
 * What was decided about a request that this person was shown. Their form may come twice: from a button that is pressed twice, or from
 * a page that is loaded again. Undefined while it waits, when it is over, and for what no page of this session has shown.
 */
export async function findDecided(
  typed: string,
  confirmation: string,
  person: SignedInHere,
  deps: DeviceDeps,
): Promise<DeviceDecision | undefined> {
  const userCode = parseUserCode(typed, deps.home !== undefined);
  // As the hash of a device code: the database takes no key that is empty or too long.
  const [, id] = /^([\w-]{43})\./.exec(confirmation) ?? [];
  if (userCode === undefined || id === undefined) return undefined;
  if (!equalInConstantTime(confirmation, confirmationOf({ person, userCode, request: { id } }))) return undefined;
  const found = await deps.devices.find(id);
  if (found?.state === 'denied') return 'deny';
  const isTheirs = found !== undefined && 'sub' in found && found.sub === person.sub;
  return isTheirs && found.state !== 'revoked' ? 'allow' : undefined;
}
