import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { demoAccount } from '../../infra/local/demo/demo-data.ts';
import { startServer } from '../../infra/local/server.ts';
import { authorize, day, emptyFolder, noon, pixy, type Ran } from '../cli/pixy.ts';
import { newPerson } from '../support/person.ts';
import { authorizeTarget, parametersOf } from '../support/protocol.ts';

/* The section of docs/migration.md about whole estates: its commands, on forty clients of each system. */

const folder = await emptyFolder();
const clock = { now: noon };
const server = await startServer({ port: 0, data: folder, now: () => clock.now });
afterAll(() => server.close());
const bench = {
  folder,
  clock,
  server,
  pixy: (...argv: string[]) => pixy([...argv, '--local', folder], { now: clock.now }),
};

type Legacy = { id: string; isPublic: boolean; secret: string; callback: string };

/** Thirty clients with a secret, which nobody held to PKCE, and ten public ones. The secrets are made up. */
const legacy = (system: string): Legacy[] =>
  Array.from({ length: 40 }, (_, at) => ({
    id: `${system}-${at}`,
    isPublic: at % 4 === 3,
    secret: `Kq7dTz0fPw-${system}-Zt4vW9-${at}-Rm2xLb8Yc5`,
    callback: `https://${system}-${at}.example/callback`,
  }));

const asJson = (value: unknown): string => JSON.stringify(value);

/** How each system writes down its clients. */
const exports: Record<string, (clients: Legacy[]) => string> = {
  webmethods: (clients) =>
    asJson({
      strategies: clients.map(({ id, isPublic, secret, callback }) => ({
        type: 'OAUTH2',
        authServerAlias: 'local',
        name: id,
        clientId: id,
        dcrConfig: {
          allowedGrantTypes: ['authorization_code'],
          clientType: isPublic ? 'PUBLIC' : 'CONFIDENTIAL',
          clientName: id,
          pkceType: isPublic ? 'ENFORCED' : 'USE_GLOBAL_SETTING',
          redirectUris: [callback],
        },
        clientRegistration: {
          clientId: id,
          name: id,
          type: isPublic ? 'public' : 'confidential',
          ...(!isPublic && { clientSecret: secret }),
          enabled: true,
          redirectUris: [callback],
          clScopes: ['orders'],
          authCodeAllowed: true,
        },
      })),
    }),
  onewelcome: (clients) =>
    asJson(
      clients.map(({ id, isPublic, secret, callback }) => ({
        client_id: id,
        ...(!isPublic && { client_secret: secret }),
        redirect_uris: [callback],
        scope: 'openid',
        code_challenge_method: isPublic ? 'S256' : 'none',
      })),
    ),
  identityserver: (clients) =>
    asJson({
      IdentityServer: {
        Clients: clients.map(({ id, isPublic, secret, callback }) => ({
          ClientId: id,
          ...(isPublic
            ? { RequireClientSecret: false }
            : {
                ClientSecrets: [{ Value: Buffer.from(secret.padEnd(32).slice(0, 32)).toString('base64') }],
                RequirePkce: false,
              }),
          AllowedGrantTypes: ['authorization_code'],
          RedirectUris: [callback],
          AllowedScopes: ['openid'],
        })),
      },
    }),
  wpoauth: (clients) =>
    [
      'name,client_id,client_secret,redirect_uri,grant_types,scope,user_id',
      ...clients.map(
        ({ id, isPublic, secret, callback }) =>
          `${id},${id},${isPublic ? '' : secret},${callback},authorization_code,basic,0`,
      ),
    ].join('\n'),
  keycloak: (clients) =>
    asJson({
      realm: 'shop',
      clients: clients.map(({ id, isPublic, secret, callback }) => ({
        clientId: id,
        enabled: true,
        protocol: 'openid-connect',
        standardFlowEnabled: true,
        publicClient: isPublic,
        ...(!isPublic && { secret, clientAuthenticatorType: 'client-secret' }),
        redirectUris: [callback],
        attributes: isPublic ? { 'pkce.code.challenge.method': 'S256' } : {},
      })),
    }),
  auth0: (clients) =>
    asJson(
      clients.map(({ id, isPublic, secret, callback }) => ({
        client_id: id,
        name: id,
        app_type: isPublic ? 'spa' : 'regular_web',
        token_endpoint_auth_method: isPublic ? 'none' : 'client_secret_post',
        ...(!isPublic && { client_secret: secret }),
        callbacks: [callback],
        grant_types: ['authorization_code', 'refresh_token'],
      })),
    ),
};

/** Somebody signs in to a client that sends no challenge, and comes back with a code. */
async function signInWithoutChallenge({ id, callback }: Legacy): Promise<string | undefined> {
  const app = { client_id: id, redirect_uris: [callback] };
  const none = { code_challenge: undefined, code_challenge_method: undefined, scope: undefined };
  const person = newPerson({ port: Number(new URL(server.issuer).port) });
  return parametersOf(await person.authorize(authorizeTarget(app, none), demoAccount)).code;
}

const page = await readFile('docs/migration.md', 'utf8');
const commands = [...page.matchAll(/^npx pixy (clients import \S+ --format (\w+) [^\n]*)$/gm)].map(
  ([, command = '', system = '']) => ({ system, command }),
);

type Reported = { client_id: string; would_refuse: unknown[] };

async function done(...argv: string[]): Promise<Ran> {
  const ran = await bench.pixy(...argv);
  if (ran.exitCode !== 0) throw new Error(ran.errors + ran.output);
  return ran;
}

test('the page has a command for each of the four seed products, Keycloak and Auth0', () => {
  expect(commands.map(({ system }) => system)).toEqual(Object.keys(exports));
});

describe.each(commands)('an estate of $system', ({ system, command }) => {
  test('moves in without breaking anybody, is reported, tightened, and undone', async () => {
    const clients = legacy(system);
    const file = join(bench.folder, `${system}.txt`);
    await writeFile(file, exports[system]?.(clients) ?? '');
    const argv = command.split(' ').map((word, at) => (at === 2 ? file : word));
    const imported = (await done(...argv, '--json')).json();
    expect(imported).toMatchObject({ written: true, refused: [] });
    expect(imported.clients).toHaveLength(40);

    const [first] = clients as [Legacy];
    const withoutChallenge = () => authorize(bench, first.id, first.callback, {});
    bench.clock.now += 60;
    const policy = (await done('policy', 'set', '--default', 'S256', '--floor', 'S256', '--json')).json();
    expect(policy).toMatchObject({ default: 'S256', floor: 'S256' });
    bench.clock.now += 60;
    expect(await signInWithoutChallenge(first)).toBeDefined();
    const report = (await done('report', 'adoption', '--since', '1h', '--json')).json();
    const reported = report.clients.filter((one: Reported) => one.would_refuse.length > 0);
    expect(reported.map((one: Reported) => one.client_id)).toEqual([first.id]);

    bench.clock.now += 91 * day;
    expect(await withoutChallenge()).toBe('code_challenge_required');

    const [tightened] = (await done('policy', 'log', '--limit', '1', '--json')).json();
    await done('policy', 'rollback', tightened.id);
    expect((await done('policy', 'rollback', imported.import)).output).toContain('removed 40 clients, restored 0');
    bench.clock.now += 60;
    expect(await withoutChallenge()).toMatch(/^page 4/);
  });
});
