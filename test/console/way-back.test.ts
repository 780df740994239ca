import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { compose } from '../../functions/console/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { newPerson } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';
import { atConsole, consoleSettings, grace } from './operator.ts';

/* The page that somebody wanted before they signed in, which a cookie keeps. Anybody may have made the link to it. */

const wrappingKey = Buffer.alloc(32, 7).toString('base64url');

const server = await startTestServer({
  accounts: [grace],
  environment: { ...consoleSettings, PIXY_WRAPPING_KEY: wrappingKey },
});

/** Browsers keep no longer cookie, and go on sending the one of before. */
const longestCookie = 4_096;

const linkOf = (length: number) => `/console/audit?client=${'A'.repeat(length)}`;

test('one that is too long for a cookie leads to the overview', async () => {
  const operator = await atConsole(server);
  const page = await operator.follow(linkOf(5_000));
  expect([page.status, page.target]).toEqual([200, '/console']);
});

test('no number of long ones keeps anybody from signing in', async () => {
  const person = newPerson(server);
  for (const target of [linkOf(1_900), linkOf(1_900), linkOf(5_000), '/console']) {
    await person.open(target);
    const cookie = `__Host-pixy_console_flows=${person.cookies.get('pixy_console_flows')}`;
    expect([target, cookie.length < longestCookie]).toEqual([target, true]);
  }
});

test('one with a line break, as API Gateway decodes it, gets into no header', async () => {
  const variables = Object.entries(tables).map(([table, name]) => [`PIXY_${table.toUpperCase()}_TABLE`, name]);
  const env = {
    ...Object.fromEntries(variables),
    ...consoleSettings,
    PIXY_ISSUER: server.issuer,
    PIXY_WRAPPING_KEY: wrappingKey,
  };
  const handler = compose(openRuntime(env, { now: server.clock.now, writeLine: () => undefined }));
  const operator = await atConsole(server);
  const rawPath = '/console/clients\r\nset-cookie: pixy_known=planted';
  const requestContext = { requestId: 'one', http: { method: 'GET', path: rawPath, sourceIp: '192.0.2.1' } };
  const event = { rawPath, rawQueryString: '', headers: {}, requestContext } as APIGatewayProxyEventV2;
  const { headers, cookies } = await handler(event, {} as Context);
  const [name = '', value = ''] = cookies?.[0]?.split(/[=;]/) ?? [];
  operator.cookies.set(name, value);
  const page = await operator.follow(String(headers?.['location']));
  expect([page.status, page.target]).toEqual([200, '/console']);
});
