import { describe, expect, test } from 'vitest';
import {
  hasDotlessScheme,
  matchRedirectUri,
  parseRedirectUri,
  withFragment,
  withQuery,
} from '../../shared/oauth/redirect-uri.ts';

const web = 'https://app.example.com/callback?tenant=one';
const matches = (presented: string, ...registered: string[]) => matchRedirectUri(presented, registered) === presented;

describe('BP1 OA8 a redirect URI is compared character for character', () => {
  test('the registered one matches, wherever it is in the list', () => {
    expect(matches(web, web)).toBe(true);
    expect(matches(web, 'https://app.example.com/', web, 'com.example.app:/cb')).toBe(true);
  });

  test('nothing matches a client that registered nothing', () => {
    expect(matches(web)).toBe(false);
  });

  test.each([
    ['host in another case', 'https://APP.example.com/callback?tenant=one'],
    ['scheme in another case', 'HTTPS://app.example.com/callback?tenant=one'],
    ['path in another case', 'https://app.example.com/Callback?tenant=one'],
    ['trailing slash', 'https://app.example.com/callback/?tenant=one'],
    ['query added', 'https://app.example.com/callback?tenant=one&next=/'],
    ['query changed', 'https://app.example.com/callback?tenant=two'],
    ['query left off', 'https://app.example.com/callback'],
    ['query truncated', 'https://app.example.com/callback?tenant=on'],
    ['dot segment', 'https://app.example.com/x/../callback?tenant=one'],
    ['encoded dot segment', 'https://app.example.com/x/%2e%2e/callback?tenant=one'],
    ['current-folder segment', 'https://app.example.com/./callback?tenant=one'],
    ['encoded slash', 'https://app.example.com%2Fcallback?tenant=one'],
    ['encoded letter', 'https://app.example.com/%63allback?tenant=one'],
    ['backslash', 'https://app.example.com\\callback?tenant=one'],
    ['backslash before another host', 'https://evil.example\\@app.example.com/callback?tenant=one'],
    ['user name', 'https://app@app.example.com/callback?tenant=one'],
    ['the host as user name of another', 'https://app.example.com@evil.example/callback?tenant=one'],
    ['default port', 'https://app.example.com:443/callback?tenant=one'],
    ['other port', 'https://app.example.com:8443/callback?tenant=one'],
    ['fragment', `${web}#`],
    ['fragment with text', `${web}#section`],
    ['subdomain', 'https://evil.app.example.com/callback?tenant=one'],
    ['parent domain', 'https://example.com/callback?tenant=one'],
    ['host with a suffix', 'https://app.example.com.evil.example/callback?tenant=one'],
    ['host with a prefix', 'https://evilapp.example.com/callback?tenant=one'],
    ['host with a trailing dot', 'https://app.example.com./callback?tenant=one'],
    ['a prefix of it', 'https://app.example.com/'],
    ['a longer path', 'https://app.example.com/callback/more?tenant=one'],
    ['wildcard', 'https://*.example.com/callback?tenant=one'],
    ['tab', 'https://app.example.com/call\tback?tenant=one'],
    ['CRLF', `${web}\r\nLocation: https://evil.example`],
    ['trailing newline', `${web}\n`],
    ['leading space', ` ${web}`],
    ['NUL', `${web}\0`],
    ['ideographic full stop', 'https://app。example.com/callback?tenant=one'],
    ['Cyrillic letter', 'https://\u0430pp.example.com/callback?tenant=one'],
    ['double slash', 'https://app.example.com//callback?tenant=one'],
    ['http', 'http://app.example.com/callback?tenant=one'],
    ['no scheme', '//app.example.com/callback?tenant=one'],
    ['one slash', 'https:/app.example.com/callback?tenant=one'],
    ['percent-encoded as a whole', encodeURIComponent(web)],
    ['nothing', ''],
  ])('%s does not match', (_, presented) => {
    expect(matches(presented, web)).toBe(false);
  });

  test('BP1 a registered text is not a pattern', () => {
    expect(matches('https://appXexampleXcom/callback', 'https://app.example.com/callback')).toBe(false);
  });
});

