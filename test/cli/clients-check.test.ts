import { expect, test } from 'vitest';
import { startWorkbench } from './pixy.ts';

const { pixy } = await startWorkbench();

async function add(...argv: string[]): Promise<void> {
  const { exitCode, errors } = await pixy('clients', 'add', ...argv);
  if (exitCode !== 0) throw new Error(errors);
}
await add('spa', '--redirect-uri', 'https://spa.example/callback');
await add(
  'old',
  '--redirect-uri',
  'https://old.example/callback',
  '--redirect-uri',
  'com.example.old:/callback',
  '--policy',
  'any',
);
await add(
  'web',
  '--redirect-uri',
  'http://localhost/callback',
  '--auth-method',
  'client_secret_basic',
  '--policy',
  'none',
);
await add('job', '--auth-method', 'client_secret_basic', '--grant-type', 'client_credentials');

test('clients check rates every client, and says what stands in the way of each set of rules', async () => {
  const { exitCode, json } = await pixy('clients', 'check', '--json');
  expect(exitCode).toBe(0);
  const membersOf = (id: string, rules: string) =>
    json()
      .find((rated: { client_id: string }) => rated.client_id === id)
      [rules]?.map(({ member }: { member: string }) => member);
  expect(membersOf('spa', 'oauth21')).toEqual([]);
  expect(membersOf('spa', 'browser_apps')).toEqual([]);
  expect(membersOf('spa', 'fapi2')).toEqual(['token_endpoint_auth_method', 'id_token_signed_response_alg']);
  expect(membersOf('old', 'oauth21')).toEqual(['pkce_policy']);
  expect(membersOf('old', 'browser_apps')).toEqual(['pkce_policy', 'redirect_uris']);
  expect(membersOf('old', 'fapi2')).toEqual([
    'token_endpoint_auth_method',
    'id_token_signed_response_alg',
    'pkce_policy',
  ]);
  expect(membersOf('web', 'oauth21')).toEqual(['pkce_policy', 'redirect_uris']);
  expect(membersOf('web', 'browser_apps')).toBeUndefined();
});

test('clients check of one client says it in words', async () => {
  const { output } = await pixy('clients', 'check', 'old');
  expect(output).toMatch(/^CLIENT +OAUTH 2\.1 +BROWSER APP +FAPI 2\.0 *\nold +1 gap +2 gaps +3 gaps\n/);
  expect(output).toContain('\nold and OAuth 2.1:\n  pkce_policy comes to any: require S256\n');
  expect(output).toContain('\nold and a browser-based app:\n  redirect_uris has a private-use scheme beside https');
  expect(output).toContain(
    '\nold and FAPI 2.0:\n  token_endpoint_auth_method is none, and FAPI 2.0 needs private_key_jwt\n',
  );
  expect((await pixy('clients', 'check', 'nobody')).errors).toContain('There is no client nobody');
});

test('--profile fapi2 is refused in words to a client that cannot have it, and taken by one that can', async () => {
  const { exitCode, errors } = await pixy('clients', 'set', 'web', '--profile', 'fapi2');
  expect(exitCode).toBe(1);
  expect(errors).toContain('token_endpoint_auth_method is client_secret_basic, and FAPI 2.0 needs private_key_jwt');
  await add(
    'bank',
    '--redirect-uri',
    'https://bank.example/callback',
    '--file',
    new URL('./bank-client.json', import.meta.url).pathname,
    '--profile',
    'fapi2',
  );
  const { json } = await pixy('clients', 'check', 'bank', '--json');
  expect(json()[0]).toMatchObject({ oauth21: [], fapi2: [] });
  expect((await pixy('clients', 'list')).output).toMatch(/bank .*FAPI 2\.0/);
  const none = await pixy('clients', 'set', 'bank', '--profile', 'none');
  expect(none.output).toContain('profile: fapi2 → absent');
});
