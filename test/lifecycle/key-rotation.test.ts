import { randomBytes } from 'node:crypto';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { compose as composeRotateKeys } from '../../functions/rotate-keys/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { localTableNames } from '../../infra/local/create-tables.ts';
import { send } from '../support/http.ts';
import {
  clientCredentials,
  type FullClient,
  introspect,
  machine,
  mobile,
  obtainTokens,
  refreshed,
  registerApi,
  warehouse,
} from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { ada, startTestServer } from '../support/server.ts';

const hour = 3_600;
const day = 24 * hour;
const year = 365 * day;

/** As long as verifiers may keep a JWKS without asking again. */
const cacheLifetime = 2 * hour;

/** Nobody types a password again and again for a year. */
const session = { lifetime: 30 * day, idleLifetime: 30 * day };

const app: FullClient = { ...mobile, refresh_token_lifetime: 2 * year, refresh_token_idle_lifetime: 2 * year };
const batch = 'https://api.example/batch';

const PIXY_WRAPPING_KEY = randomBytes(32).toString('base64url');
const server = await startTestServer({
  clients: [app, machine, warehouse],
  environment: { PIXY_WRAPPING_KEY },
});
await registerApi({ resource: batch, scope: ['api:read'], accessTokenLifetime: day });

/** What the schedule runs once a day. */
const rotateKeys = composeRotateKeys(
  openRuntime(
    {
      PIXY_ISSUER: server.issuer,
      PIXY_GRANTS_TABLE: localTableNames.grants,
      PIXY_CLIENTS_TABLE: localTableNames.clients,
      PIXY_PEOPLE_TABLE: localTableNames.people,
      PIXY_KEYS_TABLE: localTableNames.keys,
      PIXY_WRAPPING_KEY,
    },
    { now: server.clock.now },
  ),
);

type Signed = { jwt: string; kind: string; signedAt: number; expiresAt: number; kid: string | undefined };
/** A JWKS as it was served. */
type Fetched = { at: number; text: string };

/** Everything that happened, as the verifiers saw it. */
type History = { signed: Signed[]; fetched: Fetched[]; published: string[]; retired: string[]; inactive: string[] };

/**
 * Lets more than a year go by: somebody signs in, refreshes and asks for every kind of token again and again, while the schedule
 * rotates the keys. Around each switch of keys it happens every fourteen hours and in the very seconds before and after it, else
 * every twenty days. The JWKS is fetched whenever the schedule changed something or a token is alive.
 */
async function liveOn(): Promise<History> {
  const history: History = { signed: [], fetched: [], published: [], retired: [], inactive: [] };
  const { clock } = server;
  const end = clock.now() + year + 10 * day;
  let nextRun = clock.now() + day;
  let switchAt = 0;
  let nextUse = 0;
  let aliveUntil = 0;
  let person = await signedInPerson(server, ada, session);
  let sessionEnds = clock.now() + session.lifetime;
  let { refresh_token } = await obtainTokens(server, person, app);

  const keep = (kind: string, jwt = '') => {
    const { iat, exp } = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
    history.signed.push({ jwt, kind, signedAt: iat, expiresAt: exp, kid: decodeProtectedHeader(jwt).kid });
    aliveUntil = Math.max(aliveUntil, exp);
  };

  while (clock.now() < end) {
    let hasChanged = false;
    if (clock.now() >= nextRun) {
      const { published, retired } = await rotateKeys();
      hasChanged = published.length + retired.length > 0;
      for (const { kid, signFrom } of published) {
        history.published.push(kid);
        switchAt = signFrom;
      }
      history.retired.push(...retired);
      nextRun += day;
    }
    if (clock.now() >= sessionEnds) {
      person = await signedInPerson(server, ada, session);
      sessionEnds = clock.now() + session.lifetime;
    }
    const isNearSwitch = Math.abs(clock.now() - switchAt) < 28 * hour;
    const isInUse = isNearSwitch || clock.now() >= nextUse;
    if (isInUse || hasChanged || clock.now() <= aliveUntil) {
      history.fetched.push({ at: clock.now(), text: (await send(server.port, '/jwks')).body });
    }
    if (isInUse) {
      const tokens = await refreshed(server, app, refresh_token);
      refresh_token = tokens.refresh_token;
      keep('access token', tokens.access_token);
      keep('ID token', tokens.id_token);
      keep('ID token of a sign-in', (await obtainTokens(server, person, app)).id_token);
      const own = await clientCredentials(server, machine, { resource: batch });
      keep('access token for an API', own.json.access_token);
      const { json } = await introspect(server, warehouse, { token: tokens.access_token });
      if (json['active'] !== true) history.inactive.push(tokens.access_token ?? '');
      nextUse = clock.now() + 20 * day;
    }
    const moments = [switchAt - 1, switchAt, nextRun, ...(isNearSwitch ? [clock.now() + 14 * hour] : [])];
    clock.advance(Math.min(...moments.filter((moment) => moment > clock.now())) - clock.now());
  }
  return history;
}