describe('BP2 N1 the port of a loopback redirect URI is the choice of the client', () => {
  test.each([
    ['127.0.0.1 with any port', 'http://127.0.0.1:49152/cb', 'http://127.0.0.1/cb'],
    ['another port than registered', 'http://127.0.0.1:49152/cb', 'http://127.0.0.1:8080/cb'],
    ['no port although one is registered', 'http://127.0.0.1/cb', 'http://127.0.0.1:8080/cb'],
    ['the highest port', 'http://127.0.0.1:65535/cb', 'http://127.0.0.1/cb'],
    ['[::1] with any port', 'http://[::1]:49152/cb', 'http://[::1]/cb'],
    ['N2 localhost with any port where localhost is registered', 'http://localhost:3000/cb', 'http://localhost/cb'],
    ['a query that is the same', 'http://127.0.0.1:1024/cb?a=b', 'http://127.0.0.1/cb?a=b'],
    ['no path at all', 'http://127.0.0.1:1024', 'http://127.0.0.1'],
  ])('%s matches', (_, presented, registered) => {
    expect(matches(presented, registered)).toBe(true);
  });

  test.each([
    ['another path', 'http://127.0.0.1:1024/other', 'http://127.0.0.1/cb'],
    ['a longer path', 'http://127.0.0.1:1024/cb/', 'http://127.0.0.1/cb'],
    ['another query', 'http://127.0.0.1:1024/cb?a=c', 'http://127.0.0.1/cb?a=b'],
    ['a fragment', 'http://127.0.0.1:1024/cb#x', 'http://127.0.0.1/cb'],
    ['another loopback host', 'http://[::1]:1024/cb', 'http://127.0.0.1/cb'],
    ['N2 localhost where only 127.0.0.1 is registered', 'http://localhost:1024/cb', 'http://127.0.0.1/cb'],
    ['N2 127.0.0.1 where only localhost is registered', 'http://127.0.0.1:1024/cb', 'http://localhost/cb'],
    ['a port that cannot be', 'http://127.0.0.1:65536/cb', 'http://127.0.0.1/cb'],
    ['a port without digits', 'http://127.0.0.1:/cb', 'http://127.0.0.1/cb'],
    ['a port with a sign', 'http://127.0.0.1:+80/cb', 'http://127.0.0.1/cb'],
    ['a port of six digits', 'http://127.0.0.1:000080/cb', 'http://127.0.0.1/cb'],
    ['a trailing newline', 'http://127.0.0.1:1024/cb\n', 'http://127.0.0.1/cb'],
  ])('%s does not', (_, presented, registered) => {
    expect(matches(presented, registered)).toBe(false);
  });
});

describe('N8 the loopback rule is for nothing else', () => {
  test.each([
    ['https', 'https://127.0.0.1:1024/cb', 'https://127.0.0.1/cb'],
    ['https on localhost', 'https://localhost:1024/cb', 'https://localhost/cb'],
    ['N4 a claimed https URI', 'https://app.example.com:1024/cb', 'https://app.example.com/cb'],
    ['http on another host', 'http://app.example.com:1024/cb', 'http://app.example.com/cb'],
    ['another host that begins like it', 'http://127.0.0.1.evil.com/cb', 'http://127.0.0.1/cb'],
    ['another host behind a port', 'http://127.0.0.1:80.evil.com/cb', 'http://127.0.0.1/cb'],
    ['localhost of somebody', 'http://localhost.evil.com/cb', 'http://localhost/cb'],
    ['a short form', 'http://127.1:1024/cb', 'http://127.0.0.1/cb'],
    ['hexadecimal', 'http://0x7f000001:1024/cb', 'http://127.0.0.1/cb'],
    ['decimal', 'http://2130706433:1024/cb', 'http://127.0.0.1/cb'],
    ['another address of the loopback net', 'http://127.0.0.2:1024/cb', 'http://127.0.0.1/cb'],
    ['an IPv4-mapped address', 'http://[::ffff:127.0.0.1]:1024/cb', 'http://127.0.0.1/cb'],
    ['the long form of ::1', 'http://[0:0:0:0:0:0:0:1]:1024/cb', 'http://[::1]/cb'],
    ['a user name', 'http://user@127.0.0.1:1024/cb', 'http://127.0.0.1/cb'],
    ['the address as user name', 'http://127.0.0.1:1024@evil.com/cb', 'http://127.0.0.1/cb'],
    ['capitals', 'http://LOCALHOST:1024/cb', 'http://localhost/cb'],
    ['a private-use scheme', 'com.example.app://127.0.0.1:1024/cb', 'com.example.app://127.0.0.1/cb'],
  ])('%s', (_, presented, registered) => {
    expect(matches(presented, registered)).toBe(false);
  });
});

