import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { operations } from '../../functions/admin/operations/index.ts';
import { startServer } from '../../infra/local/server.ts';

const page = readFileSync('docs/management-api.md', 'utf8');

test('docs/management-api.md has every request', () => {
  const wanted = operations.map(({ method, path }) => `${method} ${path.replace('{change_id}', '{id}')}`);
  expect(wanted.filter((request) => !page.includes(`\`${request}\``))).toEqual([]);
});

test('the lines of docs/management-api.md work when they are pasted into one shell', async () => {
  const server = await startServer({ port: 0, data: 'memory', writeLine: () => {} });
  try {
    const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, lines]) => lines ?? '');
    const pasted = blocks.filter((lines) => /^(ISSUER|ETAG|curl)/m.test(lines)).join('\n');
    const script = pasted
      .replaceAll('http://localhost:3000', server.issuer)
      .replaceAll(/^curl -s /gm, 'echo; curl -s -w "\\n%{http_code}" ');
    const shell = spawn('bash', ['-eu', '-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = (await text(shell.stdout)).trim().split('\n');
    const statuses = lines.filter((line) => /^\d{3}$/.test(line));
    expect(statuses).toEqual(['200', '201', '200', '200', '200', '200', '201', '200', '422']);
    expect(lines.join('')).toContain('"why":"audit finding 12"');
    const [, shown = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
    const problem = JSON.parse(lines.find((line) => line.includes('document_invalid')) ?? '{}');
    expect({ ...problem, type: '' }).toEqual({ ...JSON.parse(shown), type: '' });
  } finally {
    await server.close();
  }
});
