import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { AuthorizationServerProps } from '../../infra/authorization-server.ts';
import { readConfig } from '../../shared/config.ts';
import { refusalCatalogue } from '../../shared/oauth/refusal-catalogue.ts';
import { bundlesOfRun } from './bundle-once.ts';
import { functionsOf, list, ofType, policiesOf, removeAssemblies, templateWith } from './synthesize.ts';

afterAll(removeAssemblies);

const operators = { claim: 'groups', read: ['support'], write: ['ops'] };
const environment = {
  PIXY_ISSUER: 'https://sign-in.example.com',
  PIXY_GRANTS_TABLE: 'grants',
  PIXY_CLIENTS_TABLE: 'clients',
  PIXY_PEOPLE_TABLE: 'people',
  PIXY_KEYS_TABLE: 'keys',
};

const on = { console: true, operators } satisfies AuthorizationServerProps;

const routesOf = (props: AuthorizationServerProps) =>
  ofType(templateWith(props), 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties['RouteKey']);

/** What a function may do: the actions, the table or what else they are about, and the keys they are limited to. */
function rightsOf(name: string): string[] {
  const template = templateWith(on);
  const lambda = functionsOf(template).get(name);
  if (lambda === undefined) throw new Error(`there is no function ${name}`);
  return policiesOf(template, lambda).statements.flatMap(({ Action, Resource, Condition }) => {
    const about = JSON.stringify(Resource);
    const kinds = ['Clients', 'People', 'Keys', 'Grants', 'WrappingKey', 'Logs'];
    const which = about === '"*"' ? '*' : kinds.find((kind) => about.includes(kind));
    const limits = Object.values(Condition ?? {}).flatMap((one) => Object.values(one).flat());
    return list(Action).map((action) => [action, which, ...limits].join(' '));
  });
}

test('there is no console, no roll-up and no route unless it is asked for', () => {
  const template = templateWith({ operators });
  expect([functionsOf(template).has('Console'), functionsOf(template).has('RollUp')]).toEqual([false, false]);
  expect(routesOf({ operators })).not.toContain('ANY /console');
});

test.each<[string, AuthorizationServerProps, string]>([
  ['without operators', { console: true }, 'console needs operators'],
  [
    'where every client is held to FAPI 2.0',
    { ...on, securityProfile: 'fapi2', signingAlgorithms: ['ES256'] },
    'console signs people in as a public client',
  ],
])('a console %s stops the synthesis', (_, props, message) => {
  expect(() => templateWith(props)).toThrow(message);
});

describe('with a console', () => {
  test('one function serves everything at and below /console', () => {
    expect(routesOf(on)).toEqual(expect.arrayContaining(['ANY /console', 'ANY /console/{proxy+}']));
    const variables = functionsOf(templateWith(on)).get('Console')?.Properties['Environment'].Variables;
    expect(variables).toMatchObject({ PIXY_CONSOLE: 'on', PIXY_OPERATORS: JSON.stringify(operators) });
  });

  test('its function may do exactly this', () => {
    expect(rightsOf('Console')).toEqual([
      'logs:CreateLogStream Logs',
      'logs:PutLogEvents Logs',
      'dynamodb:GetItem Clients client#* global changes',
      'dynamodb:UpdateItem Clients client#* global',
      'dynamodb:PutItem Clients directory changes',
      'dynamodb:Query Clients directory changes',
      'dynamodb:BatchGetItem Clients client#*',
      'dynamodb:Query Clients documents',
      'dynamodb:Query Clients apis',
      'dynamodb:BatchGetItem Grants',
      'dynamodb:GetItem Grants',
      'dynamodb:UpdateItem Grants',
      'dynamodb:BatchGetItem People account#* pk sk claims username disabledAt epoch clientEpochs endedSessions pairwiseSubjects SPECIFIC_ATTRIBUTES',
      'dynamodb:GetItem People account#* sessions#* username#*',
      'dynamodb:UpdateItem People account#*',
      'dynamodb:Query People sessions#*',
      'dynamodb:DeleteItem People consents#* sessions#*',
      'dynamodb:Query Grants',
      'dynamodb:Query Keys signing',
      'dynamodb:Query Keys nonce',
      'kms:Decrypt WrappingKey nonce-*',
      'dynamodb:Query Clients roll-up#*',
      'logs:StartQuery Logs',
      'logs:GetQueryResults *',
    ]);
  });

  test('the roll-up may count and write its counts, and nothing else', () => {
    expect(rightsOf('RollUp')).toEqual([
      'logs:CreateLogStream Logs',
      'logs:PutLogEvents Logs',
      'dynamodb:BatchGetItem Clients roll-up#*',
      'dynamodb:PutItem Clients roll-up#*',
      'logs:StartQuery Logs',
      'logs:GetQueryResults *',
    ]);
  });

  test('both read the logs of every function that writes audit lines, and of no other', () => {
    const template = templateWith(on);
    for (const name of ['Console', 'RollUp']) {
      const lambda = functionsOf(template).get(name);
      const names = JSON.stringify(lambda?.Properties['Environment'].Variables['PIXY_AUDIT_LOG_GROUPS']);
      const groups = Array.from(names.matchAll(/"Ref":"Auth(\w+?)Logs\w{8}"/g), ([, group]) => group);
      const audited = [...functionsOf(template).keys()].filter((one) => !/TriggerProvider|RotateKeys|RollUp/.test(one));
      expect(new Set(groups)).toEqual(new Set(audited));
      const asked = policiesOf(template, lambda as never).statements.find(({ Action }) => Action === 'logs:StartQuery');
      expect(list(asked?.Resource)).toHaveLength(groups.length);
    }
  });

  test('the roll-up runs every hour', () => {
    const template = templateWith(on);
    const logicalId = functionsOf(template).get('RollUp')?.logicalId;
    const rules = ofType(template, 'AWS::Events::Rule').map(([, { Properties }]) => Properties);
    const hourly = rules.find(({ Targets }) => Targets[0].Arn['Fn::GetAtt'][0] === logicalId);
    expect(hourly?.['ScheduleExpression']).toBe('rate(1 hour)');
  });
});

