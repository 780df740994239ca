import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { obtainTokens, portal } from '../support/lifecycle.ts';
import { newPerson, signInByForm } from '../support/person.ts';
import { claimsOf } from '../support/protocol.ts';
import { ada, startTestServer, tables } from '../support/server.ts';

/* The hook `authenticate`: the operator's own user store decides whose password is right. */

type Answer = { account: object | null };
const store: { answer: (event: Record<string, unknown>) => Answer | Promise<Answer> | undefined } = {
  answer: () => ({ account: null }),
};
(globalThis as Record<string, unknown>)['pixyTestStore'] = (event: Record<string, unknown>) => store.answer(event);

const folder = mkdtempSync(join(tmpdir(), 'pixy-hooks-'));
const client = { ...portal, first_party: true };
const file = join(folder, 'hooks.mjs');
writeFileSync(file, 'export const authenticate = (event) => globalThis.pixyTestStore(event);');
const authenticate = pathToFileURL(file).href;
/** `timeout`: how many seconds the store may take. */
const environment = (timeout: number) => ({ PIXY_HOOKS: JSON.stringify({ authenticate, timeout }) });
const server = await startTestServer({ clients: [client], environment: environment(5) });
const impatient = await startTestServer({
  clients: [client],
  environment: environment(0.1),
  dynamodb: server.dynamodb,
});
const accounts = accountStore(openDatabase(), tables.people);

afterAll(() => rmSync(folder, { recursive: true }));

const attempt = async (username: string, password: string, at = server) => {
  const person = newPerson(at);
  return person.submit(await person.open('/sign-in'), { username, password });
};

test('decides alone: a password that is kept here counts for nothing', async () => {
  store.answer = () => ({ account: null });
  expect((await attempt(ada.username, ada.password)).status).toBe(400);
});

test('lets somebody in, whose account is made here and follows what the store says', async () => {
  const told = { sub: 'emp-1', username: 'katherine', claims: { name: 'Katherine' }, amr: ['pwd', 'otp', 'mfa'] };
  store.answer = ({ password }) => ({ account: password === 'right' ? told : null });
  expect((await attempt('KJ', 'wrong')).status).toBe(400);
  const person = await signInByForm(server, { username: 'KJ', password: 'right' });
  const { id_token: token } = await obtainTokens(server, person, client, { scope: 'openid profile' });
  expect(claimsOf(token)).toMatchObject({ sub: 'emp-1', amr: ['pwd', 'otp', 'mfa'], acr: '2fa' });
  expect(await accounts.findBySubject('emp-1')).toMatchObject({ username: 'katherine', claims: { name: 'Katherine' } });

  store.answer = () => ({ account: { ...told, claims: { name: 'Katherine Johnson' } } });
  expect((await attempt('KJ', 'right')).status).toBe(200);
  const after = await accounts.findBySubject('emp-1');
  expect(after?.claims).toMatchObject({ name: 'Katherine Johnson' });
  expect((await attempt('KJ', 'right')).status).toBe(200);
  expect((await accounts.findBySubject('emp-1'))?.version).toBe(after?.version);
});

test('an account that is disabled here stays outside, whatever the store says', async () => {
  store.answer = () => ({ account: { sub: 'emp-2', username: 'dorothy' } });
  expect((await attempt('dorothy', 'x')).status).toBe(200);
  await accounts.disable('emp-2', server.clock.now());
  expect((await attempt('dorothy', 'x')).status).toBe(400);
});

test('five first sign-ins at once make one account', async () => {
  store.answer = () => ({ account: { sub: 'emp-3', username: 'mary' } });
  const pages = await Promise.all(Array.from({ length: 5 }, () => attempt('mary', 'x')));
  expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
});

test('a name of somebody else lets nobody in', async () => {
  store.answer = () => ({ account: { sub: 'emp-4', username: ada.username } });
  expect((await attempt('x', 'x')).status).toBe(503);
  expect(await accounts.findBySubject('emp-4')).toBeUndefined();
});

test('S3: a username from before that looks like another still signs in, and no new one does', async () => {
  const told = { sub: 'emp-6', username: 'o\ufb03ce' };
  store.answer = () => ({ account: told });
  expect((await attempt('whoever', 'right')).status).toBe(503);
  expect(await accounts.findBySubject('emp-6')).toBeUndefined();
  await accounts.add({ username: told.username, claims: { sub: told.sub } }, server.clock.now());
  expect((await attempt('whoever', 'right')).status).toBe(200);
  store.answer = () => ({ account: { ...told, claims: { name: 'Office' } } });
  expect((await attempt('whoever', 'right')).status).toBe(200);
  expect(await accounts.findBySubject('emp-6')).toMatchObject({ username: told.username, claims: { name: 'Office' } });
});

const never = () => new Promise<Answer>(() => undefined);

test.each<[string, () => Promise<Answer> | undefined]>([
  ['fails', () => Promise.reject(new Error('down'))],
  ['does not answer', never],
  ['answers nothing', () => undefined],
  ['answers no subject', () => Promise.resolve({ account: { username: 'x' } })],
])('a store that %s lets nobody in', async (_, answer) => {
  store.answer = answer;
  const at = answer === never ? impatient : server;
  const page = await attempt(ada.username, ada.password, at);
  expect(page.status).toBe(503);
  expect(JSON.parse(at.auditLines.at(-1) ?? '{}')).toMatchObject({ verdict: 'failed', reason: 'hook_failed' });
});

test('guesses count as everywhere', async () => {
  server.clock.advance(1_200);
  store.answer = () => ({ account: null });
  for (let guess = 0; guess < 10; guess += 1) await attempt('nobody', `guess ${guess}`);
  store.answer = () => ({ account: { sub: 'emp-5', username: 'nobody' } });
  expect((await attempt('nobody', 'right')).status).toBe(429);
});
