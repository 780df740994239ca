import { readFileSync } from 'node:fs';
import { CloudFormationClient, UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { tableDefinitions } from '../../shared/aws/tables.ts';
import { send } from '../support/http.ts';
import { mobile, refresh } from '../support/lifecycle.ts';
import { parameterOf, pixy } from './deployed-server.ts';
import { deploy, deployment, ownAccount, succeed } from './deployed-stages.ts';
import { registerAda, signAdaIn } from './signed-in.ts';

/* One account in order: a first deployment that fails, one that works, a change, a removal, and a deployment that adopts what is left. */

const { standIn, missing } = ownAccount();
const names = Object.keys(tableDefinitions) as (keyof typeof tableDefinitions)[];

async function whatIsThere(prefix: string) {
  const { clients } = standIn();
  const [tables, groups, functions] = await Promise.all([
    new DynamoDBClient(clients).send(new ListTablesCommand({})),
    new CloudWatchLogsClient(clients).send(new DescribeLogGroupsCommand({ logGroupNamePrefix: prefix })),
    new LambdaClient(clients).send(new ListFunctionsCommand({})),
  ]);
  return {
    tables: (tables.TableNames ?? []).filter((name) => name.startsWith(prefix)),
    groups: (groups.logGroups ?? []).map(({ logGroupName = '' }) => logGroupName),
    functions: (functions.Functions ?? []).filter(({ FunctionName = '' }) => FunctionName.startsWith(prefix)),
  };
}

/** What somebody does before they remove a stack of prod, or one whose first deployment failed. */
async function endProtection(...stacks: string[]): Promise<void> {
  const cloudFormation = new CloudFormationClient(standIn().clients);
  for (const StackName of stacks) {
    await cloudFormation.send(
      new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection: false }),
    );
  }
}

/** The commands below a numbered step of a section of docs/operations.md, in one text for each block. */
function blocksOf(step: string): string[] {
  const [, text = ''] = readFileSync('docs/operations.md', 'utf8').split(`\n${step}. `);
  const [own = ''] = text.split(/\n\d+\. /);
  return Array.from(own.matchAll(/```sh\n(.*?)```/gs), ([, commands = '']) => commands);
}

/** What docs/operations.md says to restore a table with, or to make an empty one, and what to switch on then. */
function restoring(name: string, from = '', to = ''): string {
  const [restore = '', create = ''] = blocksOf('1');
  const lines = restore
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !(name === 'keys' && line.includes('not for Keys')));
  const switches = lines.filter((line) => line.startsWith('aws dynamodb update-'));
  return (name === 'grants' ? [create, ...switches] : lines)
    .join('\n')
    .replaceAll('OLD', from)
    .replaceAll('NEW', to)
    .replace(/(--restore-date-time) \S+/, `$1 ${new Date().toISOString()}`);
}

/** What the removal of prod leaves, which the next deployment of it is given. */
const left: Record<string, string> = {};

