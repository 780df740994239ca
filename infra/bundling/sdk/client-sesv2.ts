import { type RestRequest, restCaller } from './rest-call.ts';

/* Replaces @aws-sdk/client-sesv2 in the bundle of `mail`. Sends in a single attempt: Lambda repeats the whole call. */

type Text = { Data: string; Charset: string };
type Input = {
  FromEmailAddress: string;
  Destination: { ToAddresses: string[] };
  Content: { Simple: { Subject: Text; Body: { Text: Text; Html: Text }; Headers: { Name: string; Value: string }[] } };
  ConfigurationSetName: string | undefined;
};

export class SendEmailCommand {
  readonly input: Input;
  constructor(input: Input) {
    this.input = input;
  }
}

export class SESv2Client {
  readonly #call = restCaller({ name: 'email', variable: 'SESV2', signedAs: 'ses' });

  /** Throws an error with the name that SES gives it. Its message may quote an address, and is left out. */
  async send({ input }: SendEmailCommand, { abortSignal }: Pick<RestRequest, 'abortSignal'> = {}): Promise<void> {
    const { status, headers } = await this.#call({
      path: '/v2/email/outbound-emails',
      body: JSON.stringify(input),
      contentType: 'application/json',
      abortSignal,
    });
    if (status === 200) return;
    const error = new Error(`SES answered with ${status}`);
    error.name = String(headers['x-amzn-errortype'] ?? error.name).replace(/[^\w].*$/, '');
    throw error;
  }
}
