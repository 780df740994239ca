import { hash } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { JWK } from 'jose';
import type { ApiReader } from '../../shared/apis/api-store.ts';
import { detailTypes } from '../../shared/apis/detail-type.ts';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import { type Answer, endpoint, type HttpApiHandler } from '../../shared/http/endpoint.ts';
import { type Reply, refusalReply } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { type Allowed, type SwitchedOn, serverMetadata } from '../../shared/oauth/server-metadata.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import { errorReferencePage } from '../../shared/pages/error-reference-page.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import { languages } from '../../shared/pages/texts/languages.ts';
import { changePasswordHandler, notFoundHandler } from './elsewhere.ts';

export type MetadataDeps = {
  issuer: string;
  clients: Pick<ClientReader, 'policiesInForce'>;
  apis: ApiReader;
  publishedKeys: () => Promise<{ keys: JWK[] }>;
  /** What the server is set to sign with. */
  signingAlgorithms: readonly string[];
  switchedOn: SwitchedOn;
  allowed: Allowed | undefined;
  /** Seconds for which clients and proxies may keep the documents: five minutes, far below the two hours for which a key is published before it signs. */
  cachedFor: number;
  /** Whether a client id may be the URL of a document. */
  metadataDocuments: boolean;
  /** Whether clients may register themselves. */
  clientRegistration: boolean;
  hasPasswords: boolean;
  /** Whether there is a console. */
  console: boolean;
  lookOf: LookOf;
  writeLine: WriteLine;
  now: () => number;
};

/** What anybody may read: the metadata (RFC 8414, OpenID Connect Discovery), the keys (RFC 7517) and the page behind error URIs. */
export function metadataHandler(deps: MetadataDeps): HttpApiHandler {
  const documents: Record<string, (request: HttpRequest) => Promise<Answer>> = {
    [endpoints.openidConfiguration]: async (request) => ({ reply: cacheable(await metadata(deps), request, deps) }),
    [endpoints.authorizationServer]: async (request) => ({ reply: cacheable(await metadata(deps), request, deps) }),
    [endpoints.jwks]: async (request) => ({ reply: cacheable(await deps.publishedKeys(), request, deps) }),
    [endpoints.wellKnownWebauthn]: async (request) => ({ reply: cacheable({ origins: [deps.issuer] }, request, deps) }),
    [endpoints.wellKnownPasskeys]: async (request) => ({ reply: cacheable(passkeyPages(deps), request, deps) }),
    [endpoints.errors]: async (request) => ({ reply: await errorReferencePage(deps.lookOf(request)) }),
  };
  const handlers = new Map(Object.entries(documents).map(([path, flow]) => [path, handlerOf(path, flow, deps)]));
  const elsewhere = notFoundHandler(deps);
  const toChangePassword = changePasswordHandler(deps);
  return async (event: APIGatewayProxyEventV2, context) => {
    if (event.rawPath === endpoints.wellKnownChangePassword) return toChangePassword(event, context);
    return (handlers.get(event.rawPath) ?? elsewhere)(event, context);
  };
}

const handlerOf = (path: string, flow: (request: HttpRequest) => Promise<Answer>, deps: MetadataDeps) =>
  endpoint({
    name: 'metadata',
    methods: { GET: flow, HEAD: flow },
    tell: (refusal, request) =>
      path === endpoints.errors
        ? errorPage(refusal, deps.issuer, deps.lookOf(request))
        : refusalReply(refusal, deps.issuer),
    crossOrigin: path !== endpoints.errors,
    writeLine: deps.writeLine,
    now: deps.now,
  });

/** Where people make passkeys and manage them: https://w3c.github.io/webappsec-passkey-endpoints/passkey-endpoints.html */
const passkeyPages = ({ issuer }: MetadataDeps) => ({
  enroll: `${issuer}${endpoints.accountPasskey}`,
  manage: `${issuer}${endpoints.account}`,
});

async function metadata(deps: MetadataDeps): Promise<object> {
  const { keys } = await deps.publishedKeys();
  const scopes = await deps.apis.scopes();
  return serverMetadata(deps.issuer, {
    // Keys of algorithms that went out of use stay published for a while, and an algorithm without a key signs nothing.
    algorithms: deps.signingAlgorithms.filter(
      (algorithm) => isAllowed(algorithm, deps.allowed) && keys.some(({ alg }) => alg === algorithm),
    ),
    policies: await deps.clients.policiesInForce(),
    scopes: [...scopes.map(({ value }) => value), ...(await deps.apis.list()).flatMap(({ scope }) => scope)],
    claims: scopes.flatMap(({ claims }) => claims),
    detailTypes: (await deps.apis.others(detailTypes)).map(({ type }) => type),
    languages,
    ...deps.switchedOn,
    allowed: deps.allowed,
    metadataDocuments: deps.metadataDocuments,
    clientRegistration: deps.clientRegistration,
  });
}

function cacheable(document: object, request: HttpRequest, { cachedFor }: Pick<MetadataDeps, 'cachedFor'>): Reply {
  const body = JSON.stringify(document);
  const etag = `"${hash('sha256', body, 'base64url')}"`;
  const headers = { 'cache-control': `public, max-age=${cachedFor}`, etag };
  return isKnown(request.header('if-none-match'), etag)
    ? { statusCode: 304, headers }
    : { statusCode: 200, headers: { 'content-type': 'application/json', ...headers }, body };
}

/** RFC 9110 §13.1.2: any of the listed tags, weak or strong, or whatever there is. */
const isKnown = (ifNoneMatch: string | undefined, etag: string): boolean =>
  (ifNoneMatch ?? '').split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));

const isAllowed = (algorithm: string, allowed: Allowed | undefined): boolean =>
  allowed?.algorithms.includes(algorithm) ?? true;
