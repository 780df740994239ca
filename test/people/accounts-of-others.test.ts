import { pbkdf2Sync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type AccountFormatName, type AccountOptions, parseAccounts } from '../../shared/people/account-import.ts';
import { recogniseAccounts } from '../../shared/people/import/recognise-accounts.ts';
import { verifyStoredPassword } from '../support/verify-hash.ts';

/* Users of other systems, in the shape of their exports. */

function parse(format: AccountFormatName, text: unknown, options: AccountOptions = {}) {
  const parsed = parseAccounts(format, typeof text === 'string' ? text : JSON.stringify(text), undefined, options);
  if (!parsed.ok) throw new Error(parsed.refusal);
  const { accounts, refused } = parsed.value;
  return {
    accounts: accounts.map(({ account }) => account),
    refused: refused.map(({ entry, member, problem }) => `${entry}: ${member} ${problem}`),
  };
}
const only = (format: AccountFormatName, text: unknown, options?: AccountOptions) => {
  const { accounts, refused } = parse(format, text, options);
  if (refused.length > 0) throw new Error(refused.join('\n'));
  return accounts[0];
};

const password = 'grünes Dach, 12 Ziegel';
const bcrypt = '$2a$04$/EV4GH.n7rtyLRupPPE5NeUR.p6R73ylzQIdMTF.J9pKSO7o0QWhK';
const keycloakUser = {
  id: '8d0f0b6e-1f5c-4f65-9d4f-0a3f2b1c7e11',
  username: 'ada',
  email: 'ada@example.com',
  emailVerified: true,
  enabled: false,
  firstName: 'Ada',
  lastName: 'Lovelace',
  attributes: { locale: ['en'], department: ['Engines'] },
  credentials: [
    {
      type: 'password',
      secretData: JSON.stringify({
        value: '+hn/LNbSJ61/FkJakYTQRoX3iM85MK0ncGD2KpTrjbs=',
        salt: 'VI7uUPVfmejVBDBn4kT3eA==',
        additionalParameters: {},
      }),
      credentialData: JSON.stringify({
        hashIterations: 5,
        algorithm: 'argon2',
        additionalParameters: {
          hashLength: ['32'],
          memory: ['7168'],
          type: ['id'],
          version: ['1.3'],
          parallelism: ['1'],
        },
      }),
    },
  ],
};

