import { describe, expect, test } from 'vitest';
import {
  announcedMethods,
  type ClientPolicySettings,
  effectivePolicy,
  enforcementMode,
  type GlobalPolicy,
  isWaived,
  isWeaker,
  resolveRules,
  shippedGlobalPolicy,
} from '../../shared/pkce/policy.ts';
import { now } from './pkce-cases.ts';

const confidential = (policy: ClientPolicySettings['policy'], rest: Partial<ClientPolicySettings> = {}) => ({
  policy,
  isPublic: false,
  ...rest,
});
const publicClient = (policy: ClientPolicySettings['policy'], rest: Partial<ClientPolicySettings> = {}) => ({
  policy,
  isPublic: true,
  ...rest,
});
const server = (rest: Partial<GlobalPolicy> = {}): GlobalPolicy => ({ ...shippedGlobalPolicy, ...rest });
const waiverUntil = (until: number) => ({ waiver: { owner: 'ada', reason: 'moving in', until } });
const waived = waiverUntil(now + 1);
const url = { clientClass: 'url' } as const;
const dynamic = { clientClass: 'dynamic' } as const;

describe('the policy as it ships', () => {
  test('asks clients that inherit for S256, has no floor and enforces', () => {
    expect(shippedGlobalPolicy).toEqual({ default: 'S256', floor: 'none', mode: 'enforce' });
  });

  test.each([confidential('inherit'), publicClient('inherit')])(
    'holds a client that says nothing to S256',
    (client) => {
      expect(resolveRules(client, shippedGlobalPolicy, now)).toEqual({
        policy: 'S256',
        origin: 'global default',
        mode: 'enforce',
        enforced: 'S256',
        acceptLowercaseMethod: false,
        acceptShortVerifier: false,
      });
    },
  );
});

test.each([
  ['none', 'any', true],
  ['any', 'S256', true],
  ['none', 'S256', true],
  ['any', 'any', false],
  ['S256', 'any', false],
  ['any', 'none', false],
] as const)('is %s weaker than %s? %s', (policy, other, weaker) => {
  expect(isWeaker(policy, other)).toBe(weaker);
});

describe('the effective policy is the stricter of the floor and the own value, else the default', () => {
  test.each([
    // own value, else default
    ['a client that inherits follows the default', confidential('inherit'), { default: 'any' }, 'any', 'global default'],
    ['the default may be none', confidential('inherit'), { default: 'none' }, 'none', 'global default'],
    ['a stricter own value overrides the default', confidential('S256'), { default: 'none' }, 'S256', 'client'],
    ['a weaker own value overrides the default', confidential('none'), { default: 'S256' }, 'none', 'client'],
    ['an own value equal to the default is the own value', confidential('any'), { default: 'any' }, 'any', 'client'],
    // the floor
    ['nobody goes below the floor with an own value', confidential('none'), { floor: 'any' }, 'any', 'floor'],
    ['nobody goes below the floor by the default', confidential('inherit'), { default: 'any', floor: 'S256' }, 'S256', 'floor'],
    ['the floor takes nothing from a stricter client', confidential('S256'), { floor: 'any' }, 'S256', 'client'],
    ['a floor equal to the own value is not the origin', confidential('any'), { floor: 'any' }, 'any', 'client'],
    // public clients (PK11, BP5)
    ['a public client never has none', publicClient('none'), {}, 'any', 'public client floor'],
    ['nor by a default of none', publicClient('inherit'), { default: 'none' }, 'any', 'public client floor'],
    // clients that nobody registered (CI13)
    ['one by a document has S256', publicClient('inherit', url), { default: 'none' }, 'S256', 'url client floor'],
    ['one that registered itself has S256', confidential('none', dynamic), { default: 'any' }, 'S256', 'dynamic client floor'],
    ['unless its class has another floor', publicClient('inherit', url), { default: 'any', floors: { url: 'any' } }, 'any', 'global default'],
    ['which is of that class alone', publicClient('inherit', dynamic), { default: 'any', floors: { url: 'any' } }, 'S256', 'dynamic client floor'],
    ['and not below the one of all', publicClient('none', url), { floor: 'S256', floors: { url: 'none' } }, 'S256', 'floor'],
    ['nor below the one of public clients', publicClient('none', url), { floors: { url: 'none' } }, 'any', 'public client floor'],
    ['a waiver lifts it', publicClient('none', { ...dynamic, ...waived }), {}, 'none', 'waiver'],
    ['a public client may have any', publicClient('any'), {}, 'any', 'client'],
    ['a floor of any is as good as the built-in one', publicClient('none'), { floor: 'any' }, 'any', 'floor'],
    ['a stricter floor holds for public clients, too', publicClient('any'), { floor: 'S256' }, 'S256', 'floor'],
    // waivers
    ['a waiver lifts the built-in floor', publicClient('none', waived), {}, 'none', 'waiver'],
    ['a waiver lifts the floor', confidential('any', waived), { floor: 'S256' }, 'any', 'waiver'],
    ['a waiver gives what the default gives', publicClient('inherit', waived), { default: 'none' }, 'none', 'waiver'],
    ['a waiver that lifts nothing is not the origin', publicClient('any', waived), {}, 'any', 'client'],
    ['an expired waiver lifts nothing', publicClient('none', waiverUntil(now)), {}, 'any', 'public client floor'],
  ] as const)('%s', (_, client, global, policy, origin) => {
    expect(effectivePolicy(client, server(global), now)).toEqual({ policy, origin });
  });
}); // biome-ignore format: a decision table, one row per line

