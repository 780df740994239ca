import { type ClientSettings, type Command, JsonClient, ServiceException } from './json-client.ts';

/* Replaces @aws-sdk/client-dynamodb in the bundles, with the names and the behaviour that shared/aws uses. */

/** The condition of a write did not hold. */
export class ConditionalCheckFailedException extends ServiceException {}

export class DynamoDBClient {
  readonly #client: JsonClient;

  constructor(settings: ClientSettings = {}) {
    this.#client = new JsonClient({ name: 'dynamodb', target: 'DynamoDB_20120810', version: '1.0' }, settings);
  }

  get endpoint(): URL {
    return this.#client.endpoint;
  }

  async send<Output>(command: Command<Output>): Promise<Output> {
    try {
      return await this.#client.send(command);
    } catch (error) {
      if (!(error instanceof ServiceException) || error.name !== 'ConditionalCheckFailedException') throw error;
      throw new ConditionalCheckFailedException(error.name, error.message, error.$metadata.httpStatusCode);
    }
  }
}