describe('I12: users of', () => {
  test('Cognito, as the table of its import', () => {
    const table = [
      'cognito:username,name,email,email_verified,phone_number,phone_number_verified,cognito:mfa_enabled,updated_at,address',
      'ada,Ada Lovelace,ada@example.com,TRUE,+442079460000,FALSE,FALSE,1300000000,London',
    ].join('\n');
    expect(only('cognito', table)).toEqual({
      username: 'ada',
      email: 'ada@example.com',
      claims: {
        name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true, phone_number: '+442079460000',
        phone_number_verified: false, updated_at: 1_300_000_000, address: { formatted: 'London' },
      },
    }); // biome-ignore format: a table
    const withFactor = table.replace('FALSE,1300000000', 'TRUE,1300000000');
    expect(parse('cognito', withFactor).refused).toEqual([
      'line 2 (ada): cognito:mfa_enabled has a second factor, which cannot move in: leave it behind with --skip-members cognito:mfa_enabled',
    ]);
    expect(only('cognito', withFactor, { skipMembers: ['cognito:mfa_enabled'] })).toMatchObject({ username: 'ada' });
  });

  test('Cognito, as a list', () => {
    const attributes = [
      { Name: 'sub', Value: 'a1' },
      { Name: 'email', Value: 'ada@example.com' },
      { Name: 'email_verified', Value: 'true' },
      { Name: 'custom:dept', Value: 'X' },
    ];
    const list = {
      Users: [
        {
          Username: 'a1',
          Attributes: attributes,
          Enabled: false,
          UserStatus: 'CONFIRMED',
          UserCreateDate: '2024-01-01',
        },
      ],
    };
    expect(parse('cognito', list).refused).toEqual([
      'entry 1 (a1): custom:dept is no standard claim: let it become one with --claim-column, or leave it behind with --skip-members',
    ]);
    expect(only('cognito', list, { claimColumns: ['custom:dept'] })).toEqual({
      username: 'a1',
      email: 'ada@example.com',
      disabled: true,
      claims: { sub: 'a1', email: 'ada@example.com', email_verified: true, 'custom:dept': 'X' },
    });
  });

  test('Auth0, one per line, with claims by a map', () => {
    const ada = {
      user_id: 'auth0|5f7c8ec7c33c6c004bbafe82', email: 'ada@example.com', email_verified: true, nickname: 'ada', blocked: true,
      updated_at: '2011-03-13T07:06:40.000Z', passwordHash: bcrypt, app_metadata: { dept: 'Engines' },
      identities: [{ provider: 'auth0', user_id: '5f7c8ec7c33c6c004bbafe82', connection: 'users', isSocial: false }],
    }; // biome-ignore format: a table
    const social = {
      user_id: 'google-oauth2|1',
      email: 'b@example.com',
      identities: [{ provider: 'google-oauth2', user_id: '1' }],
      multifactor: ['guardian'],
    };
    const { accounts, refused } = parse('auth0', `${JSON.stringify(ada)}\n${JSON.stringify(social)}\n`, {
      claimMap: { department: 'app_metadata.dept' },
    });
    expect(accounts).toEqual([
      {
        email: 'ada@example.com',
        disabled: true,
        passwordHash: bcrypt,
        claims: {
          sub: 'auth0|5f7c8ec7c33c6c004bbafe82', email: 'ada@example.com', email_verified: true, nickname: 'ada',
          updated_at: 1_300_000_000, department: 'Engines',
        },
      },
    ]); // biome-ignore format: a table
    expect(refused.map((each) => each.split(' has ')[0])).toEqual([
      'entry 2 (b@example.com): identities',
      'entry 2 (b@example.com): multifactor',
    ]);
  });

  test('Keycloak, with the hash that they have there', async () => {
    const options = { claimColumns: ['department'] };
    const read = only('keycloak', { realm: 'shop', clients: [{ users: [] }], users: [keycloakUser] }, options);
    expect(read).toMatchObject({
      username: 'ada',
      email: 'ada@example.com',
      disabled: true,
      claims: {
        sub: keycloakUser.id,
        given_name: 'Ada',
        family_name: 'Lovelace',
        email_verified: true,
        locale: 'en',
        department: 'Engines',
      },
    });
    expect(await verifyStoredPassword(password, read?.passwordHash)).toBe(true);
    const withFactor = {
      ...keycloakUser,
      credentials: [...keycloakUser.credentials, { type: 'recovery-authn-codes' }],
      federatedIdentities: [{ identityProvider: 'google' }],
    };
    expect(parse('keycloak', [withFactor], options).refused.map((each) => each.split(' has ')[0])).toEqual([
      'entry 1 (ada): recovery-authn-codes',
      'entry 1 (ada): federatedIdentities',
    ]);
    const left = only('keycloak', [withFactor], {
      ...options,
      skipMembers: ['recovery-authn-codes', 'federatedIdentities'],
    });
    expect(left?.passwordHash).toBe(read?.passwordHash);
  });

  test('Okta', () => {
    const profile = {
      login: 'ada@example.com',
      email: 'ada@example.com',
      firstName: 'Ada',
      lastName: 'Lovelace',
      mobilePhone: null,
    };
    const hash = { algorithm: 'BCRYPT', workFactor: 4, salt: bcrypt.slice(7, 29), value: bcrypt.slice(29) };
    const user = {
      id: '00u1',
      status: 'SUSPENDED',
      profile,
      credentials: { password: { hash }, provider: { type: 'OKTA' } },
    };
    expect(only('okta', [user])).toEqual({
      email: 'ada@example.com',
      disabled: true,
      passwordHash: bcrypt,
      claims: {
        sub: '00u1',
        given_name: 'Ada',
        family_name: 'Lovelace',
        email: 'ada@example.com',
        email_verified: false,
      },
    });
    expect(parse('okta', [{ ...user, credentials: { provider: { type: 'FEDERATION' } } }]).refused[0]).toContain(
      'credentials has a link to a provider',
    );
  });

  test('WordPress, as a table', () => {
    const table =
      'ID,user_login,user_pass,user_email,user_url,display_name\n1,ada,$P$6MOnlpd9K1PEpKSP5P0HSU54tty/ZV0,ada@example.com,https://ada.example,Ada\n';
    expect(only('wordpress', table)).toEqual({
      username: 'ada',
      email: 'ada@example.com',
      passwordHash: '$P$6MOnlpd9K1PEpKSP5P0HSU54tty/ZV0',
      claims: { name: 'Ada', website: 'https://ada.example', email: 'ada@example.com', email_verified: false },
    });
  });

  test('ASP.NET Identity, as a table and as JSON', () => {
    const row = {
      Id: 'a1', UserName: 'ada@example.com', NormalizedUserName: 'ADA@EXAMPLE.COM', Email: 'ada@example.com', EmailConfirmed: '1',
      PasswordHash: 'AEbAWmh1hinQkOwQDb0e9Qmq7cPiy95fWYaVjIq7W8IBwPZghi9lZsJUoeKqJY5eBQ==', PhoneNumber: '+44207',
      PhoneNumberConfirmed: '0', TwoFactorEnabled: '0', LockoutEnd: '9999-12-31 23:59:59',
    }; // biome-ignore format: a table
    const table = `${Object.keys(row).join(',')}\n${Object.values(row).join(',')}\n`;
    const meant = {
      email: 'ada@example.com',
      disabled: true,
      passwordHash: row.PasswordHash,
      claims: {
        sub: 'a1',
        email: 'ada@example.com',
        email_verified: true,
        phone_number: '+44207',
        phone_number_verified: false,
      },
    };
    expect(only('aspnet', table)).toEqual(meant);
    const json = {
      AspNetUsers: [{ ...row, EmailConfirmed: true, PhoneNumberConfirmed: false, TwoFactorEnabled: true }],
    };
    expect(parse('aspnet', json).refused[0]).toContain('TwoFactorEnabled has a second factor, which cannot move in');
    expect(only('aspnet', json, { skipMembers: ['TwoFactorEnabled'] })).toEqual(meant);
  });
});

