import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { UnsecuredJWT } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { inOneStep, providerFetch } from '../../shared/upstream/provider-fetch.ts';
import { web } from '../support/clients.ts';
import { newPerson } from '../support/person.ts';
import { authorizeTarget } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';
import { comeBack, problemOn } from './flow.ts';
import { type Script, startScriptedProvider } from './scripted-provider.ts';

/* What a provider may answer that is no answer: nobody is signed in, the page says so, and Pixy neither fails nor waits nor runs out of memory. */

const client = { ...web, first_party: true };
const provider = await startScriptedProvider();
const described = { id: 'example', name: 'Example ID', issuer: provider.issuer, client_id: 'pixy', timeout: 10 };
const server = await startTestServer({
  clients: [client],
  environment: { PIXY_UPSTREAMS: JSON.stringify([described]) },
});
const target = authorizeTarget(client, { idp: 'example' });
const userinfo = { userinfo_endpoint: `${provider.issuer}/userinfo` };
const paths = ['/.well-known/openid-configuration', '/jwks', '/token', '/userinfo'];

// What a provider said before is forgotten.
beforeEach(() => server.clock.advance(1_000));

/** What the page says, and the audit line, after a sign-in with a provider that does this. */
async function signIn(script: Script) {
  provider.play(script);
  const person = newPerson(server);
  let page = await person.open(target);
  for (let hops = 0; hops < 5 && page.headers.location?.startsWith('/'); hops += 1) {
    page = await person.open(page.headers.location);
  }
  const { location } = page.headers;
  const done = location === undefined ? page : await comeBack(person, provider.approve(new URL(location)));
  const line = JSON.parse(server.auditLines.findLast((one) => one.includes('"upstream"')) ?? '{}');
  return { said: problemOn(done), line, isIn: person.cookies.has('pixy_session') };
}

const failed = 'Signing in with Example ID did not work. Try again, or sign in another way.';
const silent = 'Example ID does not answer at the moment. Try again later, or sign in another way.';
const json = { 'content-type': 'application/json' };

test('an honest one signs somebody in, with an answer at every path', async () => {
  expect(await signIn({ metadata: userinfo, userinfo: { sub: 'grace-at-provider' } })).toMatchObject({ isIn: true });
});

describe.each(paths)('the answer at %s', (path) => {
  const answered = (raw: (response: ServerResponse) => void) => signIn({ metadata: userinfo, raw: { [path]: raw } });

  test('that is a few kilobytes, and 30 MB when it is decompressed, is not read to its end', async () => {
    const bomb = gzipSync(Buffer.alloc(30_000_000, ' '));
    const { said, line } = await answered((response) => {
      response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb);
    });
    expect(said).toBe(failed);
    expect(line).toMatchObject({ verdict: 'refused', reason: 'upstream_answer_invalid', cause: 'example: too large' });
  });

  test('that breaks off is one that is not there', async () => {
    const { said, line } = await answered((response) => {
      response.writeHead(200, { ...json, 'content-length': 100 }).write('{');
      setImmediate(() => response.socket?.destroy());
    });
    expect(said).toBe(silent);
    expect(line).toMatchObject({ reason: 'upstream_unavailable', cause: 'example: connection' });
  });

  test.each<[string, number, Record<string, string>, string]>([
    ['204', 204, {}, ''],
    ['a page', 200, { 'content-type': 'text/html' }, '<b>Hello</b>'],
    ['a redirect', 307, { location: `${provider.issuer}/elsewhere` }, ''],
    ['null', 200, json, 'null'],
    ['half of a document', 200, json, '{"issuer":'],
    ['no document at all', 200, json, ''],
    ['another encoding than it says', 200, { ...json, 'content-encoding': 'gzip' }, '{}'],
    ['a list in a list, and so on', 200, json, '['.repeat(100_000) + ']'.repeat(100_000)],
    ['an error that is none', 400, json, '{"error":7}'],
    ['a challenge that is none', 401, { 'www-authenticate': '=" ,,' }, ''],
  ])('that is %s signs nobody in, and is no fault of ours', async (_, status, headers, body) => {
    const { isIn, line } = await answered((response) => {
      response.writeHead(status, headers).end(body);
    });
    expect(isIn).toBe(false);
    expect(line.verdict).toBe('refused');
    expect(provider.seen.some(({ path: seen }) => seen === '/elsewhere')).toBe(false);
  });
});

