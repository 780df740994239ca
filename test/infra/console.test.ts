import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, test } from 'vitest';
import { AuthorizationServer, type AuthorizationServerProps } from '../../infra/authorization-server.ts';
import { readConfig } from '../../shared/config.ts';
import { refusalCatalogue } from '../../shared/oauth/refusal-catalogue.ts';
import { bundlesOfRun } from './bundle-once.ts';
import { everything } from './everything.ts';
import {
  functionsOf,
  list,
  ofType,
  type Properties,
  policiesOf,
  type Resource,
  removeAssemblies,
  type TemplateJson,
  templateWith,
  testApp,
} from './synthesize.ts';

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
    const limits = Object.values(Condition ?? {})
      .flatMap((one) => Object.values(one).flat())
      .map((limit) => (typeof limit === 'string' ? limit : 'if of this server'));
    return list(Action).map((action) => [action, which, ...limits].filter(Boolean).join(' '));
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
      'kms:Decrypt WrappingKey kid',
      'kms:Sign if of this server',
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

describe('where the name of the stack is long', () => {
  const long = 'customer-identity-platform-production-authorization-server-stack';

  const makeIn = (stack: Stack, more: AuthorizationServerProps = {}, id = 'AuthorizationServer'): TemplateJson => {
    new AuthorizationServer(stack, id, { ...everything, ...more });
    return Template.fromStack(stack).toJSON() as TemplateJson;
  };
  const newNested = () => new NestedStack(new Stack(testApp(), 'Customers'), 'AuthorizationServer');

  /** A template, and what CloudFormation calls its stack. */
  const made = {
    'a stack': () => ({ template: makeIn(new Stack(testApp(), long)), stackName: long }),
    'a nested stack': () => {
      const stack = newNested();
      const logicalId = stack.resolve(stack.nestedStackResource?.logicalId) as string;
      return { template: makeIn(stack), stackName: `Customers-${logicalId}-${letters}` };
    },
  };
  const letters = '1A2B3C4D5E6F7';
  const pseudo: Record<string, string> = { 'AWS::Partition': 'aws', 'AWS::Region': 'eu-central-1' };

  /** A value as CloudFormation makes it, with the names that it gives. */
  function deployed(value: unknown, stackName: string): string {
    if (typeof value === 'string') return value;
    const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': joined, 'Fn::Split': split } = value as Properties;
    if (ref !== undefined) {
      return ref.startsWith('AWS::') ? (pseudo[ref] ?? '111122223333') : `${stackName}-${ref}-${letters}`;
    }
    if (attribute !== undefined) {
      return `arn:aws:logs:eu-central-1:111122223333:log-group:${stackName}-${attribute[0]}-${letters}:*`;
    }
    if (split !== undefined) return deployed(split[1], stackName);
    const [delimiter, parts] = joined;
    if (Array.isArray(parts)) return parts.map((one) => deployed(one, stackName)).join(delimiter);
    return deployed(parts, stackName).split(parts['Fn::Split'][0]).join(delimiter);
  }

  const readersIn = (template: TemplateJson): Resource[] =>
    ofType(template, 'AWS::Lambda::Function')
      .map(([, lambda]) => lambda)
      .filter(({ Properties }) => Properties['Environment']?.Variables.PIXY_AUDIT_LOG_GROUPS !== undefined);

  test.each(Object.entries(made))('the console of %s finds its log groups, and all settings fit', (_, make) => {
    const { template, stackName } = make();
    const readers = readersIn(template);
    expect(readers).toHaveLength(2);
    for (const { Properties } of readers) {
      const variables = Object.entries<unknown>(Properties['Environment'].Variables).map(
        ([name, value]) => [name, deployed(value, stackName)] as const,
      );
      expect(variables.reduce((sum, [name, value]) => sum + name.length + value.length, 0)).toBeLessThan(4_096);
      const { PIXY_AUDIT_LOG_GROUPS, PIXY_AUDIT_LOG_PREFIX } = Object.fromEntries(variables);
      const { auditLogGroups } = readConfig({ ...environment, PIXY_AUDIT_LOG_GROUPS, PIXY_AUDIT_LOG_PREFIX });
      expect(auditLogGroups.length).toBeGreaterThan(20);
      const isName = new RegExp(`^${stackName}-AuthorizationServer\\w+Logs\\w{8}-${letters}$`);
      expect(auditLogGroups.filter((name) => !isName.test(name))).toEqual([]);
    }
  });

  test.each(Object.entries(made))('both may query those of %s by policies that IAM takes', (_, make) => {
    const { template, stackName } = make();
    const own = ofType(template, 'AWS::IAM::ManagedPolicy').map(([, { Properties }]) => Properties);
    const policies = own.map(({ Roles, PolicyDocument: { Statement: statements } }) => {
      const [{ Action, Resource: groups }] = statements;
      const named: string[] = groups.map((one: unknown) => deployed(one, stackName));
      return { roles: Roles.length, statements: statements.length, Action, named, bytes: JSON.stringify(named).length };
    });
    for (const policy of policies) {
      expect(policy).toMatchObject({ roles: 2, statements: 1, Action: 'logs:StartQuery' });
      expect(policy.bytes).toBeLessThan(6_000);
    }
    expect(new Set(policies.flatMap(({ named }) => named)).size).toBeGreaterThan(20);
    for (const reader of readersIn(template)) {
      const { statements } = policiesOf(template, reader);
      expect(statements.filter(({ Action }) => Action === 'logs:StartQuery')).toEqual([]);
    }
  });

  test('what does not fit stops the synthesis, not the deployment', () => {
    const logo = `data:image/png;base64,${'A'.repeat(2_000)}`;
    expect(() => makeIn(newNested(), { brand: { logo } })).toThrow(
      /^The settings of the function console have \d{4} bytes, and Lambda takes 4096: brand takes \d{4}, console, with the names of its log groups, takes \d{4}; make them shorter\.$/,
    );
  });

  test.each([
    ['Auth', undefined],
    ['AuthorizationServerOfCustomers', 'Intelligent-Tiering'],
  ])('the parameter with its log groups has room for those of %s in a stack with the longest name', (id, tier) => {
    const template = makeIn(new Stack(testApp(), 'x'.repeat(128)), {}, id);
    const parameters = ofType(template, 'AWS::SSM::Parameter').map(([, { Properties }]) => Properties);
    expect(parameters.find(({ Name: name }) => name.endsWith('/log-groups'))?.['Tier']).toBe(tier);
  });

  test('no policy is made where none is needed: the role of the workflow may make none', () => {
    const template = makeIn(new Stack(testApp(), `Pixy-${'x'.repeat(40)}-Api`), {}, 'Auth');
    expect(ofType(template, 'AWS::IAM::ManagedPolicy')).toEqual([]);
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
