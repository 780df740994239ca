import { type Addressed, endpointOf } from './endpoint.ts';
import { authorization } from './signature.ts';

/* One POST to an AWS service with a REST protocol, in a single attempt, over a keep-alive connection. */

/** Avoids `import`, which would load every part of `node:https`. */
const http = () => process.getBuiltinModule('node:http');
const https = () => process.getBuiltinModule('node:https');

/** `signedAs`: in the signature. */
export type RestService = Addressed & { signedAs: string };

export type RestRequest = {
  /** Percent-encoded. */
  path: string;
  body: string;
  contentType: string;
  headers?: Readonly<Record<string, string>>;
  abortSignal?: AbortSignal | undefined;
};

export type RestAnswer = { status: number; headers: import('node:http').IncomingHttpHeaders; body: Buffer };

/** Returns a function that sends a request and answers with whatever the service answers. */
export function restCaller(
  { signedAs, ...service }: RestService,
  region = process.env['AWS_REGION'] ?? '',
): (request: RestRequest) => Promise<RestAnswer> {
  const { protocol, host, hostname, port } = endpointOf(service, region);
  const { Agent, request: open } = protocol === 'http:' ? http() : https();
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });

  return async ({ path, body, contentType, headers: more, abortSignal: signal }) => {
    // A process that was frozen learns in its next turn which connections were closed meanwhile. A request on one of those would be lost.
    await new Promise((resolve) => setImmediate(resolve));
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
    if (!accessKeyId || !secretAccessKey) throw new Error('there are no AWS credentials in the environment');
    const sessionToken = process.env['AWS_SESSION_TOKEN'];
    const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const headers: Record<string, string> = {
      host,
      'content-type': contentType,
      'x-amz-date': date,
      ...(sessionToken && { 'x-amz-security-token': sessionToken }),
      ...more,
    };
    const signable = { headers, body, date, region, service: signedAs, path };
    headers['authorization'] = authorization(signable, { accessKeyId, secretAccessKey, sessionToken });
    headers['content-length'] = String(Buffer.byteLength(body));

    const { promise, resolve, reject } = Promise.withResolvers<RestAnswer>();
    const sent = open({ agent, hostname, port, path, method: 'POST', headers, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
    return promise;
  };
}
