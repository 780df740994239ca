import { describe, expect, test } from 'vitest';
import { pkceChecks as checks } from '../../cli/verify/profiles/pkce.ts';
import { verify } from '../../cli/verify/verify.ts';
import { pixy, spawnPixy } from '../cli/pixy.ts';
import { account, confidentialClient, type Flaw, publicClient, startFlawedServer } from './flawed-server.ts';

/* The command line: what it needs, what it prints, and how it ends. */

const asPublic = ['--client-id', publicClient.clientId, '--redirect-uri', publicClient.redirectUri];
const asConfidential = ['--client-id', confidentialClient.clientId, '--redirect-uri', confidentialClient.redirectUri];
const asAda = ['--username', account.username, '--password', account.password];
const https = 'https://auth.example.com';

describe('wrong usage is told in one line and ends with 2', () => {
  test.each([
    [[], /Say which server to verify/],
    [['auth.example.com'], /The issuer is not an https URL/],
    [['http://auth.example.com'], /The issuer is not an https URL \(http is only for loopback hosts\)/],
    [['https://auth.example.com?x=1'], /An issuer has no query, fragment or user name/],
    [['https://me@auth.example.com'], /An issuer has no query, fragment or user name/],
    [
      [https],
      /Say which client to act as: --client-id, or take --profile oauth21, of which about 30 checks need none\./,
    ],
    [[https, '--client-id', 'x'], /Say where the client receives its codes: --redirect-uri/],
    [[https, '--client-id', 'x', '--redirect-uri', '/callback'], /--redirect-uri is not an absolute URI/],
    [
      [https, ...asPublic],
      /Say how to obtain a code: --username and --password, --cookie, --code-command or --interactive/,
    ],
    [[https, ...asPublic, '--username', 'ada'], /--username needs --password/],
    [[https, ...asPublic, '--password', 'x'], /--password needs --username/],
    [
      [https, ...asPublic, '--cookie', 'a=1', '--code-command', 'x'],
      /Use only one of --username, --cookie, --code-command, --interactive/,
    ],
    [[https, '--only', 'nope,downgrade'], /--only: nope is not a check/],
    [[https, '--only', ','], /--only: nothing is not a check/],
    [
      [https, '--client-auth', 'tls_client_auth'],
      /Allowed choices are client_secret_basic, client_secret_post, private/,
    ],
    [[https, '--profile', 'fapi1'], /Allowed choices are pkce, oauth21, fapi2, mcp/],
    [[https, '--format', 'pdf'], /Allowed choices are text, junit, json, md/],
    [
      [https, ...asPublic, '--private-key', '/nowhere.pem', '--username', 'ada', '--password', 'x'],
      /nowhere.pem cannot be read \(ENOENT\)/,
    ],
    [
      [https, ...asPublic, '--private-key', 'package.json', '--username', 'ada', '--password', 'x'],
      /package.json is no private key/,
    ],
    [[https, ...asPublic, '--interactive'], /--interactive needs a redirect URI on this machine/],
    [[https, '--profile', 'oauth21', '--client-id', 'x'], /Say where the client receives its codes/],
    [[https, '--max-requests', 'many'], /not a whole number/],
  ])('%j', async (argv, sentence) => {
    const { exitCode, output, errors } = await pixy(['verify', ...argv]);
    expect(errors).toMatch(sentence);
    expect(errors).toMatch(/^error: [^\n]+\n$/);
    expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
  });
});

