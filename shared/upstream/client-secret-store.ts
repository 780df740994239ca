import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { clientDefaults, StoreUnavailable } from '../aws/dynamodb.ts';
import type { UpstreamProvider } from './provider.ts';

/**
 * Returns client secrets at providers, from the configuration in local runs and otherwise from a SecureString of SSM. SSM also
 * reads Secrets Manager, under `/aws/reference/secretsmanager/` and the name of the secret.
 */
export function clientSecrets(given?: Pick<SSMClient, 'send'>) {
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

  return async ({ secret }: Pick<UpstreamProvider, 'secret'>): Promise<string> => {
    if (secret === undefined) throw new Error('the provider has no secret');
    return 'value' in secret ? secret.value : read(secret.parameter);
  };
}
