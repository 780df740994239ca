import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startServer } from '../../infra/local/server.ts';
import { emptyFolder, noon, pixy } from './pixy.ts';

const reserved = ['pixy-console', 'pixy-playground'];
const theirs = { redirect_uris: ['https://evil.example/cb'], token_endpoint_auth_method: 'none' };
const refusal = 'is one that the server keeps for itself';

test('the command line adds none and imports none, and gives no account such a subject', async () => {
  const folder = await emptyFolder(onTestFinished);
  const other = await startServer({ port: 0, data: folder, now: () => noon, writeLine: () => {} });
  onTestFinished(() => other.close());
  for (const clientId of reserved) {
    const redirect = ['--redirect-uri', 'https://evil.example/cb'];
    const added = await pixy(['clients', 'add', clientId, ...redirect, '--local', folder]);
    expect([added.exitCode, added.errors]).toEqual([1, expect.stringContaining(refusal)]);
    const file = join(folder, 'import.json');
    await writeFile(file, JSON.stringify([{ ...theirs, client_id: clientId, pkce_policy: 'S256' }]));
    const imported = await pixy(['clients', 'import', file, '--format', 'rfc7591', '--local', folder]);
    expect([imported.exitCode, imported.output + imported.errors]).toEqual([1, expect.stringContaining(refusal)]);
    const claims = ['--claim', `sub=${clientId}`];
    const account = await pixy(['accounts', 'add', `of-${clientId}`, ...claims, '--local', folder]);
    expect([account.exitCode, account.errors]).toEqual([1, expect.stringContaining('is the client_id of a client')]);
  }
});
