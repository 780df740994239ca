import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { type TableDefinition, tableDefinitions } from '../../shared/aws/tables.ts';
import {
  constructIds,
  functionsOf,
  ofType,
  type Resource,
  removeAssemblies,
  type Synthesized,
  synthesize,
  type TemplateJson,
} from './synthesize.ts';

afterAll(removeAssemblies);

type Stage = 'dev' | 'prod';
const stages: Record<Stage, Synthesized | undefined> = { dev: undefined, prod: undefined };
const made = (stage: Stage): Synthesized => stages[stage] ?? expect.unreachable();

beforeAll(() => {
  stages.dev = synthesize({ stage: 'dev' });
  stages.prod = synthesize({ stage: 'prod' });
});

const tableOf = ({ tables, stacks }: Synthesized, name: keyof typeof tableDefinitions): Resource => {
  const path = `${stacks.tables.tables.byName()[name].node.path}/Resource`;
  const found = Object.values(tables.Resources).find((resource) => resource.Metadata?.['aws:cdk:path'] === path);
  return found ?? expect.unreachable();
};

/** What of a template would be left behind, by type. */
const kept = (template: TemplateJson): string[] =>
  Object.values(template.Resources)
    .filter(
      ({ DeletionPolicy, UpdateReplacePolicy }) => DeletionPolicy !== 'Delete' || UpdateReplacePolicy !== 'Delete',
    )
    .filter(({ Type, DeletionPolicy }) => holdsData.includes(Type) || DeletionPolicy === 'Retain')
    .map(({ Type }) => Type);

const holdsData = ['AWS::DynamoDB::GlobalTable', 'AWS::KMS::Key', 'AWS::Logs::LogGroup'];

