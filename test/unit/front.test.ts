import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { expect, test } from 'vitest';
import { throughFront } from '../../shared/http/front.ts';

const secrets = ['the secret of today', 'the secret of before'];

const eventWith = (headers: Record<string, string>) =>
  ({
    headers,
    requestContext: { requestId: 'one', http: { sourceIp: '130.176.0.1', method: 'GET' } },
  }) as unknown as APIGatewayProxyEventV2;

test.each([
  ['nothing', {}],
  ['an empty secret', { 'x-pixy-front': '' }],
  ['another secret', { 'x-pixy-front': 'a guess', 'x-pixy-viewer': '192.0.2.1' }],
  ['two secrets, as API Gateway joins them', { 'x-pixy-front': `a guess,${secrets[0]}` }],
])('O1: with %s it did not come through the CDN', (_, headers) => {
  expect(throughFront(eventWith(headers), secrets)).toBeUndefined();
});

test('O1: without a secret that is known, nothing comes through', () => {
  expect(throughFront(eventWith({ 'x-pixy-front': '' }), [])).toBeUndefined();
});

test.each(secrets)('O1: with %s it is the viewer who called, and nobody sees what the CDN added', (secret) => {
  const event = eventWith({ host: 'api.example', 'x-pixy-front': secret, 'x-pixy-viewer': '2001:db8::1' });
  expect(throughFront(event, secrets)).toEqual({
    headers: { host: 'api.example' },
    requestContext: { requestId: 'one', http: { sourceIp: '2001:db8::1', method: 'GET' } },
  });
});

test.each(['', '192.0.2.1, 192.0.2.2', 'somebody'])(
  'O1: a CDN that names the viewer %j leaves its own address',
  (viewer) => {
    const event = eventWith({
      'x-pixy-front': 'the secret of today',
      ...(viewer !== '' && { 'x-pixy-viewer': viewer }),
    });
    expect(throughFront(event, secrets)?.requestContext.http.sourceIp).toBe('130.176.0.1');
  },
);
