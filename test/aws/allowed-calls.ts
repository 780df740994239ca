import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { expect } from 'vitest';
import { tableDefinitions } from '../../shared/aws/tables.ts';
import { kmsKeyTag } from '../../shared/keys/kms-key-tag.ts';
import { parameterOf } from './deployed-server.ts';
import type { Call, StandIn } from './stand-in.ts';

/*
 * Every call that the functions made, judged by the rules of IAM with the policies of the deployed roles. moto allows everything. What only
 * an account can confirm is which condition keys DynamoDB sends with a call: `dynamodb:Select`, above all, which docs/threat-model.md counts on.
 */

type Asked = { action: string; resource: string; context: Record<string, string | string[]> };
/** What IAM sees of a call, and of one that would be for what belongs to nobody or to somebody else. */
type Request = Asked & { elsewhere: Partial<Asked> };
type Policies = { name: string; policy: unknown }[];

/**
 * Expects that each call of a stage's functions is allowed, and that none of them would be for another function or another item. Looks at
 * the calls after the first `since`. Returns the actions.
 */
export async function expectAllowedCalls(standIn: StandIn, stage: string, since = 0): Promise<Set<string>> {
  const all = (await standIn.calls()).slice(since);
  const calls = all.filter(({ caller }) => caller.startsWith(`Pixy-${stage}-Api-Auth`));
  const names = {
    wrappingKey: await parameterOf(standIn, stage, 'wrapping-key'),
    keysTable: await parameterOf(standIn, stage, 'tables/keys'),
  };
  const kinds = new Map<string, { caller: string; request: Request }>();
  for (const call of calls) {
    for (const request of requestsIn(call, standIn, names)) {
      kinds.set(JSON.stringify([call.caller, request]), { caller: call.caller, request });
    }
  }
  expect(kinds.size).toBeGreaterThan(20);
  const policies = new Map<string, Policies>();
  for (const { caller, request } of kinds.values()) {
    const own = policies.get(caller) ?? (await policiesOf(standIn, caller));
    policies.set(caller, own);
    expect({ caller, request, result: await judge(request, own) }).toEqual({ caller, request, result: 'Allowed' });

    const elsewhere = { ...request, ...request.elsewhere };
    expect({ elsewhere, result: await judge(elsewhere, own) }).toEqual({ elsewhere, result: 'ImplicitlyDenied' });
    const removal = {
      ...request,
      action: request.action.startsWith('kms') ? 'kms:DisableKey' : 'dynamodb:DeleteTable',
    };
    expect({ removal, result: await judge({ ...removal, context: {} }, own) }).toEqual({
      removal,
      result: 'ImplicitlyDenied',
    });
  }
  return new Set([...kinds.values()].map(({ request }) => request.action));
}

/** The inline policies of a function's role. It has no others. */
async function policiesOf({ clients }: StandIn, FunctionName: string): Promise<Policies> {
  const { Role = '' } = await new LambdaClient(clients).send(new GetFunctionConfigurationCommand({ FunctionName }));
  const iam = new IAMClient(clients);
  const RoleName = Role.split('/').at(-1);
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  return Promise.all(
    PolicyNames.map(async (PolicyName) => {
      const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      return { name: PolicyName, policy: JSON.parse(decodeURIComponent(PolicyDocument)) };
    }),
  );
}

/**
 * The simulator drops the values of an encryption context, because it compares the names of condition keys letter by letter and
 * `kms:EncryptionContext:` ends in a name of one's own. So here they are called like tags of the principal, which nothing else uses.
 */
const encryptionContext = 'kms:EncryptionContext:';
const standsForIt = 'aws:PrincipalTag/';
const renamed = <Value>(value: Value): Value =>
  JSON.parse(JSON.stringify(value).replaceAll(encryptionContext, standsForIt));

async function judge({ action, resource, context }: Asked, identityPolicies: Policies): Promise<string> {
  const result = await runSimulation(
    {
      request: {
        principal: 'arn:aws:iam::123456789012:role/function',
        action,
        resource: { resource, accountId: '123456789012' },
        contextVariables: renamed(context),
      },
      identityPolicies: renamed(identityPolicies),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      // The key policy that the CDK makes leaves it to IAM.
      ...(action.startsWith('kms:') && {
        resourcePolicy: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'kms:*', Resource: '*' },
          ],
        },
      }),
    },
    {},
  );
  return result.resultType === 'error' ? JSON.stringify(result.errors) : result.overallResult;
}

/** What IAM sees of a call. */
function requestsIn({ target, input }: Call, standIn: StandIn, names: Names): Request[] {
  const [service = '', operation = ''] = target.split('.');
  if (service === 'TrentService') return ofKms(operation, input, standIn, names);
  return service.startsWith('DynamoDB') ? ofDatabase(operation, input, standIn) : [];
}

type Names = { wrappingKey: string; keysTable: string };