describe('what cannot be done is told in one line and ends with 1', () => {
  const failing = async (...argv: string[]) => {
    const { exitCode, errors } = await pixy(['verify', ...argv]);
    expect(errors).toMatch(/^error: [^\n]+\n$/);
    expect(exitCode).toBe(1);
    return errors;
  };

  test('a server that is not there', async () => {
    const { issuer, ...server } = await startFlawedServer();
    server[Symbol.dispose]();
    expect(await failing(issuer, ...asPublic, ...asAda)).toBe(
      `error: ${issuer} cannot be reached: the connection was refused.\n`,
    );
  });

  test('a server that publishes no metadata', async () => {
    using server = await startFlawedServer();
    expect(await failing(`${server.issuer}/tenant`, ...asPublic, ...asAda)).toContain(
      `at ${server.issuer}/.well-known/oauth-authorization-server/tenant (status 404) or ${server.issuer}/tenant/.well-known/openid-configuration (status 404). Is ${server.issuer}/tenant the issuer?`,
    );
  });

  test('a client that is not registered', async () => {
    using server = await startFlawedServer();
    const nobody = ['--client-id', 'nobody', '--redirect-uri', 'https://nobody.example/'];
    expect(await failing(server.issuer, ...nobody, ...asAda)).toContain('a page and status 400. Are client id');
  });

  test('a password that is wrong, which is sent once', async () => {
    using server = await startFlawedServer();
    const wrong = ['--username', account.username, '--password', 'wrong'];
    expect(await failing(server.issuer, ...asPublic, ...wrong)).toContain(
      'No code could be obtained: the server asked for the password again right after it was sent.',
    );
    expect(server.passwords).toBe(1);
  });

  test('a confidential client without its secret, or with another', async () => {
    using server = await startFlawedServer();
    expect(await failing(server.issuer, ...asConfidential, ...asAda)).toContain(
      'status 401 and invalid_client. If the client is confidential, give its secret with --client-secret.',
    );
    expect(await failing(server.issuer, ...asConfidential, ...asAda, '--client-secret', 'wrong-one')).toContain(
      'Is the client secret correct, and is the client registered for the method in --client-auth?',
    );
  });

  test('a server whose sign-in page takes scripts', async () => {
    using server = await startFlawedServer('shows a page of scripts at once');
    expect(await failing(server.issuer, ...asPublic, ...asAda)).toContain('use --cookie, or use --code-command');
  });
});

test('a server that never answers is given up on', async () => {
  using server = await startFlawedServer('never answers token requests');
  const verification = {
    issuer: server.issuer,
    profile: 'pkce' as const,
    checks,
    client: publicClient,
    signIn: { by: 'password', ...account } as const,
    maximumRequests: 100,
    maximumSignIns: 5,
    timeout: 3_000,
    env: {},
  };
  await expect(verify(verification, () => 0)).rejects.toThrow(
    'No code could be obtained: there was no answer within 3 s.',
  );
});

test('too few requests to begin with are told', async () => {
  using server = await startFlawedServer();
  const { exitCode, errors } = await pixy(['verify', server.issuer, ...asPublic, ...asAda, '--max-requests', '1']);
  expect({ exitCode, errors }).toEqual({ exitCode: 1, errors: 'error: It takes more than 1 request.\n' });
});

test('never more requests are sent than allowed; what is left is skipped', async () => {
  using server = await startFlawedServer();
  const { exitCode, json } = await pixy([
    'verify',
    server.issuer,
    ...asPublic,
    ...asAda,
    '--max-requests',
    '40',
    '--json',
  ]);
  const report = json();
  expect(report.requests).toBe(40);
  expect(report.checks.find(({ id }: { id: string }) => id === 'code-replay')).toMatchObject({
    verdict: 'skipped',
    because: 'the limit of 40 requests is reached',
  });
  expect(exitCode).toBe(0);
});

test('--json prints the report alone, and 1 is the exit code when a check failed', async () => {
  using server = await startFlawedServer('asks for no verifier');
  const { exitCode, json } = await pixy(['verify', server.issuer, ...asPublic, ...asAda, '--json']);
  expect(exitCode).toBe(1);
  const report = json();
  expect(report).toMatchObject({
    issuer: server.issuer,
    client_id: 'probe',
    client_type: 'public',
    at: '2026-11-22T12:00:00Z',
    summary: { failed: 5, skipped: 2 },
    sign_ins: 1,
  });
  expect(report.checks).toContainEqual({
    id: 'verifier-missing',
    section: 'RFC 9700 §2.1.1',
    sends: 'no code_verifier for a code that has a challenge',
    accepts: 'invalid_grant or invalid_request',
    verdict: 'failed',
    because: 'tokens were issued',
    fix: 'Require code_verifier for every code that has a challenge.',
  });
});

test('--only runs some checks; those of the metadata need no client', async () => {
  using server = await startFlawedServer();
  const only = (...argv: string[]) => pixy(['verify', server.issuer, '--only', ...argv]);
  const metadata = await only('metadata-endpoints,metadata-issuer');
  expect(metadata.output).toMatch(/^passed {3}metadata-issuer .*\npassed {3}metadata-endpoints .*\n\n.*: 2 passed/);
  expect(server.passwords).toBe(0);
  const { json } = await only('code-replay', '--only', 'errors-status', ...asPublic, ...asAda, '--json');
  expect(json().checks.map(({ id }: { id: string }) => id)).toEqual(['code-replay', 'errors-status']);
});

