import { type RestRequest, restCaller } from './rest-call.ts';

/* Replaces @aws-sdk/client-lambda in the bundles. Invokes a function in a single attempt. */

type Input = { FunctionName: string; InvocationType?: 'Event'; Payload: Uint8Array };
type Output = { FunctionError?: string | undefined; Payload: Uint8Array };

export class InvokeCommand {
  readonly input: Input;
  constructor(input: Input) {
    this.input = input;
  }
}

export class LambdaClient {
  readonly #call: ReturnType<typeof restCaller>;

  /** `region`: of the function. @default that of this one */
  constructor({ region }: { region?: string } = {}) {
    this.#call = restCaller({ name: 'lambda', variable: 'LAMBDA', signedAs: 'lambda' }, region);
  }

  async send({ input }: InvokeCommand, { abortSignal }: Pick<RestRequest, 'abortSignal'> = {}): Promise<Output> {
    const { FunctionName, InvocationType: type, Payload } = input;
    const { status, headers, body } = await this.#call({
      path: `/2015-03-31/functions/${encodeURIComponent(FunctionName)}/invocations`,
      body: Buffer.from(Payload).toString('utf8'),
      contentType: 'application/octet-stream',
      ...(type && { headers: { 'x-amz-invocation-type': type } }),
      abortSignal,
    });
    if (status !== (type ? 202 : 200)) throw new Error(`Lambda answered with ${status}`);
    const failed = headers['x-amz-function-error'];
    return { FunctionError: failed === undefined ? undefined : String(failed), Payload: body };
  }
}
