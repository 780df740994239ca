import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { startServer } from '../../infra/local/server.ts';

/* docs/curl.md, block by block in one shell, against the server that npm start starts. Only the port differs. */

const server = await startServer({ port: 0, data: 'memory', writeLine: () => undefined });
afterAll(() => server.close());

const page = await readFile('docs/curl.md', 'utf8');
const blocks = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block);
const between = '=====';
const script = blocks.join(`\necho "${between}"\n`).replace('http://localhost:3000', server.issuer);
const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script], { timeout: 180_000 });
const answers = stdout.split(`${between}\n`);

test('every block of the walk-through runs without a complaint', () => {
  expect(stderr).toBe('');
  expect(answers).toHaveLength(9);
});

test('a challenge is made', () => {
  expect(answers[0]).toMatch(/^[\w-]{43}\n$/);
});

test('the person is sent to the sign-in page, and signs in', () => {
  expect(answers[1]).toMatch(/^303 http:\/\/localhost:\d+\/sign-in\?/);
  expect(answers[2]).toBe('303\n');
});

test('the app gets a code, tokens and the claims of the person', () => {
  expect(answers[3]).toMatch(/^http:\/\/127\.0\.0\.1:8888\/callback\?code=[\w-]{55,}&state=xyz&iss=/);
  expect(JSON.parse(answers[4] ?? '')).toMatchObject({ token_type: 'Bearer', refresh_token: expect.any(String) });
  expect(JSON.parse(answers[5] ?? '')).toMatchObject({ name: 'Demo Person' });
});

test('new tokens come, and after the revocation nothing is left', () => {
  expect(answers[6]).toContain('"access_token"');
  expect(answers[6]).toMatch(/401\n$/);
});

test('a thief is refused, with the reason', () => {
  expect(answers[7]).toContain('"reason":"code_spent"');
  expect(answers[7]).toContain('code_challenge_required');
});