describe('I12: an identity of Ory Kratos', () => {
  const identity = (more: object = {}, credentials: object = {}) => ({
    id: '9f425a8d-7efc-4768-8f23-7647a74fdf13',
    schema_id: 'default',
    state: 'active',
    traits: { email: 'ada@example.com', username: 'ada', name: { first: 'Ada', last: 'Lovelace' } },
    verifiable_addresses: [{ value: 'ada@example.com', verified: true, via: 'email' }],
    credentials: {
      password: { type: 'password', identifiers: ['ada'], config: { hashed_password: bcrypt } },
      ...credentials,
    },
    ...more,
  });

  test.each<[string, object, string]>([
    ['a hash that the API left out', { password: { type: 'password', identifiers: ['ada'] } }, 'password is there, and what it is made of is not: read the identities with include_credential=password, or leave it behind with --skip-members password'],
    ['an app whose key the API left out', { totp: { type: 'totp', config: {} } }, 'totp is there, and what it is made of is not: read the identities with include_credential=totp, or leave it behind with --skip-members totp'],
    ['another factor', { webauthn: { type: 'webauthn', config: { credentials: [{}] } } }, 'webauthn has a credential that is no password, which cannot move in: leave it behind with --skip-members webauthn'],
    ['an app without a key', { totp: { config: { totp_url: 'otpauth://totp/Shop:ada' } } }, 'totp_secret is not base32'],
    ['a provider without an issuer', { oidc: { config: { providers: [{ provider: 'google', subject: '1102' }] } } }, 'oidc has a link to google, whose issuer is not known: name it with --provider google=https://…, or leave it behind with --skip-members oidc'],
  ])('with %s is refused', (_, credentials, problem) => {
    expect(parse('kratos', [identity({}, credentials)]).refused).toEqual([`entry 1 (ada): ${problem}`]);
  }); // biome-ignore format: a table

  test('moves in with its hash, its app and its providers', () => {
    const providers = { google: { issuer: 'https://accounts.google.com', id: 'google' } };
    const credentials = {
      totp: {
        config: {
          totp_url:
            'otpauth://totp/Shop:ada?algorithm=SHA256&digits=8&issuer=Shop&period=60&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
        },
      },
      oidc: { config: { providers: [{ provider: 'google', subject: '1102' }] } },
    };
    expect(only('kratos', [identity({ state: 'inactive' }, credentials)], { providers })).toMatchObject({
      username: 'ada',
      email: 'ada@example.com',
      disabled: true,
      passwordHash: bcrypt,
      totp: { shape: { algorithm: 'SHA256', digits: 8, period: 60 } },
      links: [{ issuer: 'https://accounts.google.com', subject: '1102' }],
      claims: {
        sub: '9f425a8d-7efc-4768-8f23-7647a74fdf13',
        given_name: 'Ada',
        family_name: 'Lovelace',
        email_verified: true,
      },
    });
  });

  test('has an address that is verified whatever the case it was typed in', () => {
    const traits = { email: 'Ada@Example.com' };
    const claims = only('kratos', [identity({ traits })])?.claims;
    expect(claims).toMatchObject({ email: 'Ada@Example.com', email_verified: true });
    const others = [{ value: 'ada@example.com', verified: true, via: 'sms' }];
    expect(only('kratos', [identity({ traits, verifiable_addresses: others })])?.claims['email_verified']).toBe(false);
  });

  test.each(['phone', 'phone_number'])(
    'has a number (%s) that is verified if the system says so, and not the person',
    (name) => {
      const traits = { username: 'ada', [name]: '+442071234567', phone_number_verified: true, email_verified: true };
      const claimed = only('kratos', [identity({ traits })])?.claims;
      expect(claimed).toMatchObject({ phone_number: '+442071234567', phone_number_verified: false });
      expect(claimed).not.toHaveProperty('email_verified');
      const verifiable_addresses = [{ value: '+442071234567', verified: true, via: 'sms' }];
      const verified = only('kratos', [identity({ traits, verifiable_addresses })])?.claims;
      expect(verified).toMatchObject({ phone_number_verified: true });
    },
  );

  test('has traits that are no claims until somebody says so', () => {
    const traits = { email: 'ada@example.com', name: 'Ada', department: 'Engines' };
    expect(parse('kratos', [identity({ traits })]).refused[0]).toMatch(/department is no standard claim/);
    expect(only('kratos', [identity({ traits })], { claimColumns: ['department'] })?.claims).toMatchObject({
      name: 'Ada',
      department: 'Engines',
    });
  });

  test('leaves behind what is named, and an address that was never verified is not', () => {
    const credentials = { webauthn: { config: { credentials: [{}] } } };
    const account = only('kratos', [identity({ verifiable_addresses: [] }, credentials)], {
      skipMembers: ['webauthn'],
    });
    expect(account?.claims['email_verified']).toBe(false);
  });
});

test.each<[string, string]>([
  ['a password file of a web server', 'ada:$apr1$eWv9wXkP$2dJ6s1rTq0m5l7yXnq9zR/\n'],
  ['a shadow file', 'ada:$6$aBcDeFgH$kQ:19000:0:99999:7:::\n'],
  ['a list of Stytch users', '[{"user_id":"user-live-1"}]'],
  ['a list of WorkOS users', '{"data":[{"object":"user","id":"user_1"}]}'],
  ['a list of SCIM', '{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"]}'],
  ['a list of users of Entra ID', '{"value":[{"userPrincipalName":"ada@example.com"}]}'],
  ['the users of Authelia', '{"users":{"ada":{"displayname":"Ada"}}}'],
])('%s is recognised, and nothing reads it', (what, text) => {
  expect(recogniseAccounts(text)).toEqual({
    what,
    instead: expect.stringMatching(/^write a .* use --format (?:csv|json)$/),
  });
});

test.each(['ada:$apr1$eWv9wXkP$2dJ6s1rTq0m5l7yXnq9zR/\n', 'ada,ada@example.com,gruenes Dach 12 Ziegel\nbob,,x\n'])(
  'a table without names of columns is refused, and the first of its people is not quoted',
  (text) => {
    expect(() => parse('csv', text)).toThrow(
      /^has no line with the names of columns, such as username, email and password_hash$/,
    );
  },
);

