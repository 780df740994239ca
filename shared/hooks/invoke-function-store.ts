import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

const clients = new Map<string | undefined, LambdaClient>();

/** The client for a region; without one, for the region of this function. */
function clientIn(region: string | undefined): LambdaClient {
  const client = clients.get(region) ?? new LambdaClient({ maxAttempts: 1, ...(region !== undefined && { region }) });
  clients.set(region, client);
  return client;
}

/** A function in another region can only be called there. */
const regionOf = (arn: string): string | undefined => /^arn:[^:]*:lambda:([^:]+):/.exec(arn)?.[1];

/**
 * Invokes a Lambda function with the event and returns its answer. `name`: its ARN, or its name with the `region`. Tries only once: the
 * person or the client tries again.
 */
export async function invokeFunction(
  name: string,
  event: object,
  signal: AbortSignal,
  region = regionOf(name),
): Promise<unknown> {
  const command = new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(event)) });
  const { FunctionError: failed, Payload: payload } = await clientIn(region).send(command, { abortSignal: signal });
  // The error may quote the event, so only its kind is passed on.
  if (failed !== undefined) throw new Error(`the function failed (${failed})`);
  return payload === undefined ? undefined : JSON.parse(Buffer.from(payload).toString('utf8'));
}

/** Has Lambda call the function with the event soon, and again when it fails. Resolves when the event is safe. */
export async function invokeLater(arn: string, event: object, signal: AbortSignal): Promise<void> {
  const Payload = Buffer.from(JSON.stringify(event));
  await clientIn(regionOf(arn)).send(new InvokeCommand({ FunctionName: arn, InvocationType: 'Event', Payload }), {
    abortSignal: signal,
  });
}
