import { describe, expect, test } from 'vitest';
import { authorize, day, type Ran, startWorkbench } from './pixy.ts';

const bench = await startWorkbench();

/** The log is in the order of time, so every command has a second of its own. */
const pixy = (...argv: string[]): Promise<Ran> => {
  bench.clock.now += 1;
  return bench.pixy(...argv);
};

const callback = 'https://app.example/callback';

async function succeed(...argv: string[]): Promise<Ran> {
  const ran = await pixy(...argv, '--json');
  if (ran.exitCode !== 0) throw new Error(ran.errors);
  return ran;
}

const add = (clientId: string, ...flags: string[]) =>
  succeed('clients', 'add', clientId, '--redirect-uri', callback, ...flags);
const addConfidential = (clientId: string, ...flags: string[]) =>
  add(clientId, '--auth-method', 'client_secret_basic', ...flags);
const show = async (clientId: string) => (await succeed('clients', 'show', clientId)).json();
const policy = async () => (await succeed('policy', 'show')).json();

type Logged = { id: string; by: string; why: string; at: string; client?: string; before?: object; after?: object };
const log = async (...flags: string[]): Promise<Logged[]> => (await succeed('policy', 'log', ...flags)).json();
const latest = async (clientId: string): Promise<string> =>
  (await log('--client', clientId, '--limit', '1'))[0]?.id ?? '';
const rollBack = (id: string, ...flags: string[]) => pixy('policy', 'rollback', id, ...flags);

describe('policy set', () => {
  test('names an admin who was faster, and keeps what that one wrote', async () => {
    const outcomes = await Promise.all(
      ['none', 'any', 'S256'].map((floor) => pixy('policy', 'set', '--floor', floor, '--default', 'any')),
    );
    const codes = outcomes.map(({ exitCode }) => exitCode);
    expect(codes.filter((code) => code === 0).length).toBeGreaterThan(0);
    expect(codes.filter((code) => code !== 0 && code !== 3)).toEqual([]);
    const { version } = await policy();
    const late = await pixy('policy', 'set', '--floor', 'none', '--if-version', String(version - 1));
    expect(late).toMatchObject({ exitCode: 3, errors: expect.stringContaining(`is now at version ${version}.`) });
    expect((await policy()).version).toBe(version);
    await succeed('policy', 'set', '--default', 'S256', '--floor', 'none');
  });

  test('changes what is named, with who and why', async () => {
    const { version } = await policy();
    const { output } = await pixy('policy', 'set', '--floor', 'any', '--by', 'ada', '--why', 'audit finding 12');
    expect(output).toBe(`Changed the global policy (version ${version + 1}).\n  floor: none → any\n`);
    expect(await policy()).toMatchObject({
      default: 'S256',
      floor: 'any',
      mode: 'enforce',
      changed: { at: expect.stringMatching(/^2026-11-22T12:/), by: 'ada', why: 'audit finding 12' },
    });
    expect((await pixy('policy', 'set', '--floor', 'any')).output).toContain('Nothing to change');
    await succeed('policy', 'set', '--floor', 'none');
  });
});

describe('policy log', () => {
  test('has who, when, before, after and why, the latest first', async () => {
    await addConfidential('logged', '--by', 'ada', '--why', 'moves in');
    await succeed('clients', 'set', 'logged', '--policy', 'any', '--by', 'grace', '--why', 'ready');
    await succeed('clients', 'set', 'logged', '--rotate-secret', '--by', 'grace');
    await succeed('clients', 'remove', 'logged', '--by', 'ada');
    expect(await log('--client', 'logged')).toMatchObject([
      { by: 'ada', before: { client_secrets: 2 } },
      { by: 'grace', before: { client_secrets: 1 }, after: { client_secrets: 2 } },
      { by: 'grace', why: 'ready', before: { pkce_policy: 'inherit' }, after: { pkce_policy: 'any' } },
      {
        by: 'ada',
        why: 'moves in',
        at: expect.stringMatching(/^2026-11-22T12:/),
        client: 'logged',
        after: { client_id: 'logged' },
      },
    ]);
    const { output } = await pixy('policy', 'log', '--client', 'logged');
    expect(output).toMatch(/grace +logged +ready +pkce_policy inherit → any\n/);
    expect(output).toMatch(/added\n$/);
    expect(await log('--limit', '2')).toHaveLength(2);
    expect((await pixy('policy', 'log', '--client', 'nobody')).output).toBe('There are no changes.\n');
  });
});