test.each<[string, AccountFormatName, string]>([
  ['Auth0, whose total comes last', 'auth0', '{"start":0,"limit":1,"users":[{"user_id":"auth0|1","email":"ada@example.com"}],"total":820}'],
  ['Auth0, whose total comes first', 'auth0', '{"total":820,"users":[{"user_id":"auth0|1","email":"ada@example.com"}]}'],
  ['Cognito', 'cognito', '{"Users":[{"Username":"ada","UserStatus":"CONFIRMED"}],"PaginationToken":"CAISlQ"}'],
])('one page of %s is refused, so that nobody is forgotten', (_, format, page) => {
  expect(() => parse(format, page)).toThrow(/^is one page of several: put the people of all pages into one list$/);
}); // biome-ignore format: a table

test('a member of somebody that is called total counts nobody', () => {
  const user = { user_id: 'auth0|1', email: 'ada@example.com', app_metadata: { orders: [], total: 7 } };
  expect(only('auth0', [user])?.email).toBe('ada@example.com');
  expect(only('auth0', `${JSON.stringify(user)}\n`)?.email).toBe('ada@example.com');
});

test('users of Auth0 with totals around them are read', () => {
  const page = { start: 0, limit: 50, length: 1, users: [{ user_id: 'auth0|1', email: 'ada@example.com' }], total: 1 };
  for (const text of [JSON.stringify(page), JSON.stringify(page, null, 2)])
    expect(only('auth0', text)?.email).toBe('ada@example.com');
});

test.each<[AccountFormatName, string]>([
  ['cognito', 'cognito:username,email\n'],
  ['cognito', '{"Users":[{"Username":"a","UserStatus":"CONFIRMED"}]}'],
  ['keycloak', JSON.stringify({ realm: 'shop', users: [keycloakUser] })],
  ['auth0', '{"user_id":"auth0|1","email":"a@example.com"}\n'],
  ['okta', '[{"id":"1","profile":{"firstName":"Ada","login":"ada"}}]'],
  ['firebase', '{"users":[{"localId":"1"}]}'],
  ['django', '[{"model": "auth.user", "pk": 1, "fields": {"username": "ada"}}]'],
  ['wordpress', 'ID,user_login\n'],
  ['aspnet', 'Id,UserName,NormalizedUserName\n'],
  ['kratos', '[{"id":"1","schema_id":"default","traits":{}}]'],
  ['ldif', 'version: 1\n\ndn: uid=ada,dc=example,dc=com\nuserPassword:: e1NTSEF9\n'],
  ['ldif', '# extended LDIF\n#\n# LDAPv3\n\n# people\ndn:: dWlkPWFkYQ==\n'],
  ['clerk', 'id,username,totp_secret,password_digest,password_hasher\n'],
  ['clerk', '[{"id":"user_1","object":"user","primary_email_address_id":"idn_1"}]'],
  ['supabase', 'id,email,encrypted_password,raw_user_meta_data\n'],
  ['supabase', '{"users":[{"id":"1","aud":"authenticated"}]}'],
  ['fusionauth', '{"users":[{"encryptionScheme":"bcrypt"}]}'],
])('a file of %s is recognised', (format, text) => {
  expect(recogniseAccounts(text)?.format).toBe(format);
});

test.each<[AccountFormatName, string, string]>([
  ['json', '', 'is empty'],
  ['json', ' \n', 'is empty'],
  ['keycloak', '', 'is empty'],
  ['auth0', '\n', 'is empty'],
  ['csv', '', 'is empty'],
  ['keycloak', '{"realm":"shop","clients":[{"clientId":"a', 'is cut off: it ends in the middle of its JSON'],
  ['json', '[{"username":"ada"},{"user', 'is cut off: it ends in entry 2, before the end of the list'],
  ['csv', 'username,email\n"ada', 'is cut off: the field that begins in line 2 has no end'],
])('a file for %s that ends too early is called that: %j', (format, text, problem) => {
  expect(parseAccounts(format, text)).toEqual({ ok: false, refusal: problem });
});

test.each([
  '[{"username":"ada","claims":{"profile":"x"}}]',
  'username,email\n',
  '',
  'version: 1\n\n\n\n'.repeat(1_000),
])('%j may be of any system', (text) => {
  expect(recogniseAccounts(text)).toBeUndefined();
});

