import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { entrance } from '../../functions/entrance.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { maximumBytes } from '../../shared/http/form.ts';
import { readRequest } from '../../shared/http/request.ts';
import { homesOf } from '../support/regions.ts';

const environment = {
  PIXY_ISSUER: 'https://sign-in.example.com',
  PIXY_GRANTS_TABLE: 'grants',
  PIXY_CLIENTS_TABLE: 'clients',
  PIXY_PEOPLE_TABLE: 'people',
  PIXY_KEYS_TABLE: 'keys',
  PIXY_WRAPPING_KEY: 'A'.repeat(43),
  ...homesOf('b'),
};

/** What the other region gets of a request with a refresh token of its own. */
async function passedOn(text: string, isBase64Encoded: boolean, name = 'token'): Promise<APIGatewayProxyEventV2> {
  let passed: object | undefined;
  const send = async (_place: object, _name: string, event: object) => {
    passed = event;
    return { statusCode: 200 };
  };
  const here = async () => ({ statusCode: 500 });
  const http = { method: 'POST', path: `/${name}`, sourceIp: '' };
  const body = isBase64Encoded ? Buffer.from(text).toString('base64') : text;
  const event = { rawPath: `/${name}`, body, isBase64Encoded, requestContext: { requestId: 'r', http } };
  const handler = entrance(name, here, openRuntime(environment, { database: {} as never, send }));
  await handler(event as unknown as APIGatewayProxyEventV2, {} as Context);
  return passed as APIGatewayProxyEventV2;
}

const spends = 'grant_type=refresh_token&refresh_token=a.x&more=';

test.each([true, false])(
  'a body that no endpoint takes goes to no other region as a whole (base64: %s)',
  async (isBase64) => {
    // Of what is only known by the body, it is answered here: nothing reads so much to find out.
    expect(await passedOn(spends.padEnd(4_000_000, 'x'), isBase64)).toBeUndefined();
    const passed = await passedOn(spends.padEnd(4_000_000, 'x'), isBase64, 'account');
    expect(JSON.stringify(passed).length).toBeLessThan(100_000);
    // It is refused there as it would be here.
    expect(readRequest(passed).body.bytes).toBeGreaterThan(maximumBytes);
  },
);

test.each([true, false])('one that they take goes there byte for byte (base64: %s)', async (isBase64) => {
  const text = `${spends}ü`.padEnd(maximumBytes - 1, 'x');
  expect(readRequest(await passedOn(text, isBase64)).body).toEqual({ text, bytes: maximumBytes });
});