describe('N3 a private-use scheme is exact', () => {
  test.each(['com.example.app:/cb', 'com.example.app://cb'])('%s matches itself', (uri) => {
    expect(matches(uri, uri)).toBe(true);
  });

  test.each(['com.example.app:/CB', 'com.example.app://cb', 'com.example.app:/cb/', 'com.example.other:/cb'])(
    '%s does not match com.example.app:/cb',
    (uri) => {
      expect(matches(uri, 'com.example.app:/cb')).toBe(false);
    },
  );
});

describe('what may be registered', () => {
  test.each([
    'https://app.example.com/callback',
    'https://app.example.com',
    'https://app.example.com:8443/callback?tenant=one',
    'https://oauth.pstmn.io/v1/callback',
    'https://localhost:8443/cb',
    'http://127.0.0.1/cb',
    'http://127.0.0.1:8080/cb',
    'http://[::1]/cb',
    'http://localhost:3000/cb',
    'com.example.app:/cb',
    'com.example.app://cb',
  ])('%s', (uri) => {
    expect(parseRedirectUri(uri)).toEqual({ ok: true, value: uri });
  });

  test.each([
    ['OA9 a fragment', 'https://app.example.com/cb#', 'has a fragment'],
    ['OA9 a path alone', '/callback', 'is not an absolute URI'],
    ['OA9 no scheme', '//app.example.com/cb', 'is not an absolute URI'],
    ['OA9 no URI', 'callback', 'is not an absolute URI'],
    ['OA9 nothing', '', 'is not an absolute URI'],
    ['https without a host', 'https://', 'is not an absolute URI'],
    ['a port that cannot be', 'https://app.example.com:65536/cb', 'is not an absolute URI'],
    ['BP14 http', 'http://app.example.com/cb', 'is http on a host that is not a loopback address'],
    ['BP14 http on a host that begins like a loopback address', 'http://127.0.0.1.evil.com/cb', 'is http on a host that is not a loopback address'],
    ['BP14 http on a name of localhost', 'http://localhost.evil.com/cb', 'is http on a host that is not a loopback address'],
    ['BP14 http on a name that looks like 127.0.0.1', 'http://127a0b0c1/cb', 'is http on a host that is not a loopback address'],
    ['BP14 http on a short form of 127.0.0.1', 'http://127.1/cb', 'is http on a host that is not a loopback address'],
    ['OA9 javascript:', 'javascript:alert(1)', 'has a scheme that no app is called by'],
    ['OA9 JavaScript: in capitals', 'JAVASCRIPT:alert(1)', 'has a scheme that no app is called by'],
    ['OA9 data:', 'data:text/html,x', 'has a scheme that no app is called by'],
    ['OA9 data: with dots in the rest', 'data:text/html,a.b.c', 'has a scheme that no app is called by'],
    ['DC2 vbscript:', 'vbscript:x', 'has a scheme that no app is called by'],
    ['DC2 blob:', 'blob:https://app.example.com/1', 'has a scheme that no app is called by'],
    ['DC2 file:', 'file:///etc/passwd', 'has a scheme that no app is called by'],
    ['a wildcard host', 'https://*.example.com/cb', 'has a wildcard; register every redirect URI in full'],
    ['a wildcard path', 'https://app.example.com/*', 'has a wildcard; register every redirect URI in full'],
    ['a user name', 'https://user@app.example.com/cb', 'has a user name or password in it'],
    ['a password', 'https://:secret@app.example.com/cb', 'has a user name or password in it'],
    ['a space', 'https://app.example.com/a b', 'has a character that a URI must percent-encode'],
    ['a leading space', ' https://app.example.com/cb', 'has a character that a URI must percent-encode'],
    ['a newline', 'https://app.example.com/cb\n', 'has a character that a URI must percent-encode'],
    ['a tab in the scheme', 'java\tscript:alert(1)', 'has a character that a URI must percent-encode'],
    ['a backslash', 'https:\\\\app.example.com/cb', 'has a character that a URI must percent-encode'],
    ['a quote', 'https://app.example.com/"', 'has a character that a URI must percent-encode'],
    ['a host that is not ASCII', 'https://münchen.example/cb', 'has a character that a URI must percent-encode'],
  ])('not %s', (_, uri, problem) => {
    expect(parseRedirectUri(uri)).toEqual({ ok: false, refusal: problem });
  });

  test.each(['code', 'state', 'iss', 'error', 'error_description', 'error_uri', 'id_token', 'response'])(
    'RFC 6749 §3.1: not with the parameter %s, which the answer would bring a second time',
    (name) => {
      const refusal = 'has a query parameter that the answer brings';
      expect(parseRedirectUri(`https://app.example.com/cb?${name}=x`)).toEqual({ ok: false, refusal });
    },
  );

  test.each(['cursor:', 'oc://android', 'vscode-insiders:/cb', 'MyApp:/cb'])('K6 %s has a scheme without a dot', (uri) => {
    expect(hasDotlessScheme(uri)).toBe(true);
  });

  test.each(['https://a/cb', 'http://localhost/cb', 'com.example.app:/cb', 'javascript:alert(1)', 'DATA:,', 'a/b:c', ''])(
    'K6 %s has none',
    (uri) => {
      expect(hasDotlessScheme(uri)).toBe(false);
    },
  );

  test('2,000 characters and no more', () => {
    const longest = `https://app.example.com/${'x'.repeat(1_976)}`;
    expect(parseRedirectUri(longest).ok).toBe(true);
    expect(parseRedirectUri(`${longest}x`)).toEqual({ ok: false, refusal: 'is longer than 2,000 characters' });
  });

  // RFC 3986 §3.2: no host in them. A browser reads the first two as relative to the page it is on, if that is https, too.
  test.each(['https:app.example.com/cb', 'https:/app.example.com/cb', 'https:///app.example.com/cb'])(
    'not %s, which does not name its host behind two slashes',
    (uri) => {
      expect(parseRedirectUri(uri).ok).toBe(false);
    },
  );
}); // biome-ignore format: tables, one row per line