describe.skipIf(missing !== undefined)('a stage', () => {
  it('D3, D6: whose first deployment fails says why, and leaves neither logs nor functions', async () => {
    await standIn().breakFunctions({ AWS_ENDPOINT_URL_KMS: 'http://127.0.0.1:9' });
    const { output, status } = await standIn().cdk('deploy', ...deployment('prod'));
    await standIn().breakFunctions({});
    expect(status).toBe(1);
    expect(output).toContain('the store is unavailable: AWS KMS: ');
    expect(output).toContain('ECONNREFUSED');
    const { groups, functions } = await whatIsThere('Pixy-prod-Api');
    expect({ groups, functions }).toEqual({ groups: [], functions: [] });
  });

  it('is deployed after that, and again with another setting, which the functions have then', async () => {
    await endProtection('Pixy-prod-Api');
    await deploy(standIn(), 'prod');
    await registerAda(standIn(), 'prod');
    const before = await pixy(standIn(), 'prod', ['keys', 'list', '--json']);
    await deploy(standIn(), 'prod', '-c', 'signingAlgorithms=RS256,ES256');
    const { functions } = await whatIsThere('Pixy-prod-Api');
    const variables = functions.map(({ Environment }) => Environment?.Variables ?? {});
    expect(variables.filter((one) => one['PIXY_SIGNING_ALGORITHMS'] !== undefined)).toHaveLength(functions.length - 1);
    const kidsOf = (list: string): string[] => (JSON.parse(list) as { kid: string }[]).map(({ kid }) => kid);
    const after = await pixy(standIn(), 'prod', ['keys', 'list', '--json']);
    expect(kidsOf(after)).toEqual(expect.arrayContaining(kidsOf(before)));
  });

  it('is protected from removal', async () => {
    const { output, status } = await standIn().cdk('destroy', '--all', '--app', 'prod.out', '--force');
    expect(status).toBe(1);
    expect(output).toMatch(/termination ?protection/i);
  });

  it('D6: leaves its tables, its key and its logs when it is removed, and nothing else', async () => {
    for (const name of names) left[`${name}Table`] = await parameterOf(standIn(), 'prod', `tables/${name}`);
    left['wrappingKey'] = await parameterOf(standIn(), 'prod', 'wrapping-key');
    await endProtection('Pixy-prod-Api', 'Pixy-prod-Tables');
    await succeed(standIn(), 'destroy', '--all', '--app', 'prod.out', '--force');
    const { tables, groups, functions } = await whatIsThere('Pixy-prod-');
    expect(new Set(tables)).toEqual(new Set(names.map((name) => left[`${name}Table`])));
    expect(functions).toEqual([]);
    expect(groups.length).toBe(21);
    const kms = new KMSClient(standIn().clients);
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: left['wrappingKey'] }));
    expect(KeyMetadata?.KeyState).toBe('Enabled');
  });

  it('D1: adopts them when it is deployed again with their names: who had an account signs in', async () => {
    const adopted = Object.entries(left).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    await deploy(standIn(), 'prod', ...adopted);
    expect((await whatIsThere('Pixy-prod-')).tables).toHaveLength(names.length);
    await signAdaIn(standIn(), 'prod');
  });

  it('D1: is restored with the commands of docs/operations.md: old refresh tokens are worth nothing, and people sign in', async () => {
    const before = await signAdaIn(standIn(), 'prod');
    const restored = Object.fromEntries(names.map((name) => [name, `restored-${name}`]));
    await standIn().shell(names.map((name) => restoring(name, left[`${name}Table`], restored[name])).join('\n'));

    const [end = ''] = blocksOf('2');
    const command = end.replace(/(\w+)=NEW/g, (_, table: string) => `${table}=${restored[table]}`);
    expect(await pixy(standIn(), undefined, command.trim().split(' ').slice(2))).toBe(
      'Ended every session, grant and link of 1 account.\n',
    );

    const tables = names.map((name) => [`${name}Table`, restored[name]]);
    const settings = Object.entries({ ...left, ...(Object.fromEntries(tables) as Record<string, string>) });
    const [all = '', ...flags] = deployment('prod', ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]));
    await succeed(standIn(), 'deploy', 'Pixy-prod-Api', '--exclusively', ...flags);
    await succeed(standIn(), 'deploy', all, ...flags);

    const database = new DynamoDBClient(standIn().clients);
    for (const name of names) {
      const { Table } = await database.send(new DescribeTableCommand({ TableName: restored[name] }));
      expect(Table?.DeletionProtectionEnabled).toBe(true);
      expect(await parameterOf(standIn(), 'prod', `tables/${name}`)).toBe(restored[name]);
    }
    const { server, tokens } = await signAdaIn(standIn(), 'prod');
    const refused = await refresh(server, mobile, before.tokens.refresh_token);
    expect(refused.json).toMatchObject({ error: 'invalid_grant' });
    expect((await refresh(server, mobile, tokens.refresh_token)).status).toBe(200);
    const keys = createLocalJWKSet(JSON.parse((await send(server.port, '/jwks')).body));
    await jwtVerify(before.tokens.access_token ?? '', keys, { issuer: server.issuer });
  });
});

describe.skipIf(missing !== undefined)('a development stage', () => {
  it('D6: leaves nothing, and its key is deleted after a month', async () => {
    await deploy(standIn(), 'dev');
    const KeyId = await parameterOf(standIn(), 'dev', 'wrapping-key');
    await succeed(standIn(), 'destroy', '--all', '--app', 'dev.out', '--force');
    expect(await whatIsThere('Pixy-dev-')).toEqual({ tables: [], groups: [], functions: [] });
    const { KeyMetadata } = await new KMSClient(standIn().clients).send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata?.KeyState).toBe('PendingDeletion');
  });
});
