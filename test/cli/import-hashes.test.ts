import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../support/clients.ts';
import { newPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, basic, claimsOf, parametersOf, postToken, redeem } from '../support/protocol.ts';
import { startWorkbench } from './pixy.ts';

/* People and clients of another server whose secrets are hashes there: everybody signs in as before. */

const bench = await startWorkbench();
const port = Number(new URL(bench.server.issuer).port);
const fixtures = join(import.meta.dirname, '..', 'unit', 'import-files');

async function done(...argv: string[]) {
  const ran = await bench.pixy(...argv);
  if (ran.exitCode !== 0) throw new Error(ran.errors + ran.output);
  return ran;
}

const secret = 'Kq7dTz0fPwZt4vW9Rm2xLb8Yc5aaaa';
const clientOf = (client_id: string, redirectUri: string, client_secret = secret): TestClient => ({
  client_id,
  client_secret,
  redirect_uris: [redirectUri],
  token_endpoint_auth_method: 'client_secret_basic',
});

async function signIn(client: TestClient, account: { username: string; password: string }) {
  const { verifier, challenge } = pkcePair();
  const target = authorizeTarget(client, { code_challenge: challenge, scope: 'openid profile' });
  const { code } = parametersOf(await newPerson({ port }).authorize(target, account));
  return { code, code_verifier: verifier };
}

describe('a dump of Django', () => {
  const dump = join(fixtures, 'django', 'clean.json');
  const web = clientOf('web-confidential', 'https://web.example.com/cb');
  const ada = { username: 'ada', password: 'gruenes Dach 12 Ziegel' };
  let importId: string;

  beforeAll(async () => {
    importId = (await done('clients', 'import', dump, '--format', 'django', '--json')).json().import;
    await done('accounts', 'import', dump, '--format', 'django');
    bench.clock.now += 60;
  });

  test('signs its people in at its clients, and no wrong secret is good', async () => {
    const sent = await signIn(web, ada);
    const refused = await redeem({ port }, { ...web, client_secret: `${secret}!` }, sent);
    expect(refused.json).toMatchObject({ error: 'invalid_client' });
    const { json } = await redeem({ port }, web, sent);
    expect(json.refresh_token).toBeDefined();
    expect(claimsOf(json.id_token)).toMatchObject({ sub: '1', aud: 'web-confidential' });
  });

  test('has hashes that are no secrets', async () => {
    const [stored] = (await done('clients', 'export', 'machine', '--with-secret-hashes')).json();
    expect(stored.client_secret_hashes).toEqual([expect.stringMatching(/^pbkdf2_sha256\$/)]);
    const ask = (client_secret: string) =>
      postToken(
        { port },
        { grant_type: 'client_credentials' },
        { authorization: basic({ client_id: 'machine', client_secret }) },
      );
    expect((await ask(stored.client_secret_hashes[0])).status).toBe(401);
    expect((await ask('Kq7dTz0fPwZt4vW9Rm2xLb8Yc5bbbb')).status).toBe(200);
  });

  test('moves on to another stage with its hashes, and comes in a second time without a change', async () => {
    const exported = (await done('clients', 'export', 'web-confidential', 'machine', '--with-secret-hashes')).output;
    const file = join(bench.folder, 'exported.json');
    await writeFile(file, exported);
    expect((await done('clients', 'import', file, '--format', 'rfc7591')).output).toContain('2 there already');
    const again = await done('clients', 'import', dump, '--format', 'django');
    expect(again.output).toContain('Added 0 clients, replaced 0, skipped 0, 5 there already and unchanged.');
    expect((await done('accounts', 'import', dump, '--format', 'django')).output).toContain('2 there already');
  });

  test('is rolled back as a whole', async () => {
    expect((await done('policy', 'rollback', importId)).output).toContain('removed 5 clients, restored 0');
  });
});

describe('a table of Spring Authorization Server', () => {
  test.each([
    ['web-bcrypt', 'https://web.example.com/cb?a=1,2'],
    ['p5', 'https://p.example.com/cb'],
    ['s2', 'https://s.example.com/cb'],
  ])('has clients that keep their secret, whatever made the hash: %s', async (id, redirectUri) => {
    await done('clients', 'import', join(fixtures, 'spring', 'clean.json'), '--format', 'spring');
    bench.clock.now += 60;
    const client = clientOf(id, redirectUri);
    const sent = await signIn(client, { username: 'demo', password: 'pixie-dust' });
    expect((await redeem({ port }, client, sent)).json).toHaveProperty('id_token');
  });
});
