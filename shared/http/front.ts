import { isIP } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { equalInConstantTime } from '../secret.ts';

/*
 * A CDN in front of the API (docs/cdn.md) says with every request that it is the CDN, and from which address the viewer came.
 */

/** The header with the secret that only the CDN knows. */
export const frontSecretHeader = 'x-pixy-front';

/** The header with the viewer's address. The CDN writes it itself, whatever the viewer sent. */
export const viewerHeader = 'x-pixy-viewer';

/**
 * Returns the event as if the viewer had called the API, without what the CDN added; undefined when it did not come through the CDN.
 * `secrets`: those that the CDN may send. A CDN that does not say who called leaves its own address.
 */
export function throughFront(
  event: APIGatewayProxyEventV2,
  secrets: readonly string[],
): APIGatewayProxyEventV2 | undefined {
  const { [frontSecretHeader]: sent = '', [viewerHeader]: viewer = '', ...headers } = event.headers;
  if (!secrets.some((secret) => equalInConstantTime(sent, secret))) return undefined;
  const { http } = event.requestContext;
  const sourceIp = isIP(viewer) === 0 ? http.sourceIp : viewer;
  return { ...event, headers, requestContext: { ...event.requestContext, http: { ...http, sourceIp } } };
}
