import { readdirSync, readFileSync } from 'node:fs';
import { parseImport } from './shared/clients/import/parse-import.ts';
import { accountFormats, parseAccounts } from './shared/people/account-import.ts';

let seed = 1;
const rnd = () => {
  seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  return seed / 0x7fffffff;
};
const pick = <T>(a: T[]) => a[Math.floor(rnd() * a.length)]!;
const junk = () =>
  pick<any>([
    null,
    '',
    [],
    {},
    0,
    -1,
    1e400,
    true,
    'true',
    'false',
    [null],
    [[]],
    { a: null },
    '{',
    '[1]',
    '\u0000',
    'x'.repeat(300),
    '$2b$10$abc',
    '{bcrypt}',
    '{noop}',
    '{pbkdf2}zz',
    'pbkdf2_sha256$999999999999$s$h',
    "['java.util.Map']",
    '{"@class":1}',
    { __proto__: 1 },
    '2020-01-01',
    'https://a.example',
    5.5,
    '0',
    'PT5M',
    '["java.time.Duration","300.0"]',
  ]);
const walk = (v: any): any => {
  if (rnd() < 0.06) return junk();
  if (Array.isArray(v)) {
    const a = v.map(walk);
    if (rnd() < 0.05) a.push(junk());
    return a;
  }
  if (v && typeof v === 'object') {
    const o: any = {};
    for (const k of Object.keys(v)) if (rnd() > 0.04) o[k] = walk(v[k]);
    return o;
  }
  if (typeof v === 'string' && /^[[{]/.test(v) && rnd() < 0.3) {
    try {
      return JSON.stringify(walk(JSON.parse(v)));
    } catch {}
  }
  return v;
};
let n = 0,
  thrown = new Map<string, string>();
let slow = 0;
const dirs = readdirSync('test/unit/import-files');
const start = Date.now();
for (const d of dirs)
  for (const f of ['clean.json', 'dirty.json']) {
    let src: any;
    try {
      src = JSON.parse(readFileSync(`test/unit/import-files/${d}/${f}`, 'utf8'));
    } catch {
      continue;
    }
    for (let i = 0; i < 120; i++) {
      const m = rnd() < 0.05 ? junk() : walk(src);
      let text = JSON.stringify(m) ?? 'null';
      if (rnd() < 0.1) text = text.slice(0, Math.floor(rnd() * text.length));
      for (const format of [d, ...(rnd() < 0.1 ? [pick(dirs)] : [])]) {
        n++;
        const a = Date.now();
        try {
          await parseImport(format as any, text, {} as any);
        } catch (e: any) {
          thrown.set(format + ': ' + String(e.stack).split('\n').slice(0, 3).join(' | '), text.slice(0, 200));
        }
        if (Date.now() - a > 2000) slow++;
      }
    }
    if (Date.now() - start > 100000) break;
  }
console.log('clients', n, 'slow', slow, Date.now() - start, [...thrown].slice(0, 12));
thrown = new Map();
n = 0;
const users: Record<string, any> = {
  firebase: {
    users: [
      {
        localId: 'a',
        email: 'a@x.example',
        emailVerified: true,
        displayName: 'A',
        passwordHash: 'AAAA',
        salt: 'AAAA',
        providerUserInfo: [{ providerId: 'google.com', rawId: '1', email: 'a@x.example' }],
        mfaInfo: [{ x: 1 }],
        customAttributes: '{"role":"admin"}',
      },
    ],
  },
  keycloak: {
    realm: 'x',
    users: [
      {
        id: '1',
        username: 'a',
        email: 'a@x.example',
        requiredActions: ['UPDATE_PASSWORD'],
        credentials: [
          {
            type: 'password',
            secretData: '{"value":"AAAA","salt":"AAAA"}',
            credentialData: '{"algorithm":"pbkdf2-sha256","hashIterations":27500}',
          },
        ],
        federatedIdentities: [{ identityProvider: 'google', userId: '1', userName: 'a' }],
        attributes: { locale: ['de'] },
        totp: true,
        serviceAccountClientId: 'x',
      },
    ],
  },
  django: [
    {
      model: 'auth.user',
      pk: 1,
      fields: {
        username: 'a',
        password: 'pbkdf2_sha256$1000$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
        is_active: true,
        last_login: null,
        email: 'a@x.example',
        first_name: 'A',
        last_name: '',
      },
    },
    { model: 'otp_totp.totpdevice', pk: 3, fields: { user: 1 } },
  ],
  auth0: [
    {
      user_id: 'auth0|1',
      email: 'a@x.example',
      identities: [{ provider: 'google-oauth2', user_id: 1, connection: 'g' }],
      multifactor: ['x'],
    },
  ],
  okta: [
    {
      id: '1',
      status: 'ACTIVE',
      profile: { login: 'a@x.example', email: 'a@x.example' },
      credentials: {
        provider: { type: 'OKTA' },
        password: { hash: { algorithm: 'BCRYPT', workFactor: 10, salt: 'a', value: 'b' } },
      },
    },
  ],
};
for (const [format, src] of Object.entries(users))
  for (let i = 0; i < 1500; i++) {
    const m = rnd() < 0.05 ? junk() : walk(src);
    let text = JSON.stringify(m) ?? 'null';
    if (rnd() < 0.1) text = text.slice(0, Math.floor(rnd() * text.length));
    n++;
    try {
      parseAccounts(format as any, text, {
        providers: { 'google.com': { issuer: 'https://accounts.google.com', id: 'google' } },
      } as any);
    } catch (e: any) {
      thrown.set(format + ': ' + String(e.stack).split('\n').slice(0, 3).join(' | '), text.slice(0, 300));
    }
  }
console.log('accounts', n, Date.now() - start, [...thrown].slice(0, 12));
