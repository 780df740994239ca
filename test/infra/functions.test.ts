import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../shared/config.ts';
import {
  constructIds,
  functionAt,
  functionsOf,
  importedFrom,
  ofType,
  onlyOne,
  type Properties,
  removeAssemblies,
  type Synthesized,
  synthesize,
} from './synthesize.ts';

afterAll(removeAssemblies);

let made: Synthesized;
beforeAll(() => {
  made = synthesize({ stage: 'prod' });
});

const ours = () => [...functionsOf(made.api)].filter(([name]) => name !== 'TriggerProvider');
const variablesOf = (lambda: { Properties: Properties }) => lambda.Properties['Environment'].Variables as Properties;

describe('functions', () => {
  it('run on Node.js 24 and arm64, the one that the CDK brings included', () => {
    expect(
      ours()
        .map(([name]) => name)
        .sort(),
    ).toEqual(Object.values(constructIds).sort());
    for (const { Properties } of functionsOf(made.api).values()) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    }
  });

  it('log JSON, which Lambda leaves as it is, and nothing of Lambda itself about calls that went well', () => {
    for (const [, { Properties }] of ours()) {
      expect(Properties['LoggingConfig']).toMatchObject({
        LogFormat: 'JSON',
        SystemLogLevel: 'WARN',
        ApplicationLogLevel: 'INFO',
      });
    }
  });

  it('have 512 MB, those that hash passwords 1024 MB for argon2id', () => {
    const memory = Object.fromEntries(ours().map(([name, { Properties }]) => [name, Properties['MemorySize']]));
    const usual = Object.fromEntries(Object.values(constructIds).map((name) => [name, 512]));
    expect(memory).toEqual({ ...usual, SignIn: 1024, Account: 1024, Invitation: 1024, Register: 1024 });
  });

  it('have no reserved concurrency, tracing or public URL', () => {
    for (const { Properties } of functionsOf(made.api).values()) {
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
      expect(Properties).not.toHaveProperty('TracingConfig');
    }
    expect(ofType(made.api, 'AWS::Lambda::Url')).toEqual([]);
  });

  it('know the tables and the KMS key by name, which allows nothing', () => {
    for (const [name, lambda] of ours()) {
      const imported = Object.entries(variablesOf(lambda)).flatMap(([variable, value]) =>
        value['Fn::ImportValue'] ? [`${variable} = ${importedFrom(made, value)}`] : [],
      );
      const tables = ['CLIENTS', 'GRANTS', 'KEYS', 'PEOPLE'].map(
        (table) => `PIXY_${table}_TABLE = ${table.toLowerCase()}.Ref`,
      );
      expect({ name, imported: imported.sort() }).toEqual({
        name,
        imported: [...tables, 'PIXY_KMS_KEY_ID = wrappingKey.Arn'].sort(),
      });
    }
  });

  it('accept the environment that the stack gives them', () => {
    for (const [, lambda] of ours()) {
      const deployed = Object.entries(variablesOf(lambda)).map(([variable, value]) => {
        if (typeof value === 'string') return [variable, value];
        return [variable, variable === 'PIXY_ISSUER' ? 'https://abc123.execute-api.eu-west-1.amazonaws.com' : 'name'];
      });
      expect(() => readConfig(Object.fromEntries(deployed))).not.toThrow();
    }
  });
});

describe('key rotation', () => {
  it('runs once a day', () => {
    const { ScheduleExpression, State, Targets } = onlyOne(made.api, 'AWS::Events::Rule').Properties;
    expect({ ScheduleExpression, State }).toEqual({ ScheduleExpression: 'rate(1 day)', State: 'ENABLED' });
    expect(Targets.map((target: Properties) => functionAt(made.api, target['Arn']))).toEqual(['RotateKeys']);
  });

  it('runs during a deployment, after the other functions exist, and fails the deployment when it fails', () => {
    const trigger = onlyOne(made.api, 'Custom::Trigger');
    const version = made.api.Resources[trigger.Properties['HandlerArn'].Ref];
    expect(version?.Type).toBe('AWS::Lambda::Version');
    expect(functionAt(made.api, version?.Properties['FunctionName'])).toBe('RotateKeys');
    expect(trigger.Properties).toMatchObject({ InvocationType: 'RequestResponse', ExecuteOnHandlerChange: true });
    const before = (trigger.DependsOn ?? []).map((id) => functionAt(made.api, { Ref: id }));
    const { 'rotate-keys': _, ...endpoints } = constructIds;
    for (const name of Object.values(endpoints)) expect(before).toContain(name);
  });
});

describe('secrets', () => {
  const references = ['Ref', 'Fn::GetAtt', 'Fn::ImportValue', 'Fn::Join'];

  it('are in no environment variable: each is the name or address of something, or a plain setting (H24)', () => {
    for (const [, lambda] of ours()) {
      for (const [variable, value] of Object.entries(variablesOf(lambda))) {
        const known = references.includes(Object.keys(value)[0] ?? '');
        expect({ variable, known }).toEqual({ variable, known: true });
      }
      expect(Object.keys(variablesOf(lambda))).not.toContain('PIXY_WRAPPING_KEY');
    }
  });

  it('are in no output: those are the issuer, addresses below it, and the names of tables (H24)', () => {
    expect(Object.keys(made.api.Outputs).sort()).toEqual(['DiscoveryUrl', 'Issuer', 'JwksUri']);
    const outputs = Object.entries(made.tables.Outputs).filter(([, output]) => !output.Export);
    expect(outputs.map(([name]) => name).sort()).toEqual(['clientsTable', 'grantsTable', 'keysTable', 'peopleTable']);
    for (const { Value } of Object.values(made.tables.Outputs)) {
      expect(Object.keys(Value as Properties)).toEqual([expect.toSatisfy((key: string) => references.includes(key))]);
    }
  });

  it('are in no parameter: those hold the issuer and the names of tables (H24)', () => {
    for (const template of [made.api, made.tables]) {
      for (const [, { Properties }] of ofType(template, 'AWS::SSM::Parameter')) {
        // Where keys are made is a word of ours.
        if (Properties['Value'] === 'memory') continue;
        expect(Object.keys(Properties['Value'])).toEqual([expect.toSatisfy((key: string) => references.includes(key))]);
      }
      expect(JSON.stringify(template)).not.toMatch(/-----BEGIN|AKIA[0-9A-Z]{16}|{{resolve:|AWS::SecretsManager/);
    }
  });
});