function ofKms(operation: string, input: Call['input'], { clients }: StandIn, names: Names): Request[] {
  const action = `kms:${operation}`;
  const keyArn = (id: string) => `arn:aws:kms:${clients.region}:123456789012:key/${id}`;
  const own = (condition: string) => ({ [`${condition}/${kmsKeyTag}`]: names.keysTable });
  const foreign = (condition: string) => ({ [`${condition}/${kmsKeyTag}`]: 'the-keys-of-somebody-else' });
  const KeyId = (input['KeyId'] as string | undefined) ?? '';
  if (operation === 'CreateKey') {
    const usage = { 'kms:KeyUsage': String(input['KeyUsage']) };
    const tags = { 'aws:TagKeys': (input['Tags'] as { TagKey: string }[]).map(({ TagKey }) => TagKey) };
    const made = { ...own('aws:RequestTag'), ...usage, ...tags };
    const tagged = { ...own('aws:RequestTag'), ...tags };
    return [
      { action, resource: '*', context: made, elsewhere: { context: { ...made, 'kms:KeyUsage': 'ENCRYPT_DECRYPT' } } },
      {
        action: 'kms:TagResource',
        resource: keyArn('made'),
        context: tagged,
        elsewhere: { context: { ...tagged, 'aws:TagKeys': [kmsKeyTag, 'of-somebody-else'] } },
      },
    ];
  }
  if (operation === 'GetPublicKey') {
    const usage = { 'kms:KeyUsage': 'SIGN_VERIFY' };
    const elsewhere = { context: { 'kms:KeyUsage': 'ENCRYPT_DECRYPT' } };
    return [{ action, resource: keyArn(KeyId), context: usage, elsewhere }];
  }
  if (operation === 'Sign' || operation === 'ScheduleKeyDeletion') {
    const elsewhere = { context: foreign('aws:ResourceTag') };
    return [{ action, resource: keyArn(KeyId), context: own('aws:ResourceTag'), elsewhere }];
  }
  const encrypted = (input['EncryptionContext'] ?? {}) as Record<string, string>;
  const context = Object.entries(encrypted).map(([name, value]) => [`${encryptionContext}${name}`, value]);
  const resource = KeyId === '' ? names.wrappingKey : KeyId;
  return [
    {
      action,
      resource,
      context: { ...Object.fromEntries(context), 'kms:EncryptionContextKeys': Object.keys(encrypted) },
      elsewhere: { resource: `${resource}-of-somebody-else` },
    },
  ];
}

type Input = Record<string, never> & Record<string, unknown>;

function ofDatabase(operation: string, input: Call['input'], standIn: StandIn): Request[] {
  const tables = input['RequestItems'] as Record<string, { Keys?: unknown[] }> | undefined;
  if (tables) {
    return Object.entries(tables).flatMap(([TableName, { Keys = [], ...rest }]) =>
      Keys.flatMap((Key) => ofDatabase(operation, { TableName, Key, ...rest }, standIn)),
    );
  }
  const { TableName, IndexName, ProjectionExpression, ReturnValues } = input as Record<string, string | undefined>;
  const partitionKey = /Grants/.test(TableName ?? '') ? tableDefinitions.grants.partitionKey : 'pk';
  const values = (input['ExpressionAttributeValues'] ?? {}) as Record<string, { S?: string }>;
  const key = (input['Key'] ?? input['Item']) as Record<string, { S?: string }> | undefined;
  const leading = key ? key[partitionKey]?.S : Object.values(values)[0]?.S;
  const { region } = standIn.clients;
  const table = `arn:aws:dynamodb:${region}:123456789012:table/${TableName}`;
  const isWrite = operation === 'PutItem' || operation === 'UpdateItem' || operation === 'DeleteItem';
  const attributes = [...new Set([...Object.keys(key ?? {}), ...namesIn(input as Input)])];
  const resource = IndexName === undefined ? table : `${table}/index/${IndexName}`;
  return [
    {
      action: `dynamodb:${operation}`,
      resource,
      elsewhere: { resource: `${resource}-of-somebody-else` },
      context: {
        'dynamodb:LeadingKeys': [leading ?? ''],
        ...(attributes.length > 0 && { 'dynamodb:Attributes': attributes }),
        ...(ProjectionExpression !== undefined && { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' }),
        ...(isWrite && { 'dynamodb:ReturnValues': ReturnValues ?? 'NONE' }),
      },
    },
  ];
}

const words = new Set(
  'SET REMOVE ADD DELETE AND OR NOT IN BETWEEN if_not_exists attribute_exists attribute_not_exists begins_with contains size list_append'.split(
    ' ',
  ),
);

/** The attributes that expressions name, without what is below them. */
function namesIn(input: Input): string[] {
  const names = (input['ExpressionAttributeNames'] ?? {}) as Record<string, string>;
  const texts = ['ProjectionExpression', 'UpdateExpression', 'ConditionExpression', 'FilterExpression'].map(
    (member) => (input[member] as string | undefined) ?? '',
  );
  return texts
    .flatMap((text) => [...text.matchAll(/(?<![\w:.#])(#?[A-Za-z]\w*)/g)].map(([, name = '']) => name))
    .filter((name) => !words.has(name))
    .map((name) => names[name] ?? name);
}
