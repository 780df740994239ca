import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { localTableNames } from '../../infra/local/create-tables.ts';
import { demoAccount, demoConfidentialClient, demoPublicClient } from '../../infra/local/demo/demo-data.ts';
import { startServer } from '../../infra/local/server.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { hashSecret } from '../../shared/secret.ts';
import { emptyFolder, pixy, type Ran } from '../cli/pixy.ts';

/*
 * `pixy evidence` on the data folder of a running server, after somebody signed in and somebody changed something.
 */

const folder = await emptyFolder();
/** Beside the others, which are counted. */
const out = join(await emptyFolder(), 'changed');
const data = join(folder, 'data');
const server = await startServer({ port: 0, data });
afterAll(() => server.close());

const seconds = () => Math.floor(Date.now() / 1_000);
/** Stands still once everything is set up. */
let now = seconds();
const env = { PIXY_VERIFY_PASSWORD: demoAccount.password };
const local = (...argv: string[]): Promise<Ran> => pixy([...argv, '--local', data], { now, env });
const done = async (...argv: string[]) => expect(await local(...argv)).toMatchObject({ exitCode: 0, errors: '' });

const redirectUri = 'http://127.0.0.1/callback';
const signIn = ['--redirect-uri', redirectUri, '--username', demoAccount.username];
const verifyAs = (clientId: string) => [
  '--verify-client-id',
  clientId,
  ...signIn.map((word) => word.replace(/^--/, '--verify-')),
];

beforeAll(async () => {
  const added = ['--redirect-uri', redirectUri, '--auth-method', 'none'];
  await done('clients', 'add', 'lenient', ...added, '--accept-lowercase-method', '--accept-short-verifier');
  await done('clients', 'add', 'legacy', ...added, '--policy', 'any', '--why', 'came with the merger');
  await done('waiver', 'grant', 'legacy', '--owner', 'Grace', '--reason', 'is being rebuilt', '--until', '10d');
  await done('policy', 'set', '--floor', 'any', '--why', 'nobody without PKCE');
  const verified = await pixy(['verify', server.issuer, '--client-id', demoPublicClient.client_id, ...signIn], { env });
  if (verified.exitCode !== 0) throw new Error(verified.errors);
  now = seconds();
});

async function readEvidence(name: string) {
  const [json, markdown] = await Promise.all(
    ['json', 'md'].map((end) => readFile(join(folder, `${name}.${end}`), 'utf8')),
  );
  return { json: json ?? '', markdown: markdown ?? '' };
}

