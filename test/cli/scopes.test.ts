import { describe, expect, test } from 'vitest';
import { startWorkbench } from './pixy.ts';

const bench = await startWorkbench();
const { pixy } = bench;

const claim = ['--claim', 'groups'];

describe('scopes add refuses', () => {
  test.each([
    [['openid', ...claim], 'scope is a scope value of OpenID Connect'],
    [['offline_access', ...claim], 'scope is a scope value of OpenID Connect'],
    [['pixy:write', ...claim], 'scope is a scope value of the management API'],
    [['pixy:anything', ...claim], 'scope is a scope value of the management API'],
    [['two words', ...claim], 'scope has a character that a scope value cannot have'],
    [['gr"oups', ...claim], 'scope has a character that a scope value cannot have'],
    [['', ...claim], 'scope is empty'],
    [['x'.repeat(101), ...claim], 'scope is longer than 100 characters'],
    [['groups'], 'claims is missing'],
    [['groups', '--claim', ''], 'claims.0 is empty'],
    [['groups', '--claim', 'groups', '--claim', 'sub'], 'claims.1 is sub, a claim that the server makes itself'],
    [['groups', '--claim', 'iss'], 'claims.0 is iss, a claim'],
    [['groups', '--claim', 'aud'], 'claims.0 is aud, a claim'],
    [['groups', '--claim', 'scope'], 'claims.0 is scope, a claim'],
    [['groups', '--claim', 'client_id'], 'claims.0 is client_id, a claim'],
    [['groups', ...claim, '--description', ' '], 'description is empty'],
    [['groups', ...claim, '--description-in', 'DE=x'], 'is not a language tag like de'],
  ])('%j', async (argv, sentence) => {
    const { exitCode, errors } = await pixy('scopes', 'add', ...argv);
    expect(errors).toContain(sentence);
    expect(exitCode).toBe(1);
  });

  test('a text without a language, as wrong usage', async () => {
    const { exitCode, errors } = await pixy('scopes', 'add', 'groups', ...claim, '--description-in', 'Gruppen');
    expect({ exitCode, errors }).toEqual({
      exitCode: 2,
      errors: 'error: --description-in Gruppen is not of the form language=text.\n',
    });
  });

  test('one that is there', async () => {
    await pixy('scopes', 'add', 'twice', ...claim);
    expect(await pixy('scopes', 'add', 'twice', ...claim)).toMatchObject({
      exitCode: 1,
      errors: 'error: There is already a scope twice: change it with pixy scopes set.\n',
    });
    await pixy('scopes', 'remove', 'twice');
  });
});

describe('a registered scope', () => {
  test('is added, listed, shown, changed and removed', async () => {
    const flags = [...claim, ...claim, '--description', 'See your groups', '--description-in', 'de=Ihre Gruppen sehen'];
    expect((await pixy('scopes', 'add', 'groups', ...flags, '--why', 'the wiki')).output).toBe(
      'Added scope groups (version 1).\n',
    );
    expect((await pixy('scopes', 'list', '--json')).json()).toEqual([
      {
        scope: 'groups',
        claims: ['groups'],
        description: 'See your groups',
        descriptions: { de: 'Ihre Gruppen sehen' },
        version: 1,
        changed: { at: '2026-11-22T12:00:00Z', by: expect.any(String), why: 'the wiki' },
      },
    ]);
    expect((await pixy('scopes', 'list')).output).toMatch(/^groups +groups +See your groups$/m);
    const changed = await pixy('scopes', 'set', 'groups', '--claim', 'groups', '--claim', 'roles');
    expect(changed.output).toBe('Changed scope groups (version 2).\n  claims: ["groups"] → ["groups","roles"]\n');
    expect((await pixy('scopes', 'set', 'groups', '--description', 'See your groups')).output).toContain('Nothing to');
    expect((await pixy('scopes', 'show', 'groups')).output).toMatch(/^description in de +Ihre Gruppen sehen$/m);
    expect((await pixy('scopes', 'remove', 'groups')).output).toBe('Removed scope groups (version 3).\n');
    expect((await pixy('scopes', 'list')).output).toBe('There are no registered scopes.\n');
    expect((await pixy('scopes', 'add', 'groups', ...claim)).output).toBe('Added scope groups (version 4).\n');
  });

  test.each([['show'], ['set', ...claim], ['remove']])('that is not there is told: %s', async (verb, ...flags) => {
    expect(await pixy('scopes', verb, 'nothing', ...flags)).toMatchObject({
      exitCode: 1,
      errors: 'error: There is no scope nothing.\n',
    });
  });

  test('that somebody else changed meanwhile is a conflict', async () => {
    await pixy('scopes', 'add', 'busy', ...claim);
    await pixy('scopes', 'set', 'busy', '--claim', 'a');
    const late = await pixy('scopes', 'set', 'busy', '--claim', 'b', '--if-version', '1');
    expect(late).toMatchObject({ exitCode: 3, output: '' });
    expect(late.errors).toContain('Scope busy was changed by somebody else and is now at version 2');
    expect((await pixy('scopes', 'set', 'busy')).exitCode).toBe(2);
  });

  test('is in the change log, and no rollback undoes it', async () => {
    await pixy('scopes', 'add', 'logged', ...claim, '--by', 'grace', '--why', 'new');
    const log: { scope?: string; id: string }[] = (await pixy('policy', 'log', '--json', '--limit', '50')).json();
    const [mine] = log.filter(({ scope }) => scope === 'logged');
    expect(mine).toMatchObject({ by: 'grace', why: 'new', after: { scope: 'logged', claims: ['groups'] } });
    expect((await pixy('policy', 'log', '--limit', '50')).output).toMatch(/scope logged .*added$/m);
    expect((await pixy('policy', 'rollback', mine?.id ?? '')).errors).toBe(
      `error: ${mine?.id} is about scope logged: change it with pixy scopes.\n`,
    );
  });

  test('stands beside an API of the same name, and is no API', async () => {
    await pixy('apis', 'add', 'urn:example:groups', '--scope', 'beside');
    await pixy('scopes', 'add', 'beside', ...claim);
    expect((await pixy('apis', 'list', '--json')).json()).toHaveLength(1);
    expect((await pixy('scopes', 'show', 'beside', '--json')).json()).toMatchObject({ claims: ['groups'] });
  });
});