test('--profile without a client runs what takes none, and says what the rest takes', async () => {
  using server = await startFlawedServer('announces an open endpoint');
  const { exitCode, output } = await pixy(['verify', server.issuer, '--profile', 'oauth21']);
  expect(exitCode).toBe(1);
  expect(output).toContain('it takes a client: --client-id and --redirect-uri\n');
  expect(output).toContain('it takes a client and a sign-in\n');
  expect(output).toMatch(/\n\nFAILED {3}metadata-endpoints \(RFC 8414 §2\): .*\. Serve every endpoint over https\.\n/);
  expect(server.passwords).toBe(0);
});

test('--profile with a client that nobody signs in to runs what the server decides before', async () => {
  using server = await startFlawedServer('takes unknown methods for plain');
  const { json } = await pixy(['verify', server.issuer, '--profile', 'oauth21', ...asPublic, '--json']);
  const verdictOf = (id: string) => json().checks.find((check: { id: string }) => check.id === id);
  expect(verdictOf('challenge-missing')).toMatchObject({ verdict: 'passed' });
  expect(verdictOf('method-unknown')).toMatchObject({
    verdict: 'skipped',
    because: expect.stringContaining('asked for a sign-in first'),
  });
  expect(verdictOf('code-replay')).toMatchObject({
    verdict: 'skipped',
    because: expect.stringContaining('it takes a sign-in'),
  });
});

describe('--format', () => {
  const report = async (format: string) => {
    using server = await startFlawedServer('announces an open endpoint');
    const only = ['--only', 'metadata-issuer,metadata-endpoints'];
    return (await pixy(['verify', server.issuer, ...only, '--format', format])).output;
  };

  test('junit is a suite with one case per check', async () => {
    const xml = await report('junit');
    expect(xml).toContain('tests="2" failures="1" skipped="0"');
    expect(xml).toMatch(/<testcase classname="RFC 8414 §3\.3" name="metadata-issuer: [^"]+"\/>/);
    expect(xml).toMatch(
      /<failure message="revocation_endpoint is not https">.*Serve every endpoint over https\.<\/failure>/,
    );
  });

  test('md says first what is to be done', async () => {
    const markdown = await report('md');
    expect(markdown).toMatch(/^# Verification of http/);
    expect(markdown).toContain('\n\nmetadata-endpoints: Serve every endpoint over https.\n\n');
    expect(markdown).toContain('| metadata-issuer | RFC 8414 §3.3 |');
  });

  test('json is what --json prints', async () => {
    expect(JSON.parse(await report('json'))).toMatchObject({ profile: 'pkce', summary: { passed: 1, failed: 1 } });
  });
});

test('- as the client secret reads it from standard input', async () => {
  using server = await startFlawedServer();
  const only = ['--only', 'client-unauthenticated', '--client-secret', '-'];
  const argv = ['verify', server.issuer, ...asConfidential, ...asAda, ...only];
  expect((await pixy(argv, { input: `${confidentialClient.clientSecret}\n` })).exitCode).toBe(0);
  expect((await pixy(argv, { input: 'another-one\n' })).exitCode).toBe(1);
});

test('--list names every check with its section and what passes', async () => {
  const { exitCode, output } = await pixy(['verify', '--list']);
  expect(exitCode).toBe(0);
  for (const { id, section, sends, accepts } of checks) {
    const line = output.split('\n').find((each) => each.startsWith(`${id} `));
    expect(line).toContain(section);
    expect(line).toContain(sends);
    expect(line).toContain(accepts);
  }
});

test('--help says how a code is obtained', async () => {
  const { exitCode, output } = await spawnPixy(['verify', '--help']);
  expect(exitCode).toBe(0);
  expect(output).toContain('copy the value\n    of the Cookie header of a request to the authorization endpoint');
  expect(output).toContain('PIXY_AUTHORIZATION_URL');
});

const echoing: Flaw[] = ['echoes what it was sent', 'announces another issuer', 'asks for no verifier'];

describe('no secret is printed', () => {
  test.each([
    ['as a public client', asPublic, asAda],
    ['as a confidential client', [...asConfidential, '--client-secret', confidentialClient.clientSecret], asAda],
    ['with a cookie', asPublic, ['--cookie', 'sid=a-session-from-elsewhere']],
  ])('%s, not even by a server that echoes what it was sent', async (_, client, signIn) => {
    using server = await startFlawedServer(...echoing);
    const texts = await Promise.all(
      [[], ['--json']].map(async (more) => pixy(['verify', server.issuer, ...client, ...signIn, ...more])),
    );
    const printed = texts.map(({ output, errors }) => output + errors).join('');
    expect(printed).toContain('verifier-wrong');
    expect(printed).toContain('it was refused with');
    expect(server.secrets.size).toBeGreaterThan(100);
    expect([...server.secrets].filter((secret) => secret !== '' && printed.includes(secret))).toEqual([]);
  });
});
