import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import * as sdkLambda from '@aws-sdk/client-lambda';
import * as sdkSes from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import * as slimLambda from '../../infra/bundling/sdk/client-lambda.ts';
import * as slimSes from '../../infra/bundling/sdk/client-sesv2.ts';
import { authorization } from '../../infra/bundling/sdk/signature.ts';

/* What hands messages over and sends them in the bundles does what the SDK does: both ask the same of a service that writes it down. */

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'a key of a test',
  sessionToken: 'a token of a test',
};
const seen: { url: string; headers: IncomingMessage['headers']; body: string }[] = [];
let answer: { status: number; headers?: Record<string, string>; body: string };
const service = createServer(async (request, response) => {
  seen.push({ url: request.url ?? '', headers: request.headers, body: await text(request) });
  response.writeHead(answer.status, answer.headers).end(answer.body);
});
const before = { ...process.env };

beforeAll(async () => {
  await once(service.listen(0, '127.0.0.1'), 'listening');
  const endpoint = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_LAMBDA: endpoint,
    AWS_ENDPOINT_URL_SESV2: endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  });
});

afterAll(() => {
  service.close();
  service.closeAllConnections();
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
});

beforeEach(() => {
  seen.length = 0;
});

const said = (Data: string) => ({ Data, Charset: 'UTF-8' });
const email = {
  FromEmailAddress: 'Example <no-reply@example.com>',
  Destination: { ToAddresses: ['ada@example.com'] },
  Content: {
    Simple: {
      Subject: said('Ändern Sie Ihr Passwort'),
      Body: { Text: said('Grüße'), Html: said('<p>Grüße</p>') },
      Headers: [{ Name: 'Auto-Submitted', Value: 'auto-generated' }],
    },
  },
  ConfigurationSetName: 'pixy',
};
const event = { FunctionName: 'arn:aws:lambda:eu-west-1:111122223333:function:mail', InvocationType: 'Event' as const };
const once1 = { maxAttempts: 1 };

/** What a request says, and that it is signed for the service as it is. */
function contentOf({ url, headers, body }: (typeof seen)[number], service: string, isJson: boolean) {
  const [, names = ''] = /SignedHeaders=([^,]+)/.exec(headers['authorization'] ?? '') ?? [];
  const signed = Object.fromEntries(names.split(';').map((name) => [name, String(headers[name])]));
  const signable = { headers: signed, body, date: String(headers['x-amz-date']), region: 'eu-west-1', service };
  expect(authorization({ ...signable, path: url }, credentials)).toBe(headers['authorization']);
  const { 'content-type': type, 'x-amz-invocation-type': invocation } = headers;
  return { url, type, invocation, body: isJson ? JSON.parse(body) : body };
}

test('ML6: a message is sent as the SDK sends it', async () => {
  answer = { status: 200, body: '{"MessageId":"1"}' };
  await new slimSes.SESv2Client().send(new slimSes.SendEmailCommand(email));
  await new sdkSes.SESv2Client(once1).send(new sdkSes.SendEmailCommand(email));
  const [ours, theirs] = seen.map((one) => contentOf(one, 'ses', true));
  expect(ours).toEqual(theirs);
  expect(seen.length).toBe(2);
});

test.each([
  ['throttles', 429, 'TooManyRequestsException'],
  ['refuses', 400, 'MessageRejected'],
  ['is down', 503, 'InternalFailure:http://internal.amazon.com/'],
])('ML6: an SES that %s is an error with the name of the SDK, without the message', async (_, status, type) => {
  answer = { status, headers: { 'x-amzn-errortype': type }, body: '{"message":"ada@example.com is not verified"}' };
  const failure = (sent: Promise<unknown>) => sent.catch((error: Error) => error) as Promise<Error>;
  const ours = await failure(new slimSes.SESv2Client().send(new slimSes.SendEmailCommand(email)));
  const theirs = await failure(new sdkSes.SESv2Client(once1).send(new sdkSes.SendEmailCommand(email)));
  expect(ours.name).toBe(theirs.name);
  expect(ours.message).not.toContain('ada');
});

test('a message is handed over as the SDK does it, without waiting for the function', async () => {
  answer = { status: 202, body: '' };
  const Payload = Buffer.from(JSON.stringify({ name: 'Žofie' }));
  await new slimLambda.LambdaClient().send(new slimLambda.InvokeCommand({ ...event, Payload }));
  await new sdkLambda.LambdaClient(once1).send(new sdkLambda.InvokeCommand({ ...event, Payload }));
  const [ours, theirs] = seen.map((one) => contentOf(one, 'lambda', false));
  expect(ours).toEqual(theirs);
  expect(ours?.invocation).toBe('Event');
});

test('a message that was not taken is an error', async () => {
  answer = { status: 429, body: '{}' };
  const handed = new slimLambda.LambdaClient().send(
    new slimLambda.InvokeCommand({ ...event, Payload: Buffer.from('') }),
  );
  await expect(handed).rejects.toThrow('Lambda answered with 429');
});
