import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuthorizationServer, type AuthorizationServerProps } from '../../infra/authorization-server.ts';
import { providersJson } from '../../shared/upstream/provider.ts';
import { removeAssemblies, templateWith, testApp } from './synthesize.ts';

/* The construct props `upstreams` and `hooks`, down to environment variables and permissions. */

// biome-ignore lint/suspicious/noExplicitAny: the properties of CloudFormation resources have no types
type Resources = Record<string, { Type: string; Properties: any }>;

function synthesize(props: (stack: Stack) => AuthorizationServerProps): Resources {
  const stack = new Stack(testApp(), 'Test', { env: { account: '111122223333', region: 'eu-west-1' } });
  new AuthorizationServer(stack, 'Auth', props(stack));
  return Template.fromStack(stack).toJSON()['Resources'];
}

const arnOf = (name: string) => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`;
const provider = { id: 'corp', name: 'Corp', issuer: 'https://login.corp.example', clientId: 'pixy' };
let resources: Resources;

afterAll(removeAssemblies);

beforeAll(() => {
  resources = synthesize((stack) => {
    const hook = (name: string) =>
      Lambda.fromFunctionAttributes(stack, name, { functionArn: arnOf(name), sameEnvironment: true });
    return {
      upstreams: [
        {
          ...provider,
          clientSecret: Secret.fromSecretNameV2(stack, 'Secret', 'corp/oidc'),
          emailDomains: ['corp.example'],
        },
        {
          ...provider,
          id: 'other',
          trustEmail: true,
          trustAmr: true,
          clientSecret: StringParameter.fromSecureStringParameterAttributes(stack, 'Parameter', {
            parameterName: '/pixy/other',
          }),
        },
      ],
      passwordPepper: StringParameter.fromSecureStringParameterAttributes(stack, 'Pepper', {
        parameterName: '/pixy/pepper',
      }),
      hooks: { authenticate: hook('users'), claims: hook('claims'), timeout: Duration.seconds(2) },
    };
  });
});

const variablesOf = (id: string): Record<string, unknown> => {
  const [, made] =
    Object.entries(resources).find(
      ([name, { Type }]) => Type === 'AWS::Lambda::Function' && new RegExp(`^Auth${id}[0-9A-F]{8}$`).test(name),
    ) ?? [];
  return made?.Properties.Environment.Variables ?? {};
};
const flat = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : (value as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1]
        .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
        .join('');
const statementsOf = (id: string): { Action: string | string[]; Resource: unknown }[] =>
  Object.entries(resources)
    .filter(
      ([name, { Type }]) =>
        Type === 'AWS::IAM::Policy' && new RegExp(`^Auth${id}RoleDefaultPolicy[0-9A-F]{8}$`).test(name),
    )
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);

describe('upstreams', () => {
  test('are known to the sign-in page and to the function that talks to them, and to nobody else', () => {
    const parsed = v.parse(providersJson, flat(variablesOf('Upstream')['PIXY_UPSTREAMS']));
    expect(parsed.map(({ id, secret }) => [id, secret])).toEqual([
      ['corp', { parameter: '/aws/reference/secretsmanager/corp/oidc' }],
      ['other', { parameter: '/pixy/other' }],
    ]);
    expect(parsed.map(({ emailDomains, trustEmail, trustAmr }) => ({ emailDomains, trustEmail, trustAmr }))).toEqual([
      { emailDomains: ['corp.example'], trustEmail: false, trustAmr: false },
      { emailDomains: undefined, trustEmail: true, trustAmr: true },
    ]);
    expect(variablesOf('SignIn')).toHaveProperty('PIXY_UPSTREAMS');
    for (const id of ['Authorize', 'Token', 'Userinfo', 'SignOut'])
      expect(variablesOf(id)).not.toHaveProperty('PIXY_UPSTREAMS');
  });

  test('only that function may read their secrets', () => {
    const read = (id: string) =>
      JSON.stringify(statementsOf(id).filter(({ Action }) => /ssm:|secretsmanager:/.test(String(Action))));
    expect(read('Upstream')).toContain('secret:corp/oidc-??????');
    expect(read('Upstream')).toContain('parameter/aws/reference/secretsmanager/corp/oidc');
    expect(read('Upstream')).toContain('parameter/pixy/other');
    for (const id of ['SignIn', 'Token', 'Authorize']) expect(read(id)).not.toMatch(/corp|other/);
  });

  test.each<[string, object, string]>([
    ['an id with a slash', { id: 'a/b' }, 'upstreams: 0.id is not 1 to 32 of a-z, 0-9 and -.'],
    [
      'http',
      { issuer: 'http://login.corp.example' },
      'upstreams: 0.issuer is not https (http is for loopback hosts only).',
    ],
    ['a word for trustEmail', { trustEmail: 'yes' }, 'upstreams.0.trustEmail must be true or false, but is "yes".'],
    ['a scope without openid', { scope: 'email' }, 'upstreams: 0.scope does not have openid.'],
    [
      'a claim of the protocol',
      { claims: { sub: 'oid' } },
      'upstreams: 0.claims names a claim that the server makes itself.',
    ],
  ])('%s stops the synthesis', (_, changes, message) => {
    expect(() => synthesize(() => ({ upstreams: [{ ...provider, ...changes }] }))).toThrow(message);
  });
});

describe('the pepper of imported password hashes', () => {
  test('is known to the functions that verify passwords, which may read it, and to nobody else', () => {
    for (const id of ['SignIn', 'Account']) {
      expect(variablesOf(id)['PIXY_PASSWORD_PEPPER_PARAMETER']).toBe('/pixy/pepper');
      expect(JSON.stringify(statementsOf(id))).toContain('parameter/pixy/pepper');
    }
    for (const id of ['Token', 'Authorize', 'Upstream', 'Register', 'Invitation']) {
      expect(variablesOf(id)).not.toHaveProperty('PIXY_PASSWORD_PEPPER_PARAMETER');
      expect(JSON.stringify(statementsOf(id))).not.toContain('parameter/pixy/pepper');
    }
  });
});

describe('hooks', () => {
  test('are known to the functions that ask them', () => {
    const known = (id: string) =>
      variablesOf(id)['PIXY_HOOKS'] ? JSON.parse(flat(variablesOf(id)['PIXY_HOOKS'])) : undefined;
    expect(known('SignIn')).toEqual({ authenticate: arnOf('users'), timeout: 2 });
    for (const id of ['Token', 'Userinfo', 'AuthorizeHybrid'])
      expect(known(id)).toEqual({ claims: arnOf('claims'), timeout: 2 });
    for (const id of ['Authorize', 'Upstream', 'Introspect']) expect(known(id)).toBeUndefined();
  });

  test('and may be called by those alone', () => {
    const invokes = (id: string) =>
      JSON.stringify(statementsOf(id).filter(({ Action }) => Action === 'lambda:InvokeFunction'));
    expect(invokes('SignIn')).toContain(arnOf('users'));
    expect(invokes('SignIn')).not.toContain(arnOf('claims'));
    expect(invokes('Token')).toContain(arnOf('claims'));
    expect(invokes('Authorize')).toBe('[]');
  });

  test('without hooks there is no variable and no right', () => {
    const plain = JSON.stringify(templateWith({}));
    expect(plain).not.toContain('PIXY_HOOKS');
    expect(plain).not.toContain('PIXY_UPSTREAMS');
  });

  test('a timeout that is too long stops the synthesis', () => {
    const hooks = (stack: Stack) => ({
      claims: Lambda.fromFunctionArn(stack, 'C', arnOf('c')),
      timeout: Duration.seconds(6),
    });
    expect(() => synthesize((stack) => ({ hooks: hooks(stack) }))).toThrow(
      'hooks.timeout must be from 0.1 to 5 seconds',
    );
  });
});
