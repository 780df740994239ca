import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { clientDefaults, StoreUnavailable } from './dynamodb.ts';

/** Where a secret is: itself, in local runs, or the name of a SecureString of Parameter Store. */
export type SecretPlace = { value: string } | { parameter: string };

/**
 * Returns secrets of the operator. Parameter Store also reads Secrets Manager, under `/aws/reference/secretsmanager/` and the name
 * of the secret. Throws `StoreUnavailable`.
 */
export function secretReader(given?: Pick<SSMClient, 'send'>) {
  let client = given;

  async function read(parameter: string): Promise<string> {
    client ??= new SSMClient(clientDefaults);
    try {
      const { Parameter: found } = await client.send(
        new GetParameterCommand({ Name: parameter, WithDecryption: true }),
      );
      if (!found?.Value) throw new Error('the parameter is empty');
      return found.Value;
    } catch (error) {
      throw new StoreUnavailable(error, 'AWS Systems Manager');
    }
  }

  return async (place: SecretPlace): Promise<string> => ('value' in place ? place.value : read(place.parameter));
}
