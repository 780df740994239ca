import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { CheckResult } from '../../cli/verify/verify.ts';
import { emptyFolder, pixy } from '../cli/pixy.ts';
import { bank, person, startFapiProvider } from './fapi-provider.ts';

/* oidc-provider (npm), set up for FAPI 2.0, is another server than ours that does it right. */

const folder = await emptyFolder();
const provider = await startFapiProvider();
afterAll(() => provider.close());

test('fapi2 fails no check of oidc-provider, and says what it leaves open', async () => {
  const key = join(folder, 'bank.jwk');
  await writeFile(key, JSON.stringify(provider.clientKey));
  const client = ['--client-id', bank.clientId, '--redirect-uri', bank.redirectUri, '--private-key', key];
  const signIn = ['--username', person.username, '--password', person.password];
  const { exitCode, errors, json } = await pixy(
    ['verify', provider.issuer, '--profile', 'fapi2', ...client, ...signIn, '--json'],
    { now: Math.floor(Date.now() / 1_000) },
  );
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
  const { checks, summary } = json();
  const namesOf = (verdict: string) =>
    checks.filter((check: CheckResult) => check.verdict === verdict).map(({ id }: CheckResult) => id);
  expect(namesOf('warning')).toEqual([
    'authorize-framing',
    'authorize-referrer',
    'par-by-get',
    'code-after-wrong-verifier',
  ]);
  expect(namesOf('skipped')).toEqual([
    'tls-version',
    'tls-strict-transport',
    'introspection-stranger',
    'downgrade',
    'refresh-rotation',
    'refresh-replay',
  ]);
  expect(summary.passed).toBeGreaterThan(110);
});
