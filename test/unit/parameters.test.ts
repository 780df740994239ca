import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodePairs,
  encodeParameters,
  maximumParameters,
  multiple,
  parseParameters,
  refuseUnclear,
  single,
} from '../../shared/oauth/parameters.ts';
import { anyText } from '../support/any-text.ts';
import { parametersOf, reasonOf } from './read-result.ts';

const read = (raw: string, name = 'state') => single(parametersOf(raw), name);
const unclear = (raw: string, names?: string[]) => refuseUnclear(parametersOf(raw), names)?.reason;
const wellFormed = anyText({ minLength: 1 });

describe('a value', () => {
  test.each([
    ['as it is', 'state=abc', 'abc'],
    ['a plus sign is a space', 'state=a+b', 'a b'],
    ['a percent-encoded plus sign is a plus sign', 'state=a%2Bb', 'a+b'],
    ['an equals sign belongs to the value', 'state=a=b==', 'a=b=='],
    ['an encoded ampersand belongs to the value', 'state=a%26code=b', 'a&code=b'],
    ['a semicolon does not separate', 'state=a;code=b', 'a;code=b'],
    ['a comma does not separate', 'state=a,b', 'a,b'],
    ['UTF-8', 'state=%F0%9F%94%91%C3%A9', '🔑é'],
    ['NUL', 'state=a%00b', 'a\0b'],
    ['decoded once', 'state=%2525', '%25'],
    ['nothing is trimmed', 'state=%20a%0A', ' a\n'],
    ['the name is decoded, too', '%73tate=a', 'a'],
    ['nothing around it matters', '&&other=x&state=a&', 'a'],
  ])('%s', (_, raw, value) => {
    expect(read(raw)).toBe(value);
  });

  test('OA16 any text comes through byte for byte', () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, (name, value) => {
        expect(read(encodePairs([[name, value]]), name)).toBe(value);
      }),
    );
  });

  test('OA16 4 KB of everything comes through', () => {
    const state = 'ü+%&=#🔑 '.repeat(500);
    expect(read(encodePairs([['state', state]]))).toBe(state);
  });

  test.each(['', 'state', 'state=', '&state=&', 'other=x'])('OA6 in %j is omitted', (raw) => {
    expect(read(raw)).toBeUndefined();
  });

  test.each(['__proto__', 'constructor', 'toString', 'a[]', 'a.b'])('H35 of %s is a plain text', (name) => {
    expect(read('', name)).toBeUndefined();
    expect(read(`${name}=x`, name)).toBe('x');
  });

  test('names are case-sensitive', () => {
    expect(read('State=a')).toBeUndefined();
  });
});

describe('OA5 a parameter that is there twice', () => {
  test.each([
    ['with two values', 'code=a&code=b'],
    ['with the same value', 'code=a&code=a'],
    ['once without a value', 'code=a&code='],
    ['both times without a value', 'code&code='],
    ['far apart', 'code=a&x=1&y=2&code=b'],
    ['once with its name encoded', 'code=a&c%6Fde=b'],
    ['once with a value that cannot be decoded', 'code=a&code=%ff'],
    ['after many separators', `code=a${'&'.repeat(200)}code=b`],
  ])('%s is refused', (_, raw) => {
    expect(unclear(raw)).toBe('parameter_duplicated');
  });

  test('is refused although nobody knows it', () => {
    expect(unclear('code=a&unheard_of=1&unheard_of=2')).toBe('parameter_duplicated');
  });

  test('is refused by its name where only some names are looked at', () => {
    expect(unclear('state=a&state=b', ['client_id', 'redirect_uri'])).toBeUndefined();
    expect(unclear('client_id=a&client_id=b', ['client_id', 'redirect_uri'])).toBe('parameter_duplicated');
  });

  test('RI4 is not resource, the only one that may be repeated in every request (RFC 8707 §2)', () => {
    expect(unclear('resource=a&resource=b')).toBeUndefined();
    expect(multiple(parametersOf('resource=a&resource=&resource=b&resource=a'), 'resource')).toEqual(['a', 'b']);
    expect(multiple(parametersOf('resources=a'), 'resource')).toEqual([]);
  });

  test('RI4 is not audience in a token exchange, and there alone (RFC 8693 §2.1)', () => {
    const exchange = 'grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange';
    expect(unclear(`${exchange}&audience=a&audience=b`)).toBeUndefined();
    expect(unclear(`audience=a&audience=b&${exchange}`)).toBeUndefined();
    expect(unclear(`${exchange}&scope=a&scope=b`)).toBe('parameter_duplicated');
    expect(unclear('grant_type=client_credentials&audience=a&audience=b')).toBe('parameter_duplicated');
    expect(unclear('audience=a&audience=b')).toBe('parameter_duplicated');
  });

  test('is not two names of different case', () => {
    expect(unclear('code=a&Code=b')).toBeUndefined();
  });
});

describe('what is not percent-encoded UTF-8', () => {
  const broken = ['%', '%a', '%zz', '%u0041', '%ff', '%C3%28', '%C0%80', '%ED%A0%80', '%F4%90%80%80'];

  test.each(broken)('a value %s is refused and has no value', (value) => {
    expect(unclear(`state=${value}`)).toBe('parameters_malformed');
    expect(read(`state=${value}`)).toBeUndefined();
  });

  test.each(broken)('a name %s is refused', (name) => {
    expect(reasonOf(parseParameters(`${name}=x`))).toBe('parameters_malformed');
  });

  test('is refused by its name where only some names are looked at', () => {
    expect(unclear('state=%ff', ['client_id'])).toBeUndefined();
    expect(unclear('client_id=%ff', ['client_id'])).toBe('parameters_malformed');
  });

  test('no text makes an exception', () => {
    const anything = fc.oneof(anyText(), fc.string({ unit: fc.constantFrom('%', '=', '&', 'f', '\ud800') }));
    fc.assert(
      fc.property(anything, (raw) => {
        const parsed = parseParameters(raw);
        if (parsed.ok) refuseUnclear(parsed.value);
      }),
    );
  });
});

describe('H35 the number of parameters', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `p${index}=x`).join('&');

  test('100 are taken, every one of them', () => {
    expect(parametersOf(many(100)).values.size).toBe(100);
    expect(maximumParameters).toBe(100);
  });

  test.each([101, 1_000, 50_000])('%i are refused', (count) => {
    expect(reasonOf(parseParameters(many(count)))).toBe('parameters_too_many');
  });

  test.each([100, 101, 1_000])('nothing behind %i separators is lost', (count) => {
    expect(read(`${'&'.repeat(count)}state=a`)).toBe('a');
  });
});

describe('parameters sent on', () => {
  test('are the same parameters', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(wellFormed, wellFormed), { selector: ([name]) => name, maxLength: 100 }),
        (pairs) => {
          fc.pre(!pairs.some(([name]) => name === 'client_secret'));
          const parameters = parametersOf(encodePairs(pairs));
          expect(parametersOf(encodeParameters(parameters)).values).toEqual(parameters.values);
        },
      ),
    );
  });

  test('need no escaping in a URL', () => {
    expect(encodeParameters(parametersOf('state=a+b%26%3D%23%C3%A9'))).toBe('state=a%20b%26%3D%23%C3%A9');
  });

  test('leave a client secret behind', () => {
    expect(encodeParameters(parametersOf('client_id=a&client_secret=b&state=c'))).toBe('client_id=a&state=c');
  });
});
