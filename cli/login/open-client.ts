import * as client from 'openid-client';
import { Failure } from '../failure.ts';
import { visible } from '../output.ts';
import { isLoopback } from '../verify/transport.ts';

/** Reads the metadata of the server. Fails with a sentence when it cannot be read. */
export function openClient(issuer: string, clientId: string): Promise<client.Configuration> {
  const execute = isLoopback(issuer) ? [client.allowInsecureRequests] : [];
  return inWords(issuer, () =>
    client.discovery(new URL(issuer), clientId, { token_endpoint_auth_method: 'none' }, client.None(), { execute }),
  );
}

/** Calls the server, and says what went wrong in a sentence. No message of a library is shown: it may quote what was sent. */
export async function inWords<Value>(issuer: string, call: () => Promise<Value>): Promise<Value> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof client.ResponseBodyError) {
      throw new Failure(visible(`${issuer} refused: ${error.error_description ?? error.error}`), 1, { cause: error });
    }
    throw new Failure(`${issuer} ${problemOf(error)}${codeOf(error)}.`, 1, { cause: error });
  }
}

function problemOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'did not answer in time';
  return error instanceof TypeError ? 'cannot be reached' : 'gave an answer that cannot be used';
}

/** The code along the chain of causes, such as ECONNREFUSED. */
function codeOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string') return ` (${code})`;
  }
  return '';
}