describe('I12: an export of Firebase', () => {
  /** As firebase-tools 15.34 writes it. */
  const user = {
    localId: 'u1',
    email: 'ada@example.com',
    emailVerified: true,
    displayName: 'Ada',
    lastSignedInAt: '1790000000001',
    createdAt: '1790000000000',
    customAttributes: '{"admin":true,"dept":"Engines"}',
    mfaInfo: [{ mfaEnrollmentId: 'e1', phoneInfo: '+441632960000', enrolledAt: '2026-01-01T00:00:00Z' }],
    providerUserInfo: [
      { providerId: 'google.com', rawId: '1102', email: 'ada@mail.example', displayName: 'Ada' },
      { providerId: 'password', rawId: 'ada@example.com', email: 'ada@example.com' },
    ],
  };

  test('keeps a custom claim whose own is not there, and names claims that cannot be read', () => {
    const named = { localId: 'u1', customAttributes: '{"name":"Countess"}' };
    expect(only('firebase', { users: [named] })).toMatchObject({ claims: { sub: 'u1', name: 'Countess' } });
    expect(parse('firebase', { users: [{ localId: 'u1', customAttributes: '{"name":' }] }).refused).toEqual([
      'entry 1 (u1): customAttributes is not a JSON object',
    ]);
  });

  test('loses no second factor, link or custom claim without a word', () => {
    expect(parse('firebase', { users: [user] }).refused).toEqual([
      'entry 1 (ada@example.com): providerUserInfo has a link to google.com, whose issuer is not known: name it with --provider google.com=https://…, or leave it behind with --skip-members providerUserInfo',
      'entry 1 (ada@example.com): mfaInfo has a second factor, which cannot move in: leave it behind with --skip-members mfaInfo',
      'entry 1 (ada@example.com): admin is no standard claim: let it become one with --claim-column, or leave it behind with --skip-members',
      'entry 1 (ada@example.com): dept is no standard claim: let it become one with --claim-column, or leave it behind with --skip-members',
    ]);
    const google = { issuer: 'https://accounts.google.com', id: 'google' };
    const options = { providers: { 'google.com': google }, skipMembers: ['mfaInfo', 'admin'], claimColumns: ['dept'] };
    expect(only('firebase', { users: [user] }, options)).toEqual({
      email: 'ada@example.com',
      claims: { sub: 'u1', name: 'Ada', email: 'ada@example.com', email_verified: true, dept: 'Engines' },
      links: [{ issuer: google.issuer, subject: '1102', provider: 'google', label: 'ada@mail.example' }],
    });
  });

  test('as CSV has no header line, and no second factors', () => {
    expect(parseAccounts('firebase', 'u1,ada@example.com,true,,,Ada,,1102,\n')).toEqual({
      ok: false,
      refusal: 'is not JSON: write it with firebase auth:export --format=JSON, as CSV has no second factors',
    });
  });
});

describe('I12: a dump of Django', () => {
  const dump = JSON.parse(readFileSync(join(import.meta.dirname, '../unit/import-files/django/clean.json'), 'utf8'));

  test('has users among other things, with the subject that Django OAuth Toolkit tells its clients', async () => {
    const { accounts, refused } = parse('django', dump);
    expect(refused).toEqual([]);
    expect(accounts).toEqual([
      {
        username: 'ada',
        email: 'ada@example.com',
        passwordHash: expect.stringMatching(/^pbkdf2_sha256\$/),
        claims: {
          sub: '1',
          given_name: 'Ada',
          family_name: 'Lovelace',
          email: 'ada@example.com',
          email_verified: false,
        },
      },
      {
        username: 'gone',
        email: 'gone@example.com',
        disabled: true,
        claims: {
          sub: '3',
          given_name: 'Ada',
          family_name: 'Lovelace',
          email: 'gone@example.com',
          email_verified: false,
        },
      },
    ]);
    expect(await verifyStoredPassword('gruenes Dach 12 Ziegel', accounts[0]?.passwordHash)).toBe(true);
  });

  test.each(['shop.spotprice', 'shop.hotproduct', 'fleet.robotprofile', 'maps.footprint', 'otpions.choice'])(
    'has other things, whose names only sound like a second factor: %s',
    (model) => {
      const { accounts, refused } = parse('django', [...dump, { model, pk: 1, fields: { user: 1 } }]);
      expect([accounts.length, refused]).toEqual([2, []]);
    },
  );

  test.each([
    'otp_hotp.hotpdevice',
    'otp_static.staticdevice',
    'otp_email.emaildevice',
    'mfa.authenticator',
    'mfa.user_keys',
    'two_factor.phonedevice',
    'django_otp_webauthn.webauthncredential',
    'passkeys.userpasskey',
    'people.userotp',
    'kagi.totpdevice',
    'django_fido.authenticator',
    'trench.mfamethod',
  ])('has second factors that would be lost: %s', (model) => {
    expect(parse('django', [...dump, { model, pk: 1, fields: { user: 1, key: 'cafe' } }]).refused).toEqual([
      `entry 8 (${model}-1): model is ${model}, a second factor, which cannot move in: leave it out with dumpdata --exclude`,
    ]);
  });
});