test('the setting is off unless it is on', () => {
  expect(readConfig(environment)).toMatchObject({ console: false, auditLogGroups: [] });
  const set = { ...environment, PIXY_CONSOLE: 'on', PIXY_AUDIT_LOG_GROUPS: 'one,two' };
  expect(readConfig(set)).toMatchObject({ console: true, auditLogGroups: ['one', 'two'] });
  expect(() => readConfig({ ...environment, PIXY_CONSOLE: 'yes' })).toThrow('PIXY_CONSOLE is not on or off');
});

describe('the bundles of both', () => {
  const fileOf = (name: string) => join(bundlesOfRun(), name, 'index.mjs');
  const names = ['console', 'roll-up'] as const;

  test('are small, and have nothing of the SDK', () => {
    const sizes = { console: 500_000, 'roll-up': 120_000 };
    for (const name of names) {
      expect([name, readFileSync(fileOf(name)).byteLength < sizes[name]]).toEqual([name, true]);
      const { sources } = JSON.parse(readFileSync(`${fileOf(name)}.map`, 'utf8')) as { sources: string[] };
      expect(sources.filter((source) => /@aws-sdk|@smithy/.test(source))).toEqual([]);
    }
  });

  test('start on their own, with what the stack sets', () => {
    const settings = {
      ...environment,
      PIXY_KMS_KEY_ID: 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d',
      PIXY_CONSOLE: 'on',
      PIXY_OPERATORS: JSON.stringify(operators),
      PIXY_AUDIT_LOG_GROUPS: 'one,two',
      AWS_REGION: 'eu-west-1',
    };
    for (const name of names) {
      const code = `console.log(typeof (await import(${JSON.stringify(fileOf(name))})).handler);`;
      const run = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
        env: settings,
        encoding: 'utf8',
      });
      expect([name, run.stdout, run.stderr]).toEqual([name, 'function\n', '']);
    }
  });

  test('of the console has the playground in it: one script, which asks for nothing else, and its stylesheet', () => {
    const ask = `const { handler } = await import(${JSON.stringify(fileOf('console'))});
      const get = (rawPath) => handler({ rawPath, rawQueryString: '', headers: {}, requestContext: { requestId: 'one', http: { method: 'GET', path: rawPath, sourceIp: '192.0.2.1' } } }, {});
      const replies = await Promise.all(['main.js', 'playground.css'].map((name) => get('/console/playground/' + name)));
      console.log(JSON.stringify(replies));`;
    const env = {
      ...environment,
      PIXY_CONSOLE: 'on',
      PIXY_OPERATORS: JSON.stringify(operators),
      AWS_REGION: 'eu-west-1',
    };
    const kms = { PIXY_KMS_KEY_ID: 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d' };
    const options = { env: { ...env, ...kms }, encoding: 'utf8' } as const;
    const run = spawnSync(process.execPath, ['--input-type=module', '--eval', ask], options);
    expect(run.stderr).toBe('');
    const [script, stylesheet] = JSON.parse(run.stdout);
    expect(script).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/javascript; charset=utf-8' } });
    expect(script.body).toContain('Which rule decided');
    expect(script.body).not.toMatch(/^import |from '\.\//m);
    expect(stylesheet.headers).toMatchObject({ 'content-type': 'text/css; charset=utf-8' });
    expect(readFileSync(fileOf('console'), 'utf8')).toContain('<title>PKCE playground</title>');
  });

  test('of the console explains every refusal, whoever makes it', () => {
    const bundle = readFileSync(fileOf('console'), 'utf8');
    const sentences = Object.values(refusalCatalogue).map(({ fix }) => fix);
    expect(sentences.filter((fix) => !bundle.includes(fix.split(/['"`\\]/)[0] ?? ''))).toEqual([]);
  });
});