describe('evidence', () => {
  let evidence: Awaited<ReturnType<typeof readEvidence>>;
  let ran: Ran;
  beforeAll(async () => {
    ran = await local('evidence', '--out', join(folder, 'plain.md'));
    evidence = await readEvidence('plain');
  });

  test('is one markdown and one JSON file, and the first names the digest of the second', () => {
    const sha256 = createHash('sha256').update(evidence.json).digest('hex');
    expect(ran).toMatchObject({ exitCode: 0, errors: '' });
    expect(ran.output).toBe(`Wrote ${folder}/plain.md and ${folder}/plain.json (SHA-256 ${sha256}).\n`);
    expect(evidence.markdown).toContain(`SHA-256 of plain.json: ${sha256}`);
  });

  test('says when, for which server and with which versions', () => {
    const { at, issuer, place, versions, evidence: version, period } = JSON.parse(evidence.json);
    expect({ at, issuer, place, version }).toEqual({
      at: `${new Date(now * 1_000).toISOString().slice(0, 19)}Z`,
      issuer: server.issuer,
      place: 'a local run',
      version: 1,
    });
    expect(Date.parse(period.until) - Date.parse(period.since)).toBe((30 * 86_400 + 1) * 1_000);
    expect(versions).toMatchObject({ pixy: packageJson.version, node: process.version });
    expect(versions.commit ?? 'none').toMatch(/^(?:none|[0-9a-f]{40}(?:\+changes)?)$/);
    expect(evidence.markdown).toContain(`Node.js ${process.version}`);
  });

  test('has the global policy and the policy that every client is held to, with its origin, mode and switches', () => {
    const { global_policy: policy, clients } = JSON.parse(evidence.json);
    expect(policy).toMatchObject({ default: 'S256', floor: 'any', mode: 'enforce', version: 1 });
    const held = Object.fromEntries(
      clients.map(({ client_id: id, effective_policy: effective }: Record<string, never>) => [id, effective]),
    );
    expect(held).toEqual({
      'demo-admin': { policy: 'S256', origin: 'global default', mode: 'enforce', enforced: 'S256' },
      'demo-app': { policy: 'S256', origin: 'client', mode: 'enforce', enforced: 'S256' },
      'demo-web': { policy: 'any', origin: 'floor', mode: 'enforce', enforced: 'any' },
      legacy: { policy: 'any', origin: 'client', mode: 'enforce', enforced: 'any' },
      lenient: { policy: 'S256', origin: 'global default', mode: 'enforce', enforced: 'S256' },
    });
    expect(evidence.markdown).toContain(
      '| lenient | public | S256 (global default) | enforce |  | lowercase method, short verifier |  |',
    );
  });

  test('has the counts of the audit log', () => {
    const { adoption } = JSON.parse(evidence.json);
    const app = adoption.clients.find(({ client }: { client: string }) => client === 'demo-app');
    expect(app.methods.S256.issued).toBeGreaterThan(10);
    expect(app.refused.map(({ reason }: { reason: string }) => reason)).toContain('code_challenge_required');
    expect(app.usage.S256).toBe(app.methods.S256.issued);
    expect(app.trend.map(({ S256 }: { S256: number }) => S256).some((count: number) => count > 10)).toBe(true);
    expect(evidence.markdown).toMatch(/^## Audit log: Safe to enforce S256: \d client/m);
    expect(evidence.markdown).toContain('## Audit log: All clients, by week');
  });

  test('has the chart in the file, and no other file to lose', () => {
    const encoded = evidence.markdown.match(/^\[chart\]: data:image\/svg\+xml;base64,(\S+)$/m)?.[1] ?? '';
    const svg = Buffer.from(encoded, 'base64').toString();
    expect(svg).toMatch(/^<svg [^>]*>\n<title id="adoption-title">PKCE adoption by client<\/title>/);
    expect(svg).toContain('demo-app');
    expect(evidence.markdown).toMatch(
      /^!\[PKCE adoption by client\. Safe to enforce S256: \d of \d clients; .*\]\[chart\]$/m,
    );
  });

  test('has every waiver with the days it is left, and every change with its reason', () => {
    const { waivers, changes } = JSON.parse(evidence.json);
    expect(waivers).toMatchObject([
      { client_id: 'legacy', owner: 'Grace', reason: 'is being rebuilt', days_left: 10, state: 'ending_soon' },
    ]);
    expect(evidence.markdown).toContain('1 waiver, 1 ending within 14 days.');
    expect(changes.map(({ client, why }: Record<string, string>) => [client, why])).toContainEqual([
      'legacy',
      'came with the merger',
    ]);
    expect(changes.find(({ why }: Record<string, string>) => why === 'nobody without PKCE')).toMatchObject({
      before: { floor: 'none' },
      after: { floor: 'any' },
    });
    expect(evidence.markdown).toContain('floor none → any');
  });

  test('says that every record is as Pixy wrote it', () => {
    expect(JSON.parse(evidence.json).changed_in_table).toEqual([]);
    expect(evidence.markdown).toContain('Every record says what its last change wrote.');
    expect(evidence.markdown).not.toContain('## Changed in the table itself');
  });

  test('says that nothing was verified', () => {
    expect(evidence.markdown).toContain('Verification: not requested.');
    expect(JSON.parse(evidence.json)).not.toHaveProperty('verification');
  });
});

test('--since leaves out what was before', async () => {
  const { exitCode } = await local(
    'evidence',
    '--out',
    join(folder, 'old'),
    '--since',
    '2020-01-01',
    '--until',
    '2020-02-01',
  );
  const { json, markdown } = await readEvidence('old');
  expect(exitCode).toBe(0);
  expect(JSON.parse(json)).toMatchObject({ changes: [], adoption: { total: { decisions: 0 } } });
  expect(markdown).not.toContain('## Changes in the period');
});

test('with the verify options it holds the results, which are not among the counts', async () => {
  const { exitCode, json } = await local(
    'evidence',
    '--out',
    join(folder, 'verified'),
    '--json',
    ...verifyAs('demo-app'),
  );
  const { verification } = json();
  expect({ exitCode, verification }).toMatchObject({ exitCode: 0, verification: { failed: 0, skipped: 2 } });
  const evidence = await readEvidence('verified');
  const { verification: report, adoption } = JSON.parse(evidence.json);
  expect(report).toMatchObject({ issuer: server.issuer, client_id: 'demo-app', client_type: 'public' });
  expect(evidence.markdown).toContain(`## Verification of ${server.issuer} with client demo-app (public)`);
  expect(evidence.markdown).toContain('| downgrade | RFC 9700 §4.8.2 |');
  expect(adoption).toEqual(JSON.parse((await readEvidence('plain')).json).adoption);
});

test('with a profile alone it holds what can be seen without a client', async () => {
  const { exitCode, json } = await local(
    'evidence',
    '--out',
    join(folder, 'profile'),
    '--json',
    '--verify-profile',
    'oauth21',
  );
  expect({ exitCode, verification: json().verification }).toMatchObject({ exitCode: 0, verification: { failed: 0 } });
  const evidence = await readEvidence('profile');
  expect(JSON.parse(evidence.json).verification).toMatchObject({ issuer: server.issuer, profile: 'oauth21' });
  expect(evidence.markdown).toContain('| token-unknown-client | RFC 6749 §5.2 |');
});

test('a check that fails shows in the exit code, and the files are written all the same', async () => {
  const { exitCode, output } = await local('evidence', '--out', join(folder, 'failed'), ...verifyAs('lenient'));
  expect(exitCode).toBe(1);
  expect(output).toMatch(/Verification: \d+ passed, 2 failed/);
  const { json } = await readEvidence('failed');
  const failed = JSON.parse(json).verification.checks.filter(
    ({ verdict }: Record<string, string>) => verdict === 'failed',
  );
  expect(failed.map(({ id }: Record<string, string>) => id)).toEqual(['method-lowercase', 'verifier-short']);
});

test('no file holds a secret or its hash', async () => {
  const files = (await readdir(folder)).filter((name) => /\.(?:md|json)$/.test(name));
  expect(files.length).toBe(10);
  const secret = demoConfidentialClient.client_secret;
  for (const file of files) {
    const text = await readFile(join(folder, file), 'utf8');
    for (const hidden of [secret, hashSecret(secret), demoAccount.password]) expect(text).not.toContain(hidden);
    expect(text).not.toMatch(/secret_?hash|eyJ[\w-]{10,}|scrypt|argon2/i);
  }
});

test('without an audit log there is no evidence', async () => {
  const empty = await emptyFolder(onTestFinished);
  const { exitCode, errors } = await pixy(['evidence', '--out', join(folder, 'none'), '--local', empty]);
  expect(errors).toMatch(/^error: There is no readable audit log in [^\n]+\n$/);
  expect(exitCode).toBe(1);
});

describe('what cannot be done is told in one line', () => {
  test.each([
    [['evidence'], 2, /required option '--out <file>'/],
    [['evidence', '--out', 'x', '--since', 'soon'], 2, /--since is not an age/],
    [
      ['evidence', '--out', 'x', '--verify-username', 'demo'],
      2,
      /Say which client to act as: --verify-client-id|needs/,
    ],
    [['evidence', '--out', 'x', '--verify-client-id', 'demo-app'], 2, /--verify-redirect-uri/],
    [
      ['evidence', '--out', 'x', '--verify-client-id', 'a', '--verify-issuer', 'http://auth.example.com'],
      2,
      /not an https URL/,
    ],
    [['evidence', '--out', '/nowhere/at/all'], 1, /\/nowhere\/at\/all\.json cannot be written \(ENOENT\)/],
  ])('%j', async (argv, expected, sentence) => {
    const { exitCode, errors } = await local(...argv);
    expect(errors).toMatch(sentence);
    expect(exitCode).toBe(expected);
  });
});

describe('what somebody changed in the table itself', () => {
  const table = localTableNames.clients;
  let markdown: string;
  let json: Record<string, unknown[]>;
  beforeAll(async () => {
    const { endpoint } = JSON.parse(await readFile(join(data, 'dynamodb.json'), 'utf8'));
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const items = DynamoDBDocument.from(new DynamoDB({ endpoint, region: 'local', credentials }));
    // biome-ignore lint/suspicious/noExplicitAny: items of many shapes
    const set = async (pk: string, sk: string, change: (item: any) => object) => {
      const { Item = {} } = await items.get({ TableName: table, Key: { pk, sk } });
      await items.put({ TableName: table, Item: { ...Item, ...change(Item) } });
    };
    await set('client#lenient', 'record', ({ value }) => ({ value: { ...value, pkce: { policy: 'any' } } }));
    await set('client#demo-web', 'record', ({ value, lastChange: { after, ...change } }) => ({
      pk: 'client#stranger',
      value: { ...value, clientId: 'stranger' },
      lastChange: { ...change, after: { ...after, clientId: 'stranger' } },
    }));
    await set('global', 'policy', ({ value }) => ({ value: { ...value, floor: 'none' } }));
    await done('evidence', '--out', out);
    markdown = await readFile(`${out}.md`, 'utf8');
    json = JSON.parse(await readFile(`${out}.json`, 'utf8'));
  });

  test('is in the evidence: a weaker client, one that is in no list, and a lower floor', () => {
    expect(json['changed_in_table']).toEqual([
      { last_change: expect.stringMatching(/^\d{8}T/) },
      { client: 'lenient', last_change: expect.stringMatching(/^\d{8}T/) },
      { client: 'stranger', last_change: expect.stringMatching(/^\d{8}T/) },
    ]);
    expect(markdown).toContain('Changed in the table itself: 3 records, which say something else than the change log.');
    expect(markdown).toContain('## Changed in the table itself');
    expect(markdown).toMatch(/^\| stranger \| confidential \| none \(client\) \|/m);
  });

  test('is in the list of clients', async () => {
    const { output } = await local('clients', 'list');
    expect(output.match(/^\S+(?=.* changed in the table itself$)/gm)).toEqual(['lenient', 'stranger']);
    const listed = (await local('clients', 'list', '--json')).json();
    const marked = listed.filter((client: Record<string, unknown>) => client['changed_in_table']);
    expect(marked.map(({ client_id: id }: Record<string, unknown>) => id)).toEqual(['lenient', 'stranger']);
  });
});