describe('I12: an authenticator app of Django', () => {
  const person = {
    model: 'auth.user',
    pk: 7,
    fields: { username: 'ada', email: 'ada@example.com', password: '!', is_active: true },
  };
  const device = (fields: object = {}) => ({
    model: 'otp_totp.totpdevice',
    pk: 1,
    fields: {
      user: 7,
      name: 'default',
      confirmed: true,
      key: '3132333435363738393031323334353637383930',
      step: 30,
      t0: 0,
      digits: 6,
      tolerance: 1,
      drift: 1,
      last_t: 59_000_000,
      ...fields,
    },
  });
  const allauth = {
    model: 'mfa.authenticator',
    pk: 1,
    fields: { user: 7, type: 'totp', data: { secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' } },
  };
  const totpOf = (...items: object[]) => parse('django', [person, ...items]);

  test('and its person are refused with a key that JSON readers round, and moves in with it as a text', () => {
    const dumpOf = (key: string) =>
      JSON.stringify([{ ...person, pk: 'its key' }, device({ user: 'its key' })]).replaceAll('"its key"', key);
    expect(parse('django', dumpOf('1234567890123456789')).refused).toEqual([
      'entry 1 (ada): pk is a number that JSON readers round: make it and every user that names it a text',
    ]);
    const account = only('django', dumpOf('"1234567890123456789"'));
    expect(account).toMatchObject({ claims: { sub: '1234567890123456789' }, totp: {} });
  });

  test.each<[string, object[], string]>([
    ['that counts from another time', [device({ t0: 5 })], 'entry 1 (ada): otp_totp.totpdevice has an authenticator app that counts from another time (t0), which cannot move in: leave it behind with --skip-members otp_totp.totpdevice'],
    ['of several', [device(), device()], 'entry 1 (ada): otp_totp.totpdevice has several authenticator apps, of which an account has one, which cannot move in: leave it behind with --skip-members otp_totp.totpdevice'],
    ['with a key that is too short', [device({ key: 'cafe' })], 'entry 1 (ada): totp_secret is not 10 to 128 bytes long'],
    ['with a key that is none', [device({ key: 'JBSWY3DP' })], 'entry 1 (ada): totp_secret is not base32'],
    ['with seven digits', [device({ digits: 7 })], 'entry 1 (ada): totp_digits is not 6 or 8'],
    ['of nobody in the file', [device({ user: 8 })], 'otp_totp.totpdevice 1 (otp_totp.totpdevice-1): model is otp_totp.totpdevice, a second factor, of nobody in the file: leave it out with dumpdata --exclude'],
  ])('%s is refused', (_, items, problem) => {
    expect(totpOf(...items).refused).toEqual([problem]);
  }); // biome-ignore format: a table

  test.each<[string, object[]]>([
    ['by the key of its person', [device()]],
    ['by their name', [device({ user: ['ada'] })]],
    ['by their address', [device({ user: ['ada@example.com'] })]],
    ['of allauth', [allauth]],
    ['beside one that was never confirmed', [device({ confirmed: false }), device()]],
  ])('moves in with its person: %s', (_, items) => {
    const { accounts, refused } = totpOf(...items);
    expect(refused).toEqual([]);
    expect(accounts[0]).toMatchObject({
      totp: {
        secret: new Uint8Array(Buffer.from('12345678901234567890')),
        shape: { algorithm: 'SHA1', digits: 6, period: 30 },
      },
    });
  });

  test('of allauth has the digits and the period that somebody has written beside its secret', () => {
    const data = { ...allauth.fields.data, digits: 8, period: 60 };
    const { accounts } = totpOf({ ...allauth, fields: { ...allauth.fields, data: JSON.stringify(data) } });
    expect(accounts[0]?.totp?.shape).toEqual({ algorithm: 'SHA1', digits: 8, period: 60 });
    expect(totpOf({ ...allauth, fields: { ...allauth.fields, data: '{' } }).refused).toEqual([
      'entry 1 (ada): totp_secret is not base32',
    ]);
  });

  test('that was never confirmed is none, and --skip-members leaves one behind', () => {
    expect(totpOf(device({ confirmed: false }))).toMatchObject({ refused: [], accounts: [{ username: 'ada' }] });
    const skipped = parse('django', [person, device()], { skipMembers: ['otp_totp.totpdevice'] });
    expect(skipped.refused).toEqual([]);
    expect(skipped.accounts[0]).not.toHaveProperty('totp');
  });

  test('is read from a dump with a line for each item as well', () => {
    const parsed = parseAccounts('django', [person, device()].map((item) => `${JSON.stringify(item)}\n`).join(''));
    expect(parsed.ok && parsed.value.accounts[0]?.account.totp?.shape.digits).toBe(6);
  });
});

describe('I12: a file of Keycloak', () => {
  const options = { claimColumns: ['department'] };
  const refusal = (text: unknown) => {
    const parsed = parseAccounts('keycloak', JSON.stringify(text), undefined, options);
    return parsed.ok ? undefined : parsed.refusal;
  };

  test('has people of whom it says that no client acts as them', () => {
    const person = { id: '1', username: 'ada', enabled: true, serviceAccountClientId: null };
    expect(parse('keycloak', { realm: 'shop', users: [person] }).accounts.length).toBe(1);
  });

  test('has users that clients act as, who are nobody', () => {
    const robot = {
      username: 'service-account-robot',
      enabled: true,
      serviceAccountClientId: 'robot',
      credentials: [],
    };
    const { accounts, refused } = parse('keycloak', { realm: 'shop', users: [robot, keycloakUser] }, options);
    expect(accounts.map(({ username }) => username)).toEqual(['ada']);
    expect(refused).toEqual([]);
  });

  test.each<[string, object, string[]]>([
    ['that is too short', { value: 'alice' }, ['entry 1 (ada): password is shorter than 10 characters']],
    ['that is temporary', { value: 'gruenes Dach 12 Ziegel', temporary: true }, ['entry 1 (ada): credentials has a password that is temporary, which cannot move in: leave it behind with --skip-members credentials']],
    ['of which only the form is there', {}, ['entry 1 (ada): password_hash is not a hash of argon2, scrypt, bcrypt or PBKDF2 in a form that is known']],
  ])('has a password %s', (_, credential, refused) => {
    const person = { ...keycloakUser, credentials: [{ type: 'password', ...credential }] };
    expect(parse('keycloak', [person], options).refused).toEqual(refused);
  }); // biome-ignore format: a table

  test('has passwords in the clear where people wrote it, and hashes in one piece where it is old', async () => {
    const written = { ...keycloakUser, credentials: [{ type: 'password', value: 'gruenes Dach 12 Ziegel' }] };
    expect(only('keycloak', [written], options)).toMatchObject({ password: 'gruenes Dach 12 Ziegel' });
    const salt = Buffer.from('sixteen bytes of').toString('base64');
    const hashedSaltedValue = pbkdf2Sync(password, 'sixteen bytes of', 1_000, 64, 'sha256').toString('base64');
    const old = { type: 'password', hashedSaltedValue, salt, hashIterations: 1_000, algorithm: 'pbkdf2-sha256' };
    const account = only('keycloak', [{ ...keycloakUser, credentials: [old] }], options);
    expect(await verifyStoredPassword(password, account?.passwordHash)).toBe(true);
  });

  test('has attributes with several values, which stay a list', () => {
    const person = { ...keycloakUser, attributes: { department: ['Engines', 'Poetry'] } };
    expect(only('keycloak', [person], options)?.claims['department']).toEqual(['Engines', 'Poetry']);
  });

  test('has people who must change a password that somebody else knows, or add a factor', () => {
    const demanding = { ...keycloakUser, requiredActions: ['VERIFY_EMAIL', 'UPDATE_PASSWORD', 'CONFIGURE_TOTP'] };
    expect(parse('keycloak', [demanding], options).refused).toEqual([
      'entry 1 (ada): requiredActions has UPDATE_PASSWORD, CONFIGURE_TOTP, which cannot move in: leave it behind with --skip-members requiredActions',
    ]);
    expect(only('keycloak', [demanding], { ...options, skipMembers: ['requiredActions'] })?.username).toBe('ada');
    const harmless = { ...keycloakUser, requiredActions: ['VERIFY_EMAIL', 'TERMS_AND_CONDITIONS'] };
    expect(only('keycloak', [harmless], options)?.username).toBe('ada');
  });

  test('of the admin API has no credentials, so a second factor would be lost', () => {
    const { credentials: _, ...listed } = keycloakUser;
    expect(parse('keycloak', [{ ...listed, totp: true }], options).refused).toEqual([
      'entry 1 (ada): totp has an authenticator app, and the file no credentials (kc.sh export writes them), which cannot move in: leave it behind with --skip-members totp',
    ]);
    expect(only('keycloak', [{ ...listed, totp: false }], options)).not.toHaveProperty('passwordHash');
  });

  test('that is one of several, or has several realms, says which one is meant', () => {
    const files = 'is not JSON with a list users: an export in several files has it in those called -users-';
    expect(refusal({ realm: 'shop', clients: [] })).toBe(files);
    const realms = 'has several realms: write one of them, with kc.sh export --realm';
    expect(
      refusal([
        { realm: 'master', users: [] },
        { realm: 'shop', users: [keycloakUser] },
      ]),
    ).toBe(realms);
  });
});

describe('I12: authenticator apps of Keycloak', () => {
  const app = (secret: object, credential: object) => ({
    type: 'otp',
    secretData: JSON.stringify(secret),
    credentialData: JSON.stringify(credential),
  });
  const withApps = (...apps: object[]) => [{ ...keycloakUser, credentials: [...keycloakUser.credentials, ...apps] }];
  const options = { claimColumns: ['department'] };
  const usual = { subType: 'totp', digits: 6, counter: 0, period: 30, algorithm: 'HmacSHA1' };

  test('move in with their parameters, the key a text or base32', () => {
    const plain = only('keycloak', withApps(app({ value: 'N6vSkbvhYoXDyWAdcSwj' }, usual)), options);
    expect(plain?.totp).toEqual({
      secret: new Uint8Array(Buffer.from('N6vSkbvhYoXDyWAdcSwj')),
      shape: { algorithm: 'SHA1', digits: 6, period: 30 },
    });
    const other = { ...usual, digits: 8, period: 60, algorithm: 'HmacSHA512', secretEncoding: 'BASE32' };
    const encoded = only('keycloak', withApps(app({ value: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }, other)), options);
    expect(encoded?.totp).toEqual({
      secret: new Uint8Array(Buffer.from('12345678901234567890')),
      shape: { algorithm: 'SHA512', digits: 8, period: 60 },
    });
    const left = only('keycloak', withApps(app({ value: '**********' }, usual)), { ...options, skipMembers: ['otp'] });
    expect(left?.totp).toBeUndefined();
  });

  test.each([
    ['masked', [app({ value: '**********' }, usual)], 'totp_secret is masked: the file does not have the real value'],
    ['gone', [app({}, usual)], 'totp_secret is not base32'],
    ['short', [app({ value: 'short' }, usual)], 'totp_secret is not 10 to 128 bytes long'],
    ['of SHA-3', [app({ value: 'N6vSkbvhYoXDyWAdcSwj' }, { ...usual, algorithm: 'HmacSHA3' })], 'totp_algorithm is not one of SHA1, SHA256, SHA512'],
    ['of seven digits', [app({ value: 'N6vSkbvhYoXDyWAdcSwj' }, { ...usual, digits: 7 })], 'totp_digits is not 6 or 8'],
    ['of an hour', [app({ value: 'N6vSkbvhYoXDyWAdcSwj' }, { ...usual, period: 3_600 })], 'totp_period is not 15 to 120 seconds'],
    ['counted', [app({ value: 'N6vSkbvhYoXDyWAdcSwj' }, { ...usual, subType: 'hotp' })], 'otp has an app that counts its codes, which cannot move in: leave it behind with --skip-members otp'],
    ['two', [app({ value: 'N6vSkbvhYoXDyWAdcSwj' }, usual), app({ value: 'N6vSkbvhYoXDyWAdcSwj' }, usual)], 'otp has several authenticator apps, of which an account has one, which cannot move in: leave it behind with --skip-members otp'],
  ])('are refused by name: %s', (_, apps, problem) => {
    expect(parse('keycloak', withApps(...apps), options).refused).toEqual([`entry 1 (ada): ${problem}`]);
  }); // biome-ignore format: a table
});

describe('I12, I13: an authenticator app in our own form', () => {
  const secret = new Uint8Array(Buffer.from('12345678901234567890'));

  test.each([
    'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    'gezd gnbv gy3t qojq-gezd gnbv gy3t qojq',
    'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ====',
  ])('is read however its secret is written: %s', (text) => {
    const shape = { algorithm: 'SHA1', digits: 6, period: 30 };
    expect(only('json', [{ username: 'ada', totp_secret: text }])?.totp).toEqual({ secret, shape });
    expect(only('csv', `username,totp_secret\nada,${text}\n`)?.totp).toEqual({ secret, shape });
  });

  test('has its parameters in columns', () => {
    const table =
      'username,totp_secret,totp_algorithm,totp_digits,totp_period\nada,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,sha-256,8,60\n';
    expect(only('csv', table)?.totp).toEqual({ secret, shape: { algorithm: 'SHA256', digits: 8, period: 60 } });
  });

  test('is refused with every mistake, without a word of the secret', () => {
    const wrong = { totp_secret: 'not base32!', totp_algorithm: 'md5', totp_digits: '7', totp_period: 0.5 };
    const { refused } = parse('json', [
      { username: 'ada', password: 'x', ...wrong },
      { username: 'bob', totp_digits: 8 },
    ]);
    expect(refused.map((each) => each.split(' is ')[0])).toEqual([
      'entry 1 (ada): password',
      'entry 1 (ada): totp_secret',
      'entry 1 (ada): totp_algorithm',
      'entry 1 (ada): totp_digits',
      'entry 1 (ada): totp_period',
      'entry 2 (bob): totp_digits',
    ]);
    expect(refused.join()).not.toContain('base32!');
  });
});

describe('I12: links to upstream providers', () => {
  const google = { issuer: 'https://accounts.google.com', id: 'google' };
  const work = { issuer: 'https://login.example.com/t1', id: 'work' };
  const keycloak = [
    {
      ...keycloakUser,
      credentials: [],
      federatedIdentities: [
        { identityProvider: 'google', userId: '1102', userName: 'ada@example.com' },
        { identityProvider: 'azure', userId: 'AAAA', userName: 'ada' },
      ],
    },
  ];
  const options = { claimColumns: ['department'] };

  test('of Keycloak move in by the issuer of each alias', () => {
    const read = only('keycloak', keycloak, { ...options, providers: { google, azure: work } });
    expect(read?.links).toEqual([
      { issuer: google.issuer, subject: '1102', provider: 'google', label: 'ada@example.com' },
      { issuer: work.issuer, subject: 'AAAA', provider: 'work', label: 'ada' },
    ]);
  });

  test('of Keycloak are refused by name while their alias has no issuer', () => {
    expect(parse('keycloak', keycloak, { ...options, providers: { google } }).refused).toEqual([
      'entry 1 (ada): federatedIdentities has a link to azure, whose issuer is not known: name it with --provider azure=https://…, or leave it behind with --skip-members federatedIdentities',
    ]);
    const left = only('keycloak', keycloak, { ...options, skipMembers: ['federatedIdentities'] });
    expect(left).not.toHaveProperty('links');
  });

  test('of Auth0 move in by the connection, or else by its kind', () => {
    const identities = [
      { provider: 'auth0', user_id: 'x', connection: 'users' },
      { provider: 'google-oauth2', user_id: '1102', connection: 'google-oauth2', isSocial: true },
      { provider: 'oidc', user_id: 77, connection: 'partner' },
    ];
    const user = { user_id: 'google-oauth2|1102', email: 'ada@example.com', identities };
    const read = only('auth0', [user], { providers: { 'google-oauth2': google, partner: work } });
    expect(read?.links).toEqual([
      { issuer: google.issuer, subject: '1102', provider: 'google' },
      { issuer: work.issuer, subject: '77', provider: 'work' },
    ]);
  });

  test('in our own form are pairs, with the provider of their issuer or its host', () => {
    const table = 'username,links\nada,https://accounts.google.com|1102 https://other.example|a|b\n';
    expect(only('csv', table, { providers: { g: google } })?.links).toEqual([
      { issuer: google.issuer, subject: '1102', provider: 'google' },
      { issuer: 'https://other.example', subject: 'a|b', provider: 'other.example' },
    ]);
    expect(only('json', [{ username: 'ada', links: ['https://other.example|1'] }])?.links).toHaveLength(1);
  });

  test('are refused with every mistake, and when two people have the same', () => {
    const wrong = ['1102', 'http://other.example|1', 'https://other.example?x|1', 'https://other.example|', 7];
    const { refused } = parse('json', [
      { username: 'ada', links: wrong },
      { username: 'eve', links: 5 },
      { username: 'bob', links: ['https://other.example|1'] },
      { username: 'bea', links: ['https://other.example|2', 'https://other.example|1'] },
      { username: 'cy', links: ['https://other.example|3', 'https://other.example|3'] },
    ]);
    expect(refused).toEqual([
      'entry 1 (ada): links.0 is not a pair like https://accounts.example.com|1234',
      'entry 1 (ada): links.1 is not an issuer like https://accounts.example.com',
      'entry 1 (ada): links.2 is not an issuer like https://accounts.example.com',
      'entry 1 (ada): links.3 has no subject of 1 to 255 characters',
      'entry 1 (ada): links.4 is not a pair like https://accounts.example.com|1234',
      'entry 2 (eve): links is not a list',
      'entry 4 (bea): links is there twice',
      'entry 5 (cy): links is there twice',
    ]);
  });
});