describe('metadata with', () => {
  test.each<[string, unknown]>([
    ['issuer', 'example'],
    ['authorization_endpoint', undefined],
    ['authorization_endpoint', 'example'],
    ['authorization_endpoint', 7],
    ['authorization_endpoint', 'javascript:alert(1)'],
    ['authorization_endpoint', 'https://somebody:secret@provider.example/'],
    ['authorization_endpoint', `https://provider.example/${'x'.repeat(2_000)}`],
    ['token_endpoint', 'file:///etc/passwd'],
    ['token_endpoint', 'https://somebody:secret@provider.example/'],
    ['jwks_uri', 'https://somebody:secret@provider.example/'],
    ['userinfo_endpoint', 'example'],
    ['id_token_signing_alg_values_supported', 'RS256'],
    ['id_token_signing_alg_values_supported', { RS256: true }],
    ['authorization_response_iss_parameter_supported', 'true'],
  ])('%s: %j leads nobody anywhere, and says which member it is', async (member, value) => {
    const { said, line } = await signIn({ metadata: { [member]: value } });
    expect(said).toBe(failed);
    const cause = member === 'issuer' ? 'invalid URL' : member;
    expect(line).toMatchObject({ reason: 'upstream_answer_invalid', cause: `example: ${cause}` });
  });

  test('null is metadata without the member', async () => {
    expect(await signIn({ metadata: { userinfo_endpoint: null } })).toMatchObject({ isIn: true });
  });
});

describe('userinfo that is a signed JWT (OpenID Connect Core §5.3.2)', () => {
  const sub = 'grace-at-provider';
  const signs = { ...userinfo, userinfo_signing_alg_values_supported: ['RS256'] };
  const answered = (jwt: string, metadata: Record<string, unknown> = signs) => {
    const raw = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/jwt' }).end(jwt);
    return signIn({ metadata, raw: { '/userinfo': raw } });
  };
  const claims = { iss: provider.issuer, aud: 'pixy', sub };

  test('is read where the metadata say so', async () => {
    expect(await answered(await provider.sign(claims))).toMatchObject({ isIn: true });
  });

  test.each<[string, () => Promise<string> | string]>([
    ['is signed by somebody else', () => provider.sign(claims, provider.strangersKey)],
    ['is not signed', () => new UnsecuredJWT(claims).encode()],
    ['is for another client', () => provider.sign({ ...claims, aud: 'another' })],
    ['is of another issuer', () => provider.sign({ ...claims, iss: 'https://another.example' })],
    ['is about somebody else', () => provider.sign({ ...claims, sub: 'linus-at-provider' })],
  ])('signs nobody in that %s', async (_, jwt) => {
    const { isIn, line } = await answered(await jwt());
    expect([isIn, line.reason]).toEqual([false, 'upstream_answer_invalid']);
  });

  test('signs nobody in where the metadata do not say how it is signed', async () => {
    const { isIn, line } = await answered(await provider.sign(claims), userinfo);
    expect([isIn, line.cause]).toEqual([false, 'example: userinfo_signing_alg_values_supported']);
  });
});

test('an access token that no header takes goes to no userinfo', async () => {
  provider.seen.length = 0;
  const { line } = await signIn({ metadata: userinfo, accessToken: 'token\u0100' });
  expect(line).toMatchObject({ reason: 'upstream_answer_invalid', cause: 'example: access_token' });
  expect(provider.seen.some(({ path }) => path === '/userinfo')).toBe(false);
});

describe('a step that takes too long', () => {
  const call = () =>
    providerFetch(`${provider.issuer}/jwks`, {
      signal: AbortSignal.timeout(60_000),
      body: undefined,
      headers: {},
      method: 'GET',
      redirect: 'manual',
    });

  test('ends in the middle of an answer, however much time the call has by itself', async () => {
    const drip = (response: ServerResponse) => {
      response.writeHead(200, json).write(' ');
    };
    provider.play({ raw: { '/jwks': drip } });
    await expect(inOneStep(call, 50)).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('has no time for another call', async () => {
    let calls = 0;
    const silence = () => {
      calls += 1;
    };
    provider.play({ raw: { '/jwks': silence } });
    const step = inOneStep(async () => {
      await call().catch(() => undefined);
      return call();
    }, 50);
    await expect(step).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(calls).toBeLessThan(2);
  });
});