describe.each(['dev', 'prod'] as const)('the %s stage', (stage) => {
  it('D9: has its version as a tag', () => {
    const tags = functionsOf(made(stage).api).get('Token')?.Properties['Tags'];
    expect(tags).toContainEqual({ Key: 'pixy-version', Value: packageJson.version });
  });

  it('has it on every role and function, those that the CDK adds too', () => {
    const { api } = made(stage);
    const all = ['AWS::IAM::Role', 'AWS::Lambda::Function'].flatMap((type) => ofType(api, type));
    expect(all.length).toBeGreaterThan(38);
    const tag = { Key: 'pixy-version', Value: packageJson.version };
    const untagged = all.filter(
      ([, { Properties }]) => !JSON.stringify(Properties['Tags'] ?? []).includes(JSON.stringify(tag)),
    );
    expect(untagged.map(([id]) => id)).toEqual([]);
  });

  it('has the four tables of shared/aws/tables.ts, with their keys and their TTL attributes (H2, H26)', () => {
    expect(ofType(made(stage).tables, 'AWS::DynamoDB::GlobalTable')).toHaveLength(4);
    for (const [name, definition] of Object.entries(tableDefinitions)) {
      const { Properties } = tableOf(made(stage), name as keyof typeof tableDefinitions);
      const described: TableDefinition = definition;
      const { partitionKey, sortKey, timeToLive, indexes = {} } = described;
      const ofIndexes = Object.values(indexes).flatMap((index) => [index.partitionKey, index.sortKey]);
      expect(Properties['KeySchema']).toEqual([
        { AttributeName: partitionKey, KeyType: 'HASH' },
        ...(sortKey ? [{ AttributeName: sortKey, KeyType: 'RANGE' }] : []),
      ]);
      expect(Properties['AttributeDefinitions']).toEqual(
        [partitionKey, ...(sortKey ? [sortKey] : []), ...ofIndexes].map((AttributeName) => ({
          AttributeName,
          AttributeType: 'S',
        })),
      );
      expect(Properties['TimeToLiveSpecification']).toEqual(
        timeToLive ? { AttributeName: timeToLive, Enabled: true } : undefined,
      );
    }
  });

  it('pays per request, in one region, without streams, and with one index, of keys only, for the list of an account', () => {
    for (const [, { Properties }] of ofType(made(stage).tables, 'AWS::DynamoDB::GlobalTable')) {
      expect(Properties['BillingMode']).toBe('PAY_PER_REQUEST');
      expect(Properties['Replicas']).toHaveLength(1);
      expect(Properties['StreamSpecification']).toBeUndefined();
    }
    const indexes = ofType(made(stage).tables, 'AWS::DynamoDB::GlobalTable').flatMap(
      ([, { Properties }]) => Properties['GlobalSecondaryIndexes'] ?? [],
    );
    expect(indexes).toEqual([
      {
        IndexName: 'byPerson',
        KeySchema: [
          { AttributeName: 'heldBy', KeyType: 'HASH' },
          { AttributeName: 'clientId', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ]);
  });

  it('encrypts the tables with a key of KMS, and private signing keys with one of its own that rotates (H26)', () => {
    for (const [, { Properties }] of ofType(made(stage).tables, 'AWS::DynamoDB::GlobalTable')) {
      expect(Properties['SSESpecification']).toEqual({ SSEEnabled: true, SSEType: 'KMS' });
    }
    const [key, ...others] = ofType(made(stage).tables, 'AWS::KMS::Key').map(([, { Properties }]) => Properties);
    expect(others).toEqual([]);
    expect(key).toMatchObject({ EnableKeyRotation: true });
    expect(key?.['KeySpec'] ?? 'SYMMETRIC_DEFAULT').toBe('SYMMETRIC_DEFAULT');
  });

  it('keeps the tables and the key in a stack without functions, and functions and logs in one without data', () => {
    const dataTypes = ['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table', 'AWS::KMS::Key'];
    expect(dataTypes.flatMap((type) => ofType(made(stage).api, type))).toEqual([]);
    expect(ofType(made(stage).tables, 'AWS::Lambda::Function')).toEqual([]);
  });

  it('refuses to delete the tables while the API uses them', () => {
    const template = JSON.stringify(made(stage).api);
    expect(template).toContain('Fn::ImportValue');
    expect(template).not.toContain('Fn::GetStackOutput');
  });

  it('tells tools where to look: parameters under /pixy/<stage>, with names that are no secrets (H24)', () => {
    const parameters = [made(stage).tables, made(stage).api].flatMap((template) =>
      ofType(template, 'AWS::SSM::Parameter').map(([, { Properties }]) => Properties),
    );
    expect(parameters.map((parameter): string => parameter['Name']).sort()).toEqual(
      [
        'issuer',
        'log-groups',
        'signing',
        'tables/clients',
        'tables/grants',
        'tables/keys',
        'tables/people',
        'wrapping-key',
      ].map((name) => `/pixy/${stage}/${name}`),
    );
    for (const { Name, Type } of parameters) expect(Type).toBe(Name.endsWith('log-groups') ? 'StringList' : 'String');
  });

  it('tells reports where the audit lines are: the log groups of the endpoints', () => {
    const parameter = ofType(made(stage).api, 'AWS::SSM::Parameter').find(([, { Properties }]) =>
      Properties['Name'].endsWith('/log-groups'),
    );
    const { 'rotate-keys': _, ...endpoints } = constructIds;
    const groups = Object.values(endpoints).map(
      (name): unknown => functionsOf(made(stage).api).get(name)?.Properties['LoggingConfig'].LogGroup,
    );
    const [separator, named] = parameter?.[1].Properties['Value']['Fn::Join'] ?? [];
    expect(separator).toBe(',');
    expect(new Set(named)).toEqual(new Set(groups));
    expect(named).toHaveLength(groups.length);
  });

  it('gives every log group a retention and every function a log group of its own', () => {
    const groups = ofType(made(stage).api, 'AWS::Logs::LogGroup');
    const retention = { dev: 7, prod: 365 }[stage];
    expect(groups.map(([, { Properties }]) => Properties['RetentionInDays'])).toEqual(groups.map(() => retention));
    const used = [...functionsOf(made(stage).api).values()].map(
      ({ Properties }) => Properties['LoggingConfig'].LogGroup.Ref as string,
    );
    expect(new Set(used).size).toBe(used.length);
    expect(used.every((id) => groups.some(([group]) => group === id))).toBe(true);
    expect(groups).toHaveLength(used.length + 1);
  });
});

describe('a production stage', () => {
  it('retains tables, the key and all logs when a stack is deleted or a resource replaced (H26)', () => {
    for (const template of [made('prod').tables, made('prod').api]) {
      for (const [id, resource] of Object.entries(template.Resources)) {
        if (!holdsData.includes(resource.Type)) continue;
        // D6: what a failed first deployment made is removed again. Tables are protected, so they cannot be.
        const policy = resource.Type === 'AWS::DynamoDB::GlobalTable' ? 'Retain' : 'RetainExceptOnCreate';
        expect({ id, policy: resource.DeletionPolicy }).toEqual({ id, policy });
        expect({ id, policy: resource.UpdateReplacePolicy }).toEqual({ id, policy: 'Retain' });
      }
    }
  });

  it('protects every table from deletion and can restore it to any second of the last 35 days (H26)', () => {
    for (const [, { Properties }] of ofType(made('prod').tables, 'AWS::DynamoDB::GlobalTable')) {
      const [replica] = Properties['Replicas'];
      expect(replica.DeletionProtectionEnabled).toBe(true);
      expect(replica.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
    }
  });

  it('protects both stacks from deletion (H26)', () => {
    const { tables, api } = made('prod').stacks;
    expect([tables.terminationProtection, api.terminationProtection]).toEqual([true, true]);
  });
});

describe('a development stage', () => {
  it('disappears with its stacks: tables, key and logs (H26)', () => {
    expect(kept(made('dev').tables)).toEqual([]);
    expect(kept(made('dev').api)).toEqual([]);
  });

  it('can be deleted at any time', () => {
    const { tables, api } = made('dev').stacks;
    expect([tables.terminationProtection, api.terminationProtection]).toEqual([false, false]);
    for (const [, { Properties }] of ofType(made('dev').tables, 'AWS::DynamoDB::GlobalTable')) {
      expect(Properties['Replicas'][0].DeletionProtectionEnabled).toBe(false);
    }
  });

  it('cannot have its logs brought back by a last line: no function may create a log group', () => {
    expect(JSON.stringify(made('dev').api)).not.toContain('logs:CreateLogGroup');
    expect(JSON.stringify(made('dev').api)).not.toContain('AWSLambdaBasicExecutionRole');
  });
});

/*
 * A logical id that changes replaces what it stands for: an upgrade would begin with empty tables, another key, other logs and, without a
 * domain, another issuer, or fail because a name is taken.
 */
const firstIds = {
  tables: [
    'TablesGrantsA53A3550',
    'TablesClients1DE6DB3C',
    'TablesPeopleB2744939',
    'TablesKeys6B5A3ABF',
    'TablesWrappingKey726314CC',
    'grantsTableParameter9B266B82',
    'clientsTableParameter995000D5',
    'peopleTableParameterF890563C',
    'keysTableParameter05834B25',
    'WrappingKeyParameter31ED92C4',
  ],
  api: [
    'AuthAccessLogs1DD8A01F',
    'AuthHttpApi05A30513',
    'AuthHttpDomainName5FAB9253',
    'AuthAuthorizeLogs21964824',
    'AuthAuthorizeHybridLogs59B1BD58',
    'AuthSignInLogsE6CCFA8A',
    'AuthSignOutLogs6C4D2024',
    'AuthPasskeyLogsF7812D21',
    'AuthAccountLogsCAC8484A',
    'AuthConsentLogsE6F722FF',
    'AuthInvitationLogs487D6BC6',
    'AuthRegisterLogsA8DC4882',
    'AuthUpstreamLogs8D503C4A',
    'AuthTokenLogs68869BC3',
    'AuthUserinfoLogsA5C6A407',
    'AuthRevokeLogs8B86D84D',
    'AuthIntrospectLogsACE2DDE7',
    'AuthMetadataLogsA7182A22',
    'AuthAdminLogs6E29883E',
    'AuthRotateKeysLogs6C4AA684',
    'AWSCDKTriggerCustomResourceProviderCustomResourceProviderLogs32401827',
    'IssuerParameter13FA18ED',
    'LogGroupsParameter7CE5C364',
  ],
};

it('what was deployed by the first version is what an upgrade updates: the logical ids have never changed', () => {
  const zone = { hostedZoneId: 'Z123', hostedZoneName: 'example.com' };
  const certificateArn = 'arn:aws:acm:eu-west-1:111122223333:certificate/0a1b2c3d';
  const { tables, api } = synthesize({ stage: 'prod', domainName: 'sign-in.example.com', certificateArn, ...zone });
  const missing = (template: TemplateJson, ids: readonly string[]) => ids.filter((id) => !(id in template.Resources));
  expect({ tables: missing(tables, firstIds.tables), api: missing(api, firstIds.api) }).toEqual({
    tables: [],
    api: [],
  });
});