describe('a waiver', () => {
  test('holds until its last second and not in the next', () => {
    const client = publicClient('none', waiverUntil(now));
    expect(isWaived(client, now - 1)).toBe(true);
    expect(isWaived(client, now)).toBe(false);
  });

  test('is not there when nobody gave one', () => {
    expect(isWaived(publicClient('none'), now)).toBe(false);
  });
});

describe('the mode', () => {
  test.each([url, dynamic])('CI13: is enforce for clients that nobody registered', (which) => {
    const client = publicClient('inherit', { ...which, mode: 'report' });
    expect(resolveRules(client, server({ mode: 'report' }), now)).toMatchObject({ mode: 'enforce', enforced: 'S256' });
  });

  test.each([
    ['is the one of the server', {}, 'enforce', 'enforce'],
    ['is the one of the server in report mode, too', {}, 'report', 'report'],
    ['may be report for one client', { mode: 'report' }, 'enforce', 'report'],
    ['may be enforce for one client', { mode: 'enforce' }, 'report', 'enforce'],
    ['stays report before the enforce-after date', { mode: 'report', enforceAfter: now + 1 }, 'enforce', 'report'],
    ['becomes enforce at the enforce-after date', { mode: 'report', enforceAfter: now }, 'enforce', 'enforce'],
    ['stays enforce after it', { mode: 'report', enforceAfter: now - 1 }, 'enforce', 'enforce'],
    ['becomes enforce at that date on a server in report mode', { mode: 'report', enforceAfter: now }, 'report', 'enforce'],
    ['is not loosened by a date that has not come', { mode: 'enforce', enforceAfter: now + 1 }, 'report', 'enforce'],
  ] as const)('%s', (_, client, global, mode) => {
    expect(enforcementMode(confidential('S256', client), server({ mode: global }), now)).toBe(mode);
  });
}); // biome-ignore format: a decision table, one row per line

describe('what is refused today', () => {
  const report = { mode: 'report' } as const;

  test('in enforce mode is what is below the effective policy', () => {
    expect(resolveRules(confidential('any'), server(), now)).toMatchObject({ policy: 'any', enforced: 'any' });
  });

  test('in report mode is nothing of a confidential client, and the policy stays what it is', () => {
    const rules = resolveRules(confidential('S256', report), server(), now);
    expect(rules).toMatchObject({ policy: 'S256', origin: 'client', mode: 'report', enforced: 'none' });
  });

  test('in report mode is still a public client without PKCE (BP5)', () => {
    expect(resolveRules(publicClient('S256', report), server(), now).enforced).toBe('any');
  });

  test('in report mode is nothing of a public client under a waiver', () => {
    expect(resolveRules(publicClient('none', { ...report, ...waived }), server(), now).enforced).toBe('none');
  });

  test('is everything again once a waiver has expired, whatever the mode', () => {
    const rules = resolveRules(confidential('S256', { ...report, ...waiverUntil(now) }), server(), now);
    expect(rules).toMatchObject({ mode: 'enforce', policy: 'S256', enforced: 'S256' });
  });

  test('the switches of the client come along', () => {
    const client = confidential('any', { acceptLowercaseMethod: true, acceptShortVerifier: true });
    expect(resolveRules(client, server(), now)).toMatchObject({
      acceptLowercaseMethod: true,
      acceptShortVerifier: true,
    });
  });
});

describe('code_challenge_methods_supported (BP8 MD5 MC2 PK10)', () => {
  test.each([
    ['no client at all', [], ['S256']],
    ['only S256 in force', ['S256', 'S256'], ['S256']],
    ['some client with any', ['S256', 'any'], ['S256', 'plain']],
    ['some client with none, whose plain challenge binds', ['none'], ['S256', 'plain']],
  ] as const)('%s', (_, policies, methods) => {
    expect(announcedMethods(policies)).toEqual(methods);
  });
});
