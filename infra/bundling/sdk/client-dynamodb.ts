import { type ClientSettings, JsonClient, ServiceException } from './json-client.ts';

/* Replaces @aws-sdk/client-dynamodb in the bundles, with the names and the behaviour that shared/aws uses. */

/** The condition of a write did not hold. */
export class ConditionalCheckFailedException extends ServiceException {}

const exceptions = new Map([['ConditionalCheckFailedException', ConditionalCheckFailedException]]);

export class DynamoDBClient extends JsonClient {
  constructor(settings: ClientSettings = {}) {
    super(
      { name: 'dynamodb', variable: 'DYNAMODB', target: 'DynamoDB_20120810', version: '1.0', exceptions },
      settings,
    );
  }
}