describe('policy rollback', () => {
  test('refuses a change that is not there', async () => {
    expect(await rollBack('20260101T000000Z-000001-abcdef')).toMatchObject({
      exitCode: 1,
      errors: 'error: There is no change 20260101T000000Z-000001-abcdef.\n',
    });
  });

  test('refuses to take a member back that was changed again since', async () => {
    await addConfidential('twice');
    await succeed('clients', 'set', 'twice', '--policy', 'any');
    const first = await latest('twice');
    await succeed('clients', 'set', 'twice', '--policy', 'none');
    const { exitCode, errors } = await rollBack(first);
    expect(errors).toContain(`pkce_policy of client twice changed again after ${first}`);
    expect(exitCode).toBe(3);
    expect(await show('twice')).toMatchObject({ pkce_policy: 'none', version: 3 });
  });

  test('refuses what would leave a public client without PKCE', async () => {
    await addConfidential('opened', '--policy', 'none');
    await succeed('clients', 'set', 'opened', '--policy', 'any');
    const tightened = await latest('opened');
    await succeed('clients', 'set', 'opened', '--auth-method', 'none');
    const { exitCode, errors } = await rollBack(tightened);
    expect(errors).toContain('pkce_policy is none, and a public client must use PKCE');
    expect(exitCode).toBe(1);
  });

  test('refuses secrets, and what is undone already', async () => {
    await addConfidential('rotated');
    await succeed('clients', 'set', 'rotated', '--rotate-secret');
    expect((await rollBack(await latest('rotated'))).errors).toContain('only secrets, which are never rolled back');
    await succeed('clients', 'set', 'rotated', '--policy', 'any');
    const change = await latest('rotated');
    expect((await rollBack(change)).exitCode).toBe(0);
    expect(await rollBack(change)).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining('There is nothing to roll back'),
    });
    expect(await show('rotated')).toMatchObject({ client_secrets: 2, pkce_policy: 'inherit' });
  });

  test('takes a change back as a new change, and leaves what others changed since', async () => {
    await addConfidential('restored', '--policy', 'none');
    await succeed('clients', 'set', 'restored', '--policy', 'S256', '--name', 'New name');
    const change = await latest('restored');
    await succeed('clients', 'set', 'restored', '--scope', 'openid api');
    expect((await rollBack(change, '--by', 'ada')).output).toContain('pkce_policy: S256 → none');
    const client = await show('restored');
    expect(client).toMatchObject({ pkce_policy: 'none', scope: 'openid api', version: 4 });
    expect(client).not.toHaveProperty('client_name');
    expect(await log('--client', 'restored', '--limit', '1')).toMatchObject([
      { by: 'ada', why: `rollback of ${change}`, before: { pkce_policy: 'S256' }, after: { pkce_policy: 'none' } },
    ]);
  });

  test('of an added client removes it, unless it was changed since', async () => {
    await add('mistaken');
    const added = await latest('mistaken');
    await succeed('clients', 'set', 'mistaken', '--name', 'In use');
    expect(await rollBack(added)).toMatchObject({ exitCode: 3, errors: expect.stringContaining('client_name') });
    await rollBack(await latest('mistaken'));
    expect((await rollBack(added)).output).toContain('removed client mistaken');
    expect((await pixy('clients', 'show', 'mistaken')).exitCode).toBe(1);
  });

  test('of a removal brings the client back, with a new secret', async () => {
    const { client_secret: old } = (await addConfidential('revived', '--policy', 'any', '--name', 'Revived')).json();
    await succeed('clients', 'remove', 'revived');
    const removal = await latest('revived');
    await addConfidential('revived');
    expect(await rollBack(removal)).toMatchObject({ exitCode: 3, errors: expect.stringContaining('added again') });
    await succeed('clients', 'remove', 'revived');

    const revived = (await rollBack(removal, '--json')).json();
    expect(revived).toMatchObject({ client_name: 'Revived', pkce_policy: 'any', client_secrets: 1 });
    expect(revived.client_secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(revived.client_secret).not.toBe(old);
  });

  test('of the global policy works in the same way', async () => {
    await succeed('policy', 'set', '--floor', 'any');
    const [floor] = (await log('--limit', '1')).map(({ id }) => id);
    await succeed('policy', 'set', '--mode', 'report');
    expect((await rollBack(floor ?? '')).exitCode).toBe(0);
    expect(await policy()).toMatchObject({ floor: 'none', mode: 'report' });
    const [undone] = (await log('--limit', '1')).map(({ id }) => id);
    expect((await rollBack(undone ?? '')).exitCode).toBe(0);
    await succeed('policy', 'set', '--floor', 'S256');
    expect((await rollBack(floor ?? '')).exitCode).toBe(3);
    await succeed('policy', 'set', '--floor', 'none', '--mode', 'enforce');
  });
});

