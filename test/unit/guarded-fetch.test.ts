import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { guardedFetch } from '../../shared/clients/guarded-fetch.ts';
import { publicAddress, startTlsHost } from '../support/tls-host.ts';

/* Server-side request forgery: what a client names is fetched from the public internet or not at all. The resolver is the test's own. */

const answers: Record<string, { status?: number; headers?: Record<string, string>; body?: string }> = {
  '/client': { headers: { 'content-type': 'application/json', 'cache-control': 'max-age=120' }, body: '{"a":1}' },
  '/full': { body: 'x'.repeat(5_120) },
  '/large': { body: 'x'.repeat(5_121) },
  '/moved': { status: 302, headers: { location: 'https://client.example/client' } },
  '/moved-inside': { status: 307, headers: { location: 'http://169.254.169.254/latest' } },
  '/missing': { status: 404, body: '{}' },
  '/accepted': { status: 202, body: '{}' },
  '/marked': { body: '\ufeff{"a":1}' },
};
const host = await startTlsHost((request, response) => {
  const { status = 200, headers = {}, body = '' } = answers[request.url ?? ''] ?? {};
  if (request.url === '/silent') return;
  // RFC 9110 §12.5.3: to who names no encoding, a server may send any.
  if (request.url === '/compressed' && request.headers['accept-encoding'] !== 'identity') {
    return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}'));
  }
  response.writeHead(status, headers);
  if (request.url === '/drips') return void response.write('{');
  response.end(body);
});

const limits = { bytes: 5_120, milliseconds: 3_000 };
const fetchAt = (path: string, network = host.network()) =>
  guardedFetch(`https://client.example${path}`, limits, network);

describe('the guarded fetch', () => {
  test('takes the text from one of the addresses that were judged, and resolves the name once', async () => {
    const network = host.network([[publicAddress, '2606:2800:21f:cb07::1'], ['127.0.0.1']]);
    expect(await fetchAt('/client', network)).toEqual({
      ok: true,
      value: { text: '{"a":1}', contentType: 'application/json', cacheControl: 'max-age=120' },
    });
    expect(network.connected).toEqual([publicAddress, '2606:2800:21f:cb07::1']);
    expect(network.resolutions()).toBe(1);
  });

  test('CI9: takes 5 kB and no more', async () => {
    expect((await fetchAt('/full')).ok).toBe(true);
    expect(await fetchAt('/large')).toEqual({ ok: false, refusal: 'too_large' });
  });

  test('takes the text as it is: it asks for no encoding, and drops a byte order mark', async () => {
    expect(await fetchAt('/compressed')).toMatchObject({ value: { text: '' } });
    expect(await fetchAt('/marked')).toMatchObject({ value: { text: '{"a":1}' } });
  });

  test.each(['/silent', '/drips'])('CI9: waits so long and no longer: %s', async (path) => {
    const network = host.network();
    const url = `https://client.example${path}`;
    expect(await guardedFetch(url, { ...limits, milliseconds: 200 }, network)).toEqual({
      ok: false,
      refusal: 'too_slow',
    });
  });

  test('CI2: takes status 200 alone, and follows no redirect', async () => {
    const before = host.asked.length;
    expect(await fetchAt('/moved')).toEqual({ ok: false, refusal: 'redirected' });
    expect(await fetchAt('/moved-inside')).toEqual({ ok: false, refusal: 'redirected' });
    expect(await fetchAt('/missing')).toEqual({ ok: false, refusal: 'not_served' });
    expect(await fetchAt('/accepted')).toEqual({ ok: false, refusal: 'not_served' });
    expect(host.asked).toHaveLength(before + 4);
  });

  test('refuses a certificate that has expired, or is for another host', async () => {
    expect(await fetchAt('/client', host.network([[publicAddress]], 'expired'))).toEqual({
      ok: false,
      refusal: 'certificate_refused',
    });
    const other = await guardedFetch('https://other.example/client', limits, host.network());
    expect(other).toEqual({ ok: false, refusal: 'certificate_refused' });
  });
});

describe('CI8: a name that resolves to an address that is not public', () => {
  test.each([
    ['loopback', ['127.0.0.1']],
    ['private', ['10.1.2.3']],
    ['private too', ['192.168.1.1']],
    ['link-local, where clouds keep credentials', ['169.254.169.254']],
    ['shared address space', ['100.64.0.1']],
    ['this network', ['0.0.0.0']],
    ['IPv6 loopback', ['::1']],
    ['IPv6 unique local', ['fd00::1']],
    ['IPv6 link-local', ['fe80::1']],
    ['IPv4 mapped into IPv6', ['::ffff:127.0.0.1']],
    ['IPv4 mapped in hexadecimal', ['::ffff:7f00:1']],
    ['IPv4-compatible', ['::127.0.0.1']],
    ['IPv4 translated (NAT64)', ['64:ff9b::a9fe:a9fe']],
    ['IPv4 in 6to4', ['2002:7f00:1::']],
    ['IPv4 in Teredo', ['2001:0:7f00:1::']],
    ['one public and one private', [publicAddress, '10.0.0.1']],
    ['no address', []],
  ])('is not connected to: %s', async (_, addresses) => {
    const before = host.asked.length;
    const network = host.network([addresses]);
    expect(await fetchAt('/client', network)).toEqual({ ok: false, refusal: 'address_not_public' });
    expect([network.connected, host.asked.length]).toEqual([[], before]);
  });

  test('is judged at every fetch: the second time it leads inside', async () => {
    const network = host.network([[publicAddress], ['127.0.0.1']]);
    expect((await fetchAt('/client', network)).ok).toBe(true);
    expect(await fetchAt('/client', network)).toEqual({ ok: false, refusal: 'address_not_public' });
    expect(network.connected).toEqual([publicAddress]);
  });

  test.each([
    'http://client.example/client',
    'https://127.0.0.1/client',
    'https://[::1]/client',
    'https://2130706433/client',
    'https://localhost/client',
    'https://service.internal/client',
    'https://client.example:8443/client',
    'https://ada@client.example/client',
    'file:///etc/passwd',
  ])('is not even resolved: %s', async (url) => {
    const network = host.network();
    expect(await guardedFetch(url, limits, network)).toEqual({ ok: false, refusal: 'not_fetchable' });
    expect(network.resolutions()).toBe(0);
  });
});