/**
 * The tokens that some verifier could not verify at some time of their lives, with a JWKS that it may have had: any that was
 * served from `cacheLifetime` before the token was signed until it expired.
 */
async function failuresOf(signed: readonly Signed[], fetched: readonly Fetched[]): Promise<string[]> {
  const verifiers = new Map<string, ReturnType<typeof createLocalJWKSet>>();
  for (const { text } of fetched) if (!verifiers.has(text)) verifiers.set(text, createLocalJWKSet(JSON.parse(text)));
  const failures: string[] = [];
  for (const { jwt, kind, signedAt, expiresAt } of signed) {
    const oldest = fetched.findLastIndex(({ at }) => at <= signedAt - cacheLifetime);
    const held = fetched.slice(Math.max(0, oldest)).filter(({ at }) => at < expiresAt);
    for (const text of new Set(held.map((each) => each.text))) {
      const keys = verifiers.get(text);
      const options = { currentDate: new Date(signedAt * 1_000), issuer: server.issuer };
      const failed =
        !keys ||
        (await jwtVerify(jwt, keys, options).then(
          () => false,
          () => true,
        ));
      const at = held.find((each) => each.text === text)?.at ?? 0;
      if (failed) failures.push(`${kind}: keys that were served ${at - signedAt} s after it was signed`);
    }
  }
  return failures;
}

describe('H23, AT6, OC14: a year of signing in, with a rotation every day', () => {
  let history: History;
  beforeAll(async () => {
    history = await liveOn();
  });

  const ofKind = (...kinds: string[]) => history.signed.filter(({ kind }) => kinds.includes(kind));

  test('has seen several keys come, sign and go', () => {
    expect(history.published.length).toBeGreaterThanOrEqual(4);
    expect(history.retired.length).toBeGreaterThanOrEqual(3);
    expect(new Set(history.signed.map(({ kid }) => kid)).size).toBeGreaterThanOrEqual(4);
  });

  test('every access token verifies for its whole life with any JWKS that is at most two hours old', async () => {
    expect(await failuresOf(ofKind('access token'), history.fetched)).toEqual([]);
  });

  test('every ID token does', async () => {
    expect(await failuresOf(ofKind('ID token', 'ID token of a sign-in'), history.fetched)).toEqual([]);
  });

  test('every access token for an API does, which may live for a day', async () => {
    expect(await failuresOf(ofKind('access token for an API'), history.fetched)).toEqual([]);
  });

  test('no token was inactive at introspection', () => {
    expect(history.inactive).toEqual([]);
  });

  test('31: every key was published two hours or more before its first token', () => {
    const signedFirst = (kid: string) => history.signed.find((each) => each.kid === kid)?.signedAt ?? Infinity;
    const served = (kid: string) => history.fetched.find(({ text }) => kidsOf(text).includes(kid))?.at ?? Infinity;
    expect(history.published.filter((kid) => signedFirst(kid) - served(kid) < cacheLifetime)).toEqual([]);
  });

  test('a retired key is published no more', () => {
    const last = kidsOf(history.fetched.at(-1)?.text ?? '{"keys":[]}');
    expect(last).toHaveLength(1);
    expect(history.retired.filter((kid) => last.includes(kid))).toEqual([]);
  });

  test('ALB: the JWKS never has more than ten keys', () => {
    expect(Math.max(...history.fetched.map(({ text }) => kidsOf(text).length))).toBeLessThanOrEqual(10);
  });
});

const kidsOf = (jwks: string): (string | undefined)[] => (JSON.parse(jwks) as JSONWebKeySet).keys.map(({ kid }) => kid);
