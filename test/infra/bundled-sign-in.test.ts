import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { send } from '../support/http.ts';
import { mobile, refresh } from '../support/lifecycle.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { authorizeTarget, obtainCode, parametersOf, redeem } from '../support/protocol.ts';
import { pushFor } from '../support/pushed.ts';
import { startTestServer } from '../support/server.ts';
import { bundlesOfRun } from './bundle-once.ts';

/* The bundles, as they are deployed, in a process of their own with the environment of a function: a whole sign-in. */

const folder = bundlesOfRun();

/** Serves the bundles; tells its parent the port, and afterwards what it loaded. */
const host = `
  import { startGateway } from ${JSON.stringify(join(import.meta.dirname, '../../infra/local/http-api-gateway.ts'))};
  const routes = new Map();
  for (const name of ['authorize', 'par', 'token', 'metadata']) {
    routes.set('/' + name, (await import(${JSON.stringify(`${folder}/`)} + name + '/index.mjs')).handler);
  }
  routes.set('/jwks', routes.get('/metadata'));
  const { port } = await startGateway({ port: 0, host: '127.0.0.1', routes });
  process.on('disconnect', () => process.exit());
  process.send({ port });
`;

const PIXY_WRAPPING_KEY = randomBytes(32).toString('base64url');
const server = await startTestServer({ clients: [mobile], clock: 'system', environment: { PIXY_WRAPPING_KEY } });

const env = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 'local',
  AWS_ENDPOINT_URL_DYNAMODB: server.dynamodb,
  PIXY_ISSUER: server.issuer,
  PIXY_GRANTS_TABLE: 'pixy-grants',
  PIXY_CLIENTS_TABLE: 'pixy-clients',
  PIXY_PEOPLE_TABLE: 'pixy-people',
  PIXY_KEYS_TABLE: 'pixy-keys',
  PIXY_WRAPPING_KEY,
  PIXY_PUSHED_REQUESTS: 'accepted',
};
const child = spawn(process.execPath, ['--input-type=module', '--eval', host], {
  env,
  stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
});
afterAll(() => child.kill());
const [bundled] = (await once(child, 'message', { signal: AbortSignal.timeout(180_000) })) as [{ port: number }];

/** Somebody who signed in at the server from source, at the bundles. */
async function personAtTheBundles() {
  const { cookies } = await signedInPerson(server);
  const person = newPerson(bundled);
  for (const [name, value] of cookies) person.cookies.set(name, value);
  return person;
}

describe('the bundles', () => {
  it('sign somebody in, refresh, and refuse the code the second time', async () => {
    const { code, verifier, redirected } = await obtainCode(await personAtTheBundles(), mobile);
    expect(parametersOf(redirected)).toMatchObject({ state: 'a-state', iss: server.issuer });
    const redemption = { code, code_verifier: verifier };
    const { status, json } = await redeem(bundled, mobile, redemption);
    expect(status).toBe(200);
    const keys = createLocalJWKSet(JSON.parse((await send(server.port, '/jwks')).body));
    const { payload } = await jwtVerify(json.access_token ?? '', keys, { issuer: server.issuer });
    expect(payload.sub).toBe('ada-0001');

    const refreshed = await refresh(bundled, mobile, json.refresh_token);
    expect(refreshed.status).toBe(200);
    const replayed = await redeem(bundled, mobile, redemption);
    expect(replayed.json).toMatchObject({ error: 'invalid_grant', reason: 'code_spent' });
    expect((await refresh(bundled, mobile, refreshed.json.refresh_token)).json).toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('take a pushed request, and load for it what they leave out otherwise', async () => {
    const { target, verifier } = await pushFor(bundled, mobile);
    const { code } = parametersOf(await (await personAtTheBundles()).authorize(target));
    expect((await redeem(bundled, mobile, { code, code_verifier: verifier })).status).toBe(200);
    const again = await (await personAtTheBundles()).open(target);
    expect(again.status).toBe(400);
    expect(again.body).toContain('request_uri_used');
  });

  it('let one of many parallel redemptions win', async () => {
    const { code, verifier } = await obtainCode(await personAtTheBundles(), mobile);
    const redemption = { code, code_verifier: verifier };
    const answers = await Promise.all(Array.from({ length: 8 }, () => redeem(bundled, mobile, redemption)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('take codes of the server from source, and the other way round', async () => {
    const one = await obtainCode(await personAtTheBundles(), mobile);
    expect((await redeem(server, mobile, { code: one.code, code_verifier: one.verifier })).status).toBe(200);
    const other = await obtainCode(await signedInPerson(server), mobile);
    expect((await redeem(bundled, mobile, { code: other.code, code_verifier: other.verifier })).status).toBe(200);
  });

  it.each(['en', 'de', 'fr', 'es', 'pt', 'pt-BR', 'zz'])(
    'say what is wrong as the source does, in %s',
    async (language) => {
      const headers = { 'accept-language': language };
      for (const target of [
        '/authorize?client_id=nobody',
        '/authorize',
        authorizeTarget(mobile, { redirect_uri: 'https://x.example' }),
      ]) {
        const [one, other] = await Promise.all([
          send(server.port, target, { headers }),
          send(bundled.port, target, { headers }),
        ]);
        expect(other.body).toBe(one.body);
        expect(other.status).toBe(one.status);
        expect(other.headers['content-security-policy']).toBe(one.headers['content-security-policy']);
      }
    },
  );

  it('answer with a form where that is asked for, as the source does', async () => {
    const target = authorizeTarget(mobile, { response_mode: 'form_post' });
    const { status, body } = await (await personAtTheBundles()).open(target);
    expect(status).toBe(200);
    const source = await (await signedInPerson(server)).open(target);
    const withoutCode = (page: string) => page.replace(/name="code" value="[^"]+"/, '');
    expect(withoutCode(body)).toBe(withoutCode(source.body));
  });
});
