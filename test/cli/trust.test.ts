import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jwtBearer } from '../../shared/oauth/server-metadata.ts';
import { gitHubClaims, startTokenIssuer } from '../support/token-issuer.ts';
import { noon, startWorkbench } from './pixy.ts';

const bench = await startWorkbench();
const { pixy } = bench;
const [gitHub, stranger] = [await startTokenIssuer(), await startTokenIssuer()];
const [workload, withSecret] = [
  ['--auth-method', 'none'],
  ['--auth-method', 'client_secret_basic'],
];
for (const [id, flags] of [
  ['deployer', workload],
  ['wiki', withSecret],
] as const) {
  const { exitCode, errors } = await pixy('clients', 'add', id, ...flags, '--grant-type', jwtBearer, '--scope', 'read');
  if (exitCode !== 0) throw new Error(errors);
}
await pixy('clients', 'add', 'app', '--redirect-uri', 'https://app.example/callback');

const issuer = ['--issuer', gitHub.issuer];
const rules = [
  '--claim',
  'repository=octo-org/octo-repo',
  '--claim',
  'ref=refs/heads/main',
  '--claim',
  'ref=refs/tags/*',
];

describe('WF1: trust add refuses', () => {
  test.each([
    [
      ['x', ...issuer, '--client', 'deployer'],
      'claims is empty: everybody whom the issuer knows would become the client',
    ],
    [
      ['x', ...issuer, '--client', 'deployer', '--claim', 'repository=octo*'],
      'has a * that is not at the end, after / or :',
    ],
    [['x', ...issuer, '--client', 'deployer', '--claim', 'aud=me'], 'claims.aud has a rule of its own'],
    [['x', ...issuer, '--client', 'deployer', '--client', 'wiki', ...rules], 'and a workload becomes one client'],
    [['x', '--issuer', 'http://issuer.example', '--client', 'deployer', ...rules], 'issuer is not an issuer like'],
    [['X', ...issuer, '--client', 'deployer', ...rules], 'name is not 1 to 64 of a-z, 0-9 and -'],
    [
      ['x', ...issuer, '--client', 'deployer', ...rules, '--scope', 'pixy:write'],
      'scope has a value of the management API',
    ],
    [['x', ...issuer, '--client', 'nobody', ...rules], 'there is no client nobody'],
    [['x', ...issuer, '--client', 'app', ...rules], `client app is not registered for the grant type ${jwtBearer}`],
    [['x', ...issuer, '--client', 'deployer', '--identity'], 'client deployer is public'],
    [['x', ...issuer, '--client', 'wiki', '--identity', '--reusable'], 'an assertion about a person works once'],
    [
      ['x', '--issuer', `${gitHub.issuer}/other`, '--client', 'deployer', ...rules],
      'is the metadata of another issuer',
    ],
    [['x', '--issuer', 'http://127.0.0.1:9', '--client', 'deployer', ...rules], 'has no metadata to read (bad port)'],
  ])('%j', async (argv, sentence) => {
    const { exitCode, errors } = await pixy('trust', 'add', ...argv);
    expect(errors).toContain(sentence);
    expect(exitCode).toBe(1);
  });

  test('a claim without a value, as wrong usage', async () => {
    expect((await pixy('trust', 'add', 'x', ...issuer, '--client', 'deployer', '--claim', 'ref')).exitCode).toBe(2);
  });
});

test('a trust is added with the keys that the issuer names, listed, in the change log, and removed', async () => {
  const added = await pixy('trust', 'add', 'github', ...issuer, '--client', 'deployer', ...rules, '--why', 'deploys');
  expect(added.output).toBe(`Added trust github (version 1).\n  keys: ${gitHub.jwksUri}\n`);
  expect((await pixy('trust', 'add', 'github', ...issuer, '--client', 'deployer', ...rules)).exitCode).toBe(1);
  const [listed] = (await pixy('trust', 'list', '--json')).json();
  expect(listed).toEqual({
    name: 'github',
    kind: 'workload',
    issuer: gitHub.issuer,
    jwks_uri: gitHub.jwksUri,
    clients: ['deployer'],
    claims: { repository: ['octo-org/octo-repo'], ref: ['refs/heads/main', 'refs/tags/*'] },
    version: 1,
    changed: { at: '2026-11-22T12:00:00Z', by: expect.any(String), why: 'deploys' },
  });
  expect((await pixy('trust', 'list')).output).toContain('repository=octo-org/octo-repo ref=refs/heads/main');
  const log = await pixy('policy', 'log');
  expect(log.output).toContain('trust github');
  const [change] = (await pixy('policy', 'log', '--json')).json().filter(({ trust }: { trust?: string }) => trust);
  expect((await pixy('policy', 'rollback', change.id)).errors).toContain('change it with pixy trust.');
  expect((await pixy('trust', 'remove', 'github')).output).toBe('Removed trust github (version 2).\n');
  expect((await pixy('trust', 'list')).output).toBe('Nobody is trusted.\n');
});

test('the keys can be in a file, for an issuer that nobody reaches', async () => {
  const file = join(bench.folder, 'keys.json');
  await writeFile(file, JSON.stringify(gitHub.jwks));
  const argv = [
    'trust',
    'add',
    'inside',
    '--issuer',
    'https://kubernetes.default.svc',
    '--client',
    'deployer',
    ...rules,
  ];
  expect((await pixy(...argv, '--jwks', file)).output).toContain('keys: 1 given');
  await pixy('trust', 'remove', 'inside');
});

describe('trust check', () => {
  const audience = bench.server.issuer;
  const job = (changes = {}) => gitHub.sign({ ...gitHubClaims(audience, noon), ...changes });

  test('says rule by rule why an assertion is taken or is not', async () => {
    await pixy('trust', 'add', 'github', ...issuer, '--client', 'deployer', ...rules);
    const taken = await pixy('trust', 'check', await job());
    expect(taken.output).toContain('Trust github, client deployer: taken');
    expect(taken.output).not.toContain('NO');
    expect(taken.exitCode).toBe(0);

    const refused = await pixy('trust', 'check', await job({ ref: 'refs/heads/x', aud: 'https://else.example' }));
    expect(refused.exitCode).toBe(1);
    expect(refused.output).toContain('Trust github, client deployer: refused');
    expect(refused.output).toContain('  yes  repository is octo-org/octo-repo\n');
    expect(refused.output).toContain('  NO   ref is refs/heads/main or refs/tags/*; found: "refs/heads/x"\n');
    expect(refused.output).toContain('; found: "https://else.example"\n');
    expect(refused.output).toContain('  yes  a key of the issuer signed it\n');
  });

  test('tells a forged one, another client, and an issuer that nobody trusts', async () => {
    const forged = await stranger.sign({ ...gitHubClaims(audience, noon), iss: gitHub.issuer });
    expect((await pixy('trust', 'check', forged)).output).toContain('NO   a key of the issuer signed it');
    expect((await pixy('trust', 'check', await job(), '--client', 'wiki')).output).toContain(
      'NO   the trust is for client wiki',
    );
    const unknown = await pixy('trust', 'check', await stranger.sign(gitHubClaims(audience, noon)));
    expect(unknown.output).toContain(`No trust has the issuer ${stranger.issuer}`);
    expect({ exitCode: unknown.exitCode, asked: stranger.asked() }).toEqual({ exitCode: 1, asked: 0 });
    expect((await pixy('trust', 'check', 'x.y.z')).exitCode).toBe(1);
  });
});
