import { DynamoDBClient as Client, ConditionalCheckFailedException } from '../../infra/bundling/sdk/client-dynamodb.ts';
import { type Command, ServiceException } from '../../infra/bundling/sdk/json-client.ts';
import { databaseAt } from './memory-dynamodb.ts';

export * from '../../infra/bundling/sdk/client-dynamodb.ts';

/** The client of the bundles, which hands a call to a database of this process without a signature and a socket. */
export class DynamoDBClient extends Client {
  override async send<Output>(command: Command<Output>): Promise<Output & { $metadata: { attempts: number } }> {
    const answer = databaseAt(this.endpoint);
    if (answer === undefined) return super.send(command);
    const { status, body } = await answer({ operation: command.operation, body: JSON.stringify(command.body) });
    if (status === 200) return { ...command.read(JSON.parse(body) as never), $metadata: { attempts: 1 } };
    const { __type: type, message = '' } = JSON.parse(body) as { __type: string; message?: string };
    const name = type.slice(type.indexOf('#') + 1);
    const isCondition = name === 'ConditionalCheckFailedException';
    throw new (isCondition ? ConditionalCheckFailedException : ServiceException)(name, message, status);
  }
}
