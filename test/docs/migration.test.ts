import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from '../../cli/run.ts';
import { startServer } from '../../infra/local/server.ts';
import { s256 } from '../../shared/pkce/s256.ts';
import { stoppedClock } from '../support/clock.ts';
import type { Fields } from '../support/http.ts';
import { newPerson, startSession } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, basic, parametersOf, postToken } from '../support/protocol.ts';
import { rerun } from './console.ts';

/* docs/migration.md is played from its first line to its last. PIXY_WRITE_DOCS=1 writes down what its commands say. */

const folder = await mkdtemp(join(tmpdir(), 'pixy-migration-'));
const clock = stoppedClock(Date.parse('2027-01-04T09:00:00Z') / 1_000);
const noClients = join(folder, 'none.json');
await writeFile(noClients, '[]');
const server = await startServer({ port: 0, data: folder, clientsFile: noClients, now: clock.now });
const port = Number(new URL(server.issuer).port);
const sessionId = await startSession('somebody', { now: clock.now(), lifetime: 90 * 86_400 });
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const clientsFile = join(folder, 'legacy.json');
const apps = ['kiosk', 'partner', 'reports'].map((client_id) => ({
  client_id,
  client_secret: `the secret of ${client_id}, which is long enough`,
  redirect_uris: [`https://${client_id}.example/callback`],
  first_party: true,
}));
await writeFile(clientsFile, JSON.stringify(apps));

async function pixy(argv: string[]): Promise<string> {
  let output = '';
  const write = (text: string) => {
    output += text;
  };
  const local = argv.flatMap((word) => (word === '--local' ? [word, folder] : [word]));
  const paths = local.map((word) => (word === 'legacy.json' ? clientsFile : word));
  await run(paths, { write, writeError: write, readInput: async () => '', env: {}, now: clock.now });
  return output.replaceAll(clientsFile, 'legacy.json').replace(/(?<=-import-)[0-9a-f]{6}/, '4f9a2c');
}

/** What each app sends: nothing; the right challenge with the wrong method; a challenge made of the hex digest. */
const challengeOf: Record<string, (verifier: string) => Fields> = {
  kiosk: () => ({ code_challenge: undefined, code_challenge_method: undefined }),
  partner: (verifier) => ({ code_challenge: s256(verifier), code_challenge_method: 's256' }),
  reports: (verifier) => {
    const hex = Buffer.from(s256(verifier), 'base64url').toString('hex');
    return { code_challenge: Buffer.from(hex).toString('base64url'), code_challenge_method: 'S256' };
  },
};
const repaired = new Set<string>();

async function signIn(app: (typeof apps)[number]): Promise<void> {
  const person = newPerson({ port });
  person.cookies.set('pixy_session', sessionId);
  const { verifier } = pkcePair();
  const right = { code_challenge: s256(verifier), code_challenge_method: 'S256' };
  const changes = repaired.has(app.client_id) ? right : challengeOf[app.client_id]?.(verifier);
  const { headers } = await person.open(authorizeTarget(app, changes));
  const { code } = parametersOf(new URL(headers.location ?? ''));
  if (code === undefined) return;
  const sent = changes?.code_challenge === undefined ? {} : { code_verifier: verifier };
  await postToken(
    { port },
    { grant_type: 'authorization_code', code, redirect_uri: app.redirect_uris[0] ?? '', ...sent },
    { authorization: basic(app) },
  );
}

async function play(name: string): Promise<void> {
  const [, repairedApp] = /^(\w+) is repaired$/.exec(name) ?? [];
  if (repairedApp) {
    repaired.add(repairedApp);
    return;
  }
  if (name !== 'a week') throw new Error(`nobody can play ${name}`);
  for (let day = 0; day < 7; day += 1) {
    clock.advance(43_200);
    for (const app of apps) for (let times = 0; times < 2; times += 1) await signIn(app);
    clock.advance(43_200);
  }
}

test('docs/migration.md says what really happens', async () => {
  const page = await readFile('docs/migration.md', 'utf8');
  const real = await rerun(page, { pixy, play });
  if (process.env['PIXY_WRITE_DOCS']) await writeFile('docs/migration.md', real);
  expect(real).toBe(process.env['PIXY_WRITE_DOCS'] ? real : page);
});
