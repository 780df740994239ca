import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { consoleRoutes, pushedRequestRoutes, registrationRoutes, routes } from '../../infra/routes.ts';
import { secretLimit } from '../../shared/clients/secret-limit.ts';
import type { HttpApiHandler } from '../../shared/http/endpoint.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { generateSecret } from '../../shared/secret.ts';
import { spa, webPost } from '../support/clients.ts';
import { encodeFields, formType, send } from '../support/http.ts';
import { startTestServer, tables } from '../support/server.ts';

const secret = generateSecret();
const server = await startTestServer({
  clients: [spa, webPost],
  environment: { PIXY_FRONT_SECRET: secret, PIXY_CLIENT_REGISTRATION: 'open', PIXY_CONSOLE: 'on' },
});

const every = [...routes, ...pushedRequestRoutes, ...registrationRoutes, ...consoleRoutes];

const refused = { statusCode: 403, body: `This server answers at ${server.issuer} only.\n` };

afterAll(() => vi.unstubAllEnvs());

const through = (viewer: string) => ({ 'x-pixy-front': secret, 'x-pixy-viewer': viewer });

describe('O1: behind a CDN', () => {
  test.each(every)('$path answers nobody who does not come through it', async ({ path }) => {
    const { status, body } = await send(server.port, path, { headers: { 'x-pixy-front': 'a guess' } });
    expect({ statusCode: status, body }).toEqual(refused);
  });

  test.each([...new Set(every.map((route) => route.function))])(
    'the deployed function %s does neither',
    async (name) => {
      const environment = {
        PIXY_ISSUER: server.issuer,
        PIXY_GRANTS_TABLE: tables.grants,
        PIXY_CLIENTS_TABLE: tables.clients,
        PIXY_PEOPLE_TABLE: tables.people,
        PIXY_KEYS_TABLE: tables.keys,
        PIXY_WRAPPING_KEY: Buffer.alloc(32, 7).toString('base64url'),
        PIXY_FRONT_SECRET: secret,
      };
      for (const [variable, value] of Object.entries(environment)) vi.stubEnv(variable, value);
      const { handler } = (await import(`../../functions/${name}/index.ts`)) as { handler: HttpApiHandler };
      const requestContext = { requestId: 'one', http: { method: 'GET', path: '/', sourceIp: '192.0.2.1' } };
      const event = { rawPath: '/', rawQueryString: '', headers: {}, requestContext } as APIGatewayProxyEventV2;
      expect(await handler(event, {} as Context)).toMatchObject(refused);
    },
  );

  test('the metadata comes through', async () => {
    const { status, body } = await send(server.port, endpoints.openidConfiguration, { headers: through('192.0.2.1') });
    expect({ status, issuer: JSON.parse(body).issuer }).toEqual({ status: 200, issuer: server.issuer });
  });

  test('limits count the viewer, not the CDN', async () => {
    const guess = async (viewer: string) => {
      const { status } = await send(server.port, '/token', {
        method: 'POST',
        headers: { ...through(viewer), ...formType },
        body: encodeFields({
          grant_type: 'client_credentials',
          client_id: webPost.client_id,
          client_secret: 'a guess',
        }),
      });
      return status;
    };
    for (let guesses = 0; guesses < secretLimit.failures; guesses += 1) await guess('192.0.2.1');
    expect({ same: await guess('192.0.2.1'), other: await guess('192.0.2.2') }).toEqual({ same: 429, other: 401 });
  });

  test('neither the secret nor its header is in the audit log', async () => {
    await send(server.port, '/authorize?client_id=nobody', { headers: through('192.0.2.1') });
    expect(server.auditLines.join('\n')).not.toContain(secret);
  });
});
