import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

let client: LambdaClient | undefined;

/** Invokes a Lambda function with the event and returns its answer. Tries only once: the person or the client tries again. */
export async function invokeFunction(arn: string, event: object, signal: AbortSignal): Promise<unknown> {
  client ??= new LambdaClient({ maxAttempts: 1 });
  const command = new InvokeCommand({ FunctionName: arn, Payload: Buffer.from(JSON.stringify(event)) });
  const { FunctionError: failed, Payload: payload } = await client.send(command, { abortSignal: signal });
  // The error may quote the event, so only its kind is passed on.
  if (failed !== undefined) throw new Error(`the function failed (${failed})`);
  return payload === undefined ? undefined : JSON.parse(Buffer.from(payload).toString('utf8'));
}

/** Has Lambda call the function with the event soon, and again when it fails. Resolves when the event is safe. */
export async function invokeLater(arn: string, event: object, signal: AbortSignal): Promise<void> {
  client ??= new LambdaClient({ maxAttempts: 1 });
  const Payload = Buffer.from(JSON.stringify(event));
  await client.send(new InvokeCommand({ FunctionName: arn, InvocationType: 'Event', Payload }), {
    abortSignal: signal,
  });
}
