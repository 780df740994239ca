import { hash } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { JWK } from 'jose';
import type { ApiReader } from '../../shared/apis/api-store.ts';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import { type Answer, endpoint, type HttpApiHandler } from '../../shared/http/endpoint.ts';
import { errorPage } from '../../shared/http/pages/error-page.ts';
import { errorReferencePage } from '../../shared/http/pages/error-reference-page.ts';
import { jsonReply, refusalReply } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { serverMetadata } from '../../shared/oauth/server-metadata.ts';

export type MetadataDeps = {
  issuer: string;
  clients: Pick<ClientReader, 'policiesInForce'>;
  apis: ApiReader;
  publishedKeys: () => Promise<{ keys: JWK[] }>;
  writeLine: WriteLine;
  now: () => number;
};

/** What anybody may read: the metadata (RFC 8414, OpenID Connect Discovery), the keys (RFC 7517) and the page behind error URIs. */
export function metadataHandler(deps: MetadataDeps): HttpApiHandler {
  const documents: Record<string, (request: HttpRequest) => Promise<Answer>> = {
    [endpoints.openidConfiguration]: async (request) => ({ reply: cacheable(await metadata(deps), request) }),
    [endpoints.authorizationServer]: async (request) => ({ reply: cacheable(await metadata(deps), request) }),
    [endpoints.jwks]: async (request) => ({ reply: cacheable(await deps.publishedKeys(), request) }),
    [endpoints.errors]: async () => ({ reply: await errorReferencePage() }),
  };
  const handlers = new Map(Object.entries(documents).map(([path, flow]) => [path, handlerOf(path, flow, deps)]));
  return async (event: APIGatewayProxyEventV2, context) => {
    const handler = handlers.get(event.rawPath);
    if (handler === undefined) throw new Error('a route leads to the metadata function that it does not know');
    return handler(event, context);
  };
}

const handlerOf = (path: string, flow: (request: HttpRequest) => Promise<Answer>, deps: MetadataDeps) =>
  endpoint({
    name: 'metadata',
    methods: { GET: flow },
    tell: (refusal) =>
      path === endpoints.errors ? errorPage(refusal, deps.issuer) : refusalReply(refusal, deps.issuer),
    crossOrigin: path !== endpoints.errors,
    writeLine: deps.writeLine,
    now: deps.now,
  });

const metadata = async (deps: MetadataDeps): Promise<object> =>
  serverMetadata(deps.issuer, {
    algorithms: algorithms(await deps.publishedKeys()),
    policies: await deps.clients.policiesInForce(),
    scopes: (await deps.apis.list()).flatMap(({ scope }) => scope),
  });

/** What the published keys sign with; RS256 is always among them (OpenID Connect Discovery §3). */
const algorithms = ({ keys }: { keys: JWK[] }): string[] => [
  ...new Set(['RS256', ...keys.flatMap(({ alg }) => (alg === undefined ? [] : [alg]))]),
];

/** Five minutes is far below the two hours for which a key is published before it signs. */
function cacheable(body: object, request: HttpRequest) {
  const headers = {
    'cache-control': 'public, max-age=300',
    pragma: '',
    etag: `"${hash('sha256', JSON.stringify(body), 'base64url')}"`,
  };
  const unchanged = request.header('if-none-match') === headers.etag;
  return unchanged ? { statusCode: 304, headers } : jsonReply(200, body, headers);
}