describe('the response', () => {
  const registered = (uri: string) => {
    const matched = matchRedirectUri(uri, [uri]);
    if (matched === undefined) throw new Error('not matched');
    return matched;
  };

  test('follows a question mark', () => {
    expect(withQuery(registered('https://a.example/cb'), { code: 'x', iss: 'https://b.example' })).toBe(
      'https://a.example/cb?code=x&iss=https%3A%2F%2Fb.example',
    );
  });

  test('follows a number sign where it travels in the fragment', () => {
    const location = withFragment(registered(web), { code: 'a b', state: undefined });
    expect(location).toBe(`${web}#code=a%20b`);
  });

  test('keeps the query that was registered', () => {
    expect(withQuery(registered(web), { code: 'x' })).toBe(`${web}&code=x`);
  });

  test('leaves out what is absent', () => {
    expect(withQuery(registered('com.example.app:/cb'), { code: 'x', state: undefined })).toBe(
      'com.example.app:/cb?code=x',
    );
  });

  test('OA16 carries the state byte for byte', () => {
    const state = 'a b+%&=#🔑"\r\n\0';
    const location = withQuery(registered('https://a.example/cb'), { state });
    expect(new URL(location).searchParams.get('state')).toBe(state);
    expect(location).toMatch(/^[\x21-\x7e]+$/);
  });
});
