import { DynamoDBClient as Client, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { databaseAt } from './memory-dynamodb.ts';

export * from '@aws-sdk/client-dynamodb';

/** The client of the SDK, which hands a call to a database of this process without a socket. */
export class DynamoDBClient extends Client {
  constructor(...given: [] | [DynamoDBClientConfig]) {
    super(...given);
    const { requestHandler } = this.config;
    const overSocket = requestHandler.handle.bind(requestHandler);
    requestHandler.handle = async (request, options) => {
      const { protocol, hostname, port, headers, body: asked } = request;
      const answer = databaseAt(new URL(`${protocol}//${hostname}:${port ?? ''}`));
      if (answer === undefined) return overSocket(request, options);
      const [, operation = ''] = (headers['x-amz-target'] ?? '').split('.');
      const { status, body } = await answer({ operation, body: String(asked) });
      const reply = { statusCode: status, headers: { 'content-type': 'application/x-amz-json-1.0' } };
      return { response: { ...reply, body: Buffer.from(body) } } as unknown as ReturnType<typeof overSocket>;
    };
  }
}
