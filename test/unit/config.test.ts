import { describe, expect, test } from 'vitest';
import { readConfig } from '../../shared/config.ts';

const tables = {
  PIXY_GRANTS_TABLE: 'Grants',
  PIXY_CLIENTS_TABLE: 'Clients',
  PIXY_PEOPLE_TABLE: 'People',
  PIXY_KEYS_TABLE: 'Keys',
};
const issuer = 'https://sign-in.example.com';
const environment = { PIXY_ISSUER: issuer, ...tables };
const read = (more: Record<string, string | undefined> = {}) => readConfig({ ...environment, ...more });

describe('the configuration', () => {
  test('has defaults for everything but the issuer and the tables', () => {
    expect(read()).toMatchObject({
      issuer,
      audience: issuer,
      tables: { grants: 'Grants', clients: 'Clients', people: 'People', keys: 'Keys' },
      codeLifetime: 60,
      accessTokenLifetime: 3_600,
      idTokenLifetime: 3_600,
      sessionLifetime: 28_800,
    });
  });

  test('is what the environment says', () => {
    const more = {
      PIXY_AUDIENCE: 'https://api.example.com',
      PIXY_KMS_KEY_ID: 'key',
      PIXY_WRAPPING_KEY: 'bytes',
      PIXY_CODE_LIFETIME: '600',
      PIXY_ACCESS_TOKEN_LIFETIME: '60',
      PIXY_ID_TOKEN_LIFETIME: '86400',
      PIXY_SESSION_LIFETIME: '2592000',
      PIXY_AUDIT_FOLDER: '/var/audit',
    };
    expect(read(more)).toMatchObject({
      audience: 'https://api.example.com',
      kmsKeyId: 'key',
      wrappingKey: 'bytes',
      codeLifetime: 600,
      accessTokenLifetime: 60,
      idTokenLifetime: 86_400,
      sessionLifetime: 2_592_000,
      auditFolder: '/var/audit',
    });
  });

  test('does not mind other variables', () => {
    expect(read({ PATH: '/bin', PIXY_UNHEARD_OF: 'x' })).toEqual(read());
  });
});

describe('MD2 H16 the issuer is an origin', () => {
  test.each([
    issuer,
    'https://sign-in.example.com:8443',
    'http://localhost',
    'http://localhost:3000',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
  ])('like %s', (origin) => {
    expect(read({ PIXY_ISSUER: origin }).issuer).toBe(origin);
  });

  test.each([
    ['with a trailing slash', 'https://sign-in.example.com/'],
    ['with a path', 'https://sign-in.example.com/tenant'],
    ['with a query', 'https://sign-in.example.com?a=b'],
    ['with a fragment', 'https://sign-in.example.com#'],
    ['with a user name', 'https://user@sign-in.example.com'],
    ['with the default port', 'https://sign-in.example.com:443'],
    ['in capitals', 'https://Sign-In.example.com'],
    ['without a scheme', 'sign-in.example.com'],
    ['by http', 'http://sign-in.example.com'],
    ['by http on a host that begins with localhost', 'http://localhost.example.com'],
    ['by http on a host that begins with 127.0.0.1', 'http://127.0.0.1.example.com'],
    ['of another scheme', 'ftp://sign-in.example.com'],
    ['of nothing', ''],
    ['with a newline', 'https://sign-in.example.com\n'],
  ])('not %s', (_, text) => {
    expect(() => read({ PIXY_ISSUER: text })).toThrow(/PIXY_ISSUER is not/);
  });
});

describe('a lifetime', () => {
  const limits = [
    ['PIXY_CODE_LIFETIME', 1, 600],
    ['PIXY_ACCESS_TOKEN_LIFETIME', 60, 86_400],
    ['PIXY_ID_TOKEN_LIFETIME', 60, 86_400],
    ['PIXY_SESSION_LIFETIME', 60, 2_592_000],
  ] as const;

  test.each(limits)('OA12 %s is at least %i and at most %i seconds', (name, minimum, maximum) => {
    const lifetime = (seconds: number) => () => read({ [name]: String(seconds) });
    expect(lifetime(minimum)).not.toThrow();
    expect(lifetime(maximum)).not.toThrow();
    expect(lifetime(minimum - 1)).toThrow(name);
    expect(lifetime(maximum + 1)).toThrow(name);
  });

  test.each(['', '1.5', '-60', '1e2', '0x3c', ' 60', '60s', 'Infinity', 'NaN'])('is not %j', (text) => {
    expect(() => read({ PIXY_ACCESS_TOKEN_LIFETIME: text })).toThrow(
      'PIXY_ACCESS_TOKEN_LIFETIME is not a whole number of seconds',
    );
  });
});

describe('what cannot be used is refused at once', () => {
  test.each(Object.keys(environment))('without %s', (name) => {
    expect(() => read({ [name]: undefined })).toThrow(name);
  });

  test.each(Object.keys(tables))('with an empty %s', (name) => {
    expect(() => read({ [name]: '' })).toThrow(name);
  });

  test('in one error that names every variable', () => {
    const broken = { PIXY_ISSUER: undefined, PIXY_KEYS_TABLE: undefined, PIXY_CODE_LIFETIME: '0' };
    expect(() => read(broken)).toThrow(/not usable: .*PIXY_ISSUER.*PIXY_KEYS_TABLE.*PIXY_CODE_LIFETIME/);
  });

  test('and what is in order is not named', () => {
    expect(() => read({ PIXY_CODE_LIFETIME: '0' })).toThrow(/^(?!.*PIXY_ISSUER)(?!.*TABLE)/);
  });
});

describe('several regions', () => {
  const homes = {
    a: { region: 'eu-central-1', functionPrefix: 'pixy-a-', first: true },
    b: { region: 'eu-west-1', functionPrefix: 'pixy-b-' },
  };
  const several = (here: string | undefined, all: unknown = homes) =>
    read({ PIXY_HOME: here, PIXY_HOMES: all === null ? undefined : JSON.stringify(all) });

  test('are none where nothing says so', () => {
    expect(read()).toMatchObject({ home: undefined, homes: undefined });
  });

  test('are seen from one of them', () => {
    const others = new Map([['a', { region: 'eu-central-1', functionPrefix: 'pixy-a-' }]]);
    expect(several('b')).toMatchObject({ home: 'b', homes: { here: 'b', first: 'a', others } });
  });

  test.each<[string, string | undefined, unknown]>([
    ['no letter', undefined, homes],
    ['no regions', 'a', null],
    ['a letter of no region', 'c', homes],
    ['a letter that every object has', 'constructor', homes],
    ['no first', 'b', { b: homes.b }],
    ['two that are first', 'a', { ...homes, b: { ...homes.b, first: true } }],
    ['a letter that is none', 'A', { A: homes.a }],
    ['a region that is none', 'a', { a: { ...homes.a, region: 'https://evil.example/' } }],
    ['a prefix that no function has', 'a', { a: { ...homes.a, functionPrefix: 'a/b' } }],
    ['something else', 'a', { a: { ...homes.a, frist: true } }],
    ['a list', 'a', [homes.a]],
  ])('with %s are refused', (_, here, all) => {
    expect(() => several(here, all)).toThrow(/PIXY_HOME/);
  });

  test('have no keys that never leave KMS, which would be in one of them', () => {
    expect(() => read({ PIXY_HOME: 'a', PIXY_HOMES: JSON.stringify(homes), PIXY_SIGNING: 'kms' })).toThrow(
      /in one region/,
    );
  });
});