describe('policy explain', () => {
  const explain = async (...argv: string[]) => (await succeed('policy', 'explain', ...argv)).json();
  const decisive = (explained: { rules: { rule: string; decides: boolean }[] }) =>
    explained.rules.filter(({ decides }) => decides).map(({ rule }) => rule);

  test('refuses a client that is not there, and a date that is none', async () => {
    expect((await pixy('policy', 'explain', 'nobody')).exitCode).toBe(1);
    expect(await pixy('policy', 'explain', 'demo-app', '--at', 'once')).toMatchObject({ exitCode: 2 });
  });

  test('names every rule, the one that decides, the reason and what would pass', async () => {
    await add('explained');
    const { output } = await pixy('policy', 'explain', 'explained', '--method', 'plain');
    expect(output).toMatch(/^client +explained \(public\)\nrequest +code_challenge, code_challenge_method=plain\n/);
    const rules = [
      'own value +inherit',
      'global default +S256',
      'global floor +none',
      'public client floor +any',
      'waiver +-',
      'effective policy +S256 \\(global default\\)',
      'mode +enforce \\(global\\)',
      'enforce after +-',
      'enforced now +S256',
      'accept lowercase method +off',
      'accept short verifier +off',
    ];
    expect(output).toMatch(new RegExp(rules.map((rule) => `${rule} [^\n]*\n`).join('[ →]*'), 's'));
    expect(output).toMatch(/→ +global default/);
    expect(output).toContain('verdict  refused\nreason   code_challenge_method_plain_refused\n');
    expect(output).toContain('Send code_challenge_method=S256');
    expect(output).toMatch(/passes {2}S256\nscope {2}may ask for openid .+\n$/);
  });

  test('knows each origin', async () => {
    await addConfidential('origins', '--policy', 'none');
    expect(decisive(await explain('origins'))).toEqual(['own value']);
    await succeed('policy', 'set', '--floor', 'any');
    expect(decisive(await explain('origins'))).toEqual(['global floor']);
    await succeed('waiver', 'grant', 'origins', '--owner', 'ada', '--reason', 'x', '--until', '20d');
    expect(decisive(await explain('origins'))).toEqual(['waiver']);
    const later = await explain('origins', '--at', '21d', '--no-challenge');
    expect(later).toMatchObject({ policy: 'any', origin: 'floor', verdict: 'refused' });
    await succeed('policy', 'set', '--floor', 'none');
  });

  test('tells report mode from enforcement, and when it ends', async () => {
    await addConfidential('reporting', '--policy', 'S256', '--mode', 'report', '--enforce-after', '2026-12-01');
    expect(await explain('reporting', '--no-challenge')).toMatchObject({
      verdict: 'reported',
      reason: 'code_challenge_required',
      passes: ['S256', 'plain', 'no method', 'no challenge'],
    });
    expect(await explain('reporting', '--no-challenge', '--at', '2026-12-01')).toMatchObject({
      verdict: 'refused',
      passes: ['S256'],
    });
  });

  test('names a mistake in what would be sent', async () => {
    await add('mistakes');
    expect(await explain('mistakes', '--method', 's256')).toMatchObject({
      reason: 'code_challenge_method_unsupported',
      mistake: 'method_in_wrong_case',
    });
    expect(await explain('mistakes', '--challenge', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=')).toMatchObject({
      reason: 'code_challenge_malformed',
      mistake: 'challenge_padded',
    });
    expect(await explain('mistakes', '--no-challenge', '--method', 'S256')).toMatchObject({
      reason: 'code_challenge_missing',
    });
  });

  test('K8: tells which scope values are dropped, and what to change', async () => {
    await succeed('apis', 'add', 'urn:example:orders', '--scope', 'orders:read');
    await succeed('apis', 'add', 'urn:example:stock', '--scope', 'stock:read');
    await add('scoped', '--scope', 'openid', '--all-scopes-of', 'urn:example:stock');
    const asked = 'openid stock:read orders:read email pixy:read nobody:knows';
    const { scope } = await explain('scoped', '--scope', asked);
    expect(scope).toEqual({
      registered: 'openid stock:read',
      granted: 'openid stock:read',
      dropped: [
        {
          value: 'orders:read',
          why: 'belongs to the API urn:example:orders; add the value to scope, or the API to all_scopes_of',
        },
        { value: 'email', why: 'the client is not registered for it; add it to scope' },
        {
          value: 'pixy:read',
          why: 'only operators grant the management of this server; a client has it for itself by client_credentials',
        },
        { value: 'nobody:knows', why: 'the client is not registered for it, and no API has it' },
      ],
    });
    const { output } = await pixy('policy', 'explain', 'scoped', '--scope', 'email');
    expect(output).toMatch(/^scope granted +nothing$/m);
    expect(output).toMatch(/^scope dropped +email: the client is not registered for it; add it to scope$/m);
    expect((await pixy('policy', 'explain', 'scoped')).output).toMatch(/^scope +may ask for openid stock:read$/m);
  });

  test('and why a client without refresh tokens asks for offline_access in vain', async () => {
    const callback = ['--redirect-uri', 'https://online.example/callback'];
    await pixy('clients', 'add', 'online', ...callback, '--scope', 'openid offline_access');
    const { output } = await pixy('policy', 'explain', 'online', '--scope', 'openid offline_access');
    expect(output).toMatch(/^scope granted +openid$/m);
    expect(output).toContain('offline_access: the client gets no refresh tokens; add refresh_token to grant_types');
    await pixy('clients', 'set', 'online', '--grant-type', 'authorization_code', '--grant-type', 'refresh_token');
    const after = await pixy('policy', 'explain', 'online', '--scope', 'openid offline_access');
    expect(after.output).toMatch(/^scope granted +openid offline_access$/m);
  });

  test('tells what comes before PKCE', async () => {
    await addConfidential('machine', '--grant-type', 'client_credentials');
    expect(await explain('machine')).toMatchObject({
      verdict: 'refused',
      reason: 'grant_type_not_registered',
      passes: [],
    });
    await add('off');
    await succeed('clients', 'disable', 'off');
    expect(await explain('off')).toMatchObject({ verdict: 'refused', reason: 'client_disabled' });
  });

  test('says what the authorization endpoint does, whatever the client and the request', async () => {
    const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
    const requests: { flags: string[]; sent: Record<string, string> }[] = [
      { flags: [], sent: { code_challenge: challenge, code_challenge_method: 'S256' } },
      { flags: ['--method', 's256'], sent: { code_challenge: challenge, code_challenge_method: 's256' } },
      { flags: ['--method', 'plain'], sent: { code_challenge: challenge, code_challenge_method: 'plain' } },
      { flags: ['--no-method'], sent: { code_challenge: challenge } },
      { flags: ['--no-challenge'], sent: { state: 'x' } },
    ];
    const clients: [string, string[]][] = [
      ['m-none', ['--policy', 'none']],
      ['m-any', ['--policy', 'any']],
      ['m-s256', ['--policy', 'S256', '--accept-lowercase-method']],
      ['m-report', ['--policy', 'S256', '--mode', 'report']],
      ['m-inherit', []],
    ];
    for (const [clientId, flags] of clients) {
      await addConfidential(clientId, ...flags);
      for (const { flags: asked, sent } of requests) {
        const { verdict, reason } = await explain(clientId, ...asked);
        const told = verdict === 'refused' ? reason : '/sign-in';
        expect([clientId, asked, await authorize(bench, clientId, callback, sent)]).toEqual([clientId, asked, told]);
      }
    }
  });
});

test('policy rollback does not bring back a waiver that has ended since', async () => {
  await add('waived');
  await succeed('waiver', 'grant', 'waived', '--owner', 'ada', '--reason', 'x', '--until', '10d');
  await succeed('waiver', 'revoke', 'waived');
  const revoked = await latest('waived');
  bench.clock.now += 20 * day;
  await succeed('clients', 'set', 'waived', '--name', 'Later');
  expect((await rollBack(revoked)).exitCode).toBe(0);
  expect(await show('waived')).not.toHaveProperty('pkce_waiver');
});
