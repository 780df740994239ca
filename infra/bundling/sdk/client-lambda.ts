import { authorization } from './signature.ts';

/* Replaces @aws-sdk/client-lambda in the bundles. Invokes a function in a single attempt, over a keep-alive connection. */

type Input = { FunctionName: string; Payload: Uint8Array };
type Output = { FunctionError?: string | undefined; Payload: Uint8Array };

export class InvokeCommand {
  readonly input: Input;
  constructor(input: Input) {
    this.input = input;
  }
}

/** Avoids `import`, which would load every part of `node:https`. */
const http = () => process.getBuiltinModule('node:http');
const https = () => process.getBuiltinModule('node:https');

export class LambdaClient {
  readonly #endpoint: URL;
  readonly #agent: import('node:http').Agent;

  constructor() {
    const region = process.env['AWS_REGION'] ?? '';
    const given = process.env['AWS_ENDPOINT_URL_LAMBDA'] ?? process.env['AWS_ENDPOINT_URL'];
    this.#endpoint = new URL(given || `https://lambda.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`);
    const { Agent } = this.#endpoint.protocol === 'http:' ? http() : https();
    this.#agent = new Agent({ keepAlive: true, maxSockets: 50 });
  }

  async send({ input }: InvokeCommand, { abortSignal }: { abortSignal: AbortSignal }): Promise<Output> {
    const { protocol, host, hostname, port } = this.#endpoint;
    const body = Buffer.from(input.Payload).toString('utf8');
    const path = `/2015-03-31/functions/${encodeURIComponent(input.FunctionName)}/invocations`;
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
    if (!accessKeyId || !secretAccessKey) throw new Error('there are no AWS credentials in the environment');
    const sessionToken = process.env['AWS_SESSION_TOKEN'];
    const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const headers: Record<string, string> = {
      host,
      'content-type': 'application/octet-stream',
      'x-amz-date': date,
      ...(sessionToken && { 'x-amz-security-token': sessionToken }),
    };
    const region = process.env['AWS_REGION'] ?? '';
    const signable = { headers, body, date, region, service: 'lambda', path };
    headers['authorization'] = authorization(signable, { accessKeyId, secretAccessKey, sessionToken });
    headers['content-length'] = String(Buffer.byteLength(body));

    const { promise, resolve, reject } = Promise.withResolvers<Output>();
    const { request } = protocol === 'http:' ? http() : https();
    const options = { agent: this.#agent, hostname, port, path, method: 'POST', headers, signal: abortSignal };
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode !== 200) reject(new Error(`Lambda answered with ${response.statusCode}`));
        const failed = response.headers['x-amz-function-error'];
        resolve({ FunctionError: failed === undefined ? undefined : String(failed), Payload: Buffer.concat(chunks) });
      });
    });
    sent.on('error', reject);
    sent.end(body);
    return promise;
  }
}
