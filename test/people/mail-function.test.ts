import { beforeEach, describe, expect, test } from 'vitest';
import { compose } from '../../functions/mail/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { deadAddressStore } from '../../shared/mail/dead-address-store.ts';
import type { MailOrder } from '../../shared/mail/order.ts';
import type { Message, Send } from '../../shared/mail/send.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { newMailCode } from '../../shared/people/mail-code.ts';
import { newMailedLinkUntil } from '../../shared/people/mailed-link.ts';
import { generateSecret } from '../../shared/secret.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { newPerson } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';
import { account } from './account-flows.ts';

/* The function that carries out orders for mails, called as Lambda calls it: more than once, and at the same time. */

const proxy = await startDatabaseProxy();
const names = ['ann', 'ben', 'cem', 'dot', 'eve'];
const server = await startTestServer({
  accounts: names.map((name) => ({ ...account(name), email: `${name}@example.com` })),
  dynamodb: proxy.endpoint,
});
const { clock } = server;
const database = openDatabase();
const accounts = accountStore(database, tables.people);
const dead = deadAddressStore(database, tables.people);

const sent: Message[] = [];
const lines: string[] = [];
beforeEach(() => {
  sent.length = 0;
  lines.length = 0;
  clock.advance(3_600);
});

const environment = {
  PIXY_ISSUER: 'https://sign-in.example.com',
  PIXY_GRANTS_TABLE: tables.grants,
  PIXY_CLIENTS_TABLE: tables.clients,
  PIXY_PEOPLE_TABLE: tables.people,
  PIXY_KEYS_TABLE: tables.keys,
};
const functionWith = (send: Send | undefined, more: Record<string, string> = {}) => {
  const runtime = openRuntime(
    { ...environment, ...more },
    { database, now: clock.now, writeLine: (line) => lines.push(line) },
  );
  const handler = compose(runtime, send);
  return (event: unknown) => handler(event, { awsRequestId: 'request' });
};
const mail = functionWith(async (message) => void sent.push(message));

const forgotten = (name: string, more: Partial<MailOrder> = {}): MailOrder =>
  ({ kind: 'forgotten', id: generateSecret(), at: clock.now(), language: 'en', name, query: '', ...more }) as MailOrder;
const linkOf = ({ text }: Message) => /https:\/\/\S+/.exec(text)?.[0] ?? '';
const links = () => new Set(sent.map(linkOf));

/** What Lambda does with an event that fails. */
async function withRetries(call: () => Promise<unknown>): Promise<number> {
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    try {
      await call();
      return attempt;
    } catch {}
  }
  return 0;
}

describe('ML6: nothing is lost, and nothing is sent twice with different links', () => {
  test('an order that comes 20 times at once has one link, and it works', async () => {
    const order = forgotten('ann');
    await Promise.all(Array.from({ length: 20 }, () => mail(order).catch(() => undefined)));
    expect(sent.length).toBeGreaterThan(0);
    expect(links().size).toBe(1);
    const path = [...links()][0]?.replace(environment.PIXY_ISSUER, '') ?? '';
    expect((await newPerson(server).open(path)).status).toBe(200);
  });

  test('two orders at once: the mail of one of them has the link that works', async () => {
    await Promise.all([mail(forgotten('ann')), mail(forgotten('ann'))]);
    const paths = [...links()].map((link) => link.replace(environment.PIXY_ISSUER, ''));
    const statuses = await Promise.all(paths.map(async (path) => (await newPerson(server).open(path)).status));
    expect(statuses.filter((status) => status === 200).length).toBe(1);
  });

  test('an order that comes late does not end the link of a newer one', async () => {
    const older = forgotten('ben');
    clock.advance(10);
    await mail(forgotten('ben'));
    await mail(older);
    expect(sent.length).toBe(1);
    expect(lines.at(-1)).toContain('mail_too_late');
  });

  test.each(['TooManyRequestsException', 'MessageRejected', 'InternalFailure'])(
    'SES that answers %s is asked again with the same link, and the log has no address',
    async (name) => {
      let failures = 2;
      const order = forgotten('cem');
      const failing = functionWith(async (message) => {
        sent.push(message);
        failures -= 1;
        if (failures >= 0) throw Object.assign(new Error('cem@example.com'), { name });
      });
      expect(await withRetries(() => failing(order))).toBe(3);
      expect([sent.length, links().size]).toEqual([3, 1]);
      expect(lines.slice(0, 2).every((line) => line.includes('mail_failed') && line.includes(name))).toBe(true);
      expect(lines.join()).not.toContain('cem@example.com');
    },
  );

  test('SES that is down for good leaves the order to the dead-letter queue', async () => {
    const failing = functionWith(async () => {
      throw new Error('down');
    });
    expect(await withRetries(() => failing(forgotten('cem')))).toBe(0);
    expect(lines.map((line) => JSON.parse(line).verdict)).toEqual(['failed', 'failed', 'failed']);
  });

  test('the database fails at every call in turn: the same order goes on with one link', async () => {
    await mail(forgotten('dot'));
    clock.advance(1);
    const calls = await proxy.callsDuring(() => mail(forgotten('dot')));
    expect(calls.length).toBeGreaterThan(3);
    for (const [index] of calls.entries()) {
      sent.length = 0;
      clock.advance(3_600);
      const order = forgotten('dot');
      let seen = 0;
      const counting = new Proxy(database, {
        get: (target, name: keyof typeof database) => {
          const call = target[name] as (...given: unknown[]) => Promise<unknown>;
          return async (...given: unknown[]) => {
            seen += 1;
            // It happens, and nobody hears of it.
            if (seen - 1 === index) {
              await call(...given).catch(() => undefined);
              throw new Error('the answer was lost');
            }
            return call(...given);
          };
        },
      });
      const runtime = openRuntime(environment, { database: counting, now: clock.now, writeLine: () => {} });
      const faulty = compose(runtime, async (message) => void sent.push(message));
      expect(await withRetries(() => faulty(order, { awsRequestId: 'request' }))).toBeGreaterThan(0);
      expect([sent.length, links().size]).toEqual([1, 1]);
      const path = linkOf(sent[0] as Message).replace(environment.PIXY_ISSUER, '');
      expect((await newPerson(server).open(path)).status).toBe(200);
    }
  });

  test('of two addresses, the second is written to when the first is not taken, with the same link', async () => {
    const failing = functionWith(async (message) => {
      if (message.to === 'eve@example.com') throw new Error('down');
      sent.push(message);
    });
    const sub = 'sub-of-eve';
    const changed = { kind: 'notice', sub, what: 'addressChanged', formerly: 'old@example.com' };
    await mail(forgotten('eve', changed as Partial<MailOrder>));
    sent.length = 0;
    const order = forgotten('eve', { kind: 'removal', sub } as Partial<MailOrder>);
    const due = clock.now() + 86_400;
    const { epoch = 0 } = (await accounts.findBySubject(sub)) ?? {};
    await accounts.startRemoval(sub, epoch, { due, link: newMailedLinkUntil(order, due) }, clock.now());
    expect(await withRetries(() => failing(order))).toBe(0);
    await accounts.enable(sub);
    expect(new Set(sent.map(({ to }) => to))).toEqual(new Set(['old@example.com']));
    expect(links().size).toBe(1);
  });

  test('an event that is no order is a fault', async () => {
    await expect(mail({ kind: 'spam' })).rejects.toThrow(/Invalid/);
    await expect(mail(undefined)).rejects.toThrow(/Invalid/);
  });
});

describe('what came back', () => {
  const told = (message: object) => ({ Records: [{ Sns: { Message: JSON.stringify(message) } }] });
  const recipients = [{ emailAddress: 'Eve <Eve@example.com>' }];
  const isDead = () => dead.isDead('eve@example.com', clock.now());

  test.each<[string, object]>([
    [
      'a bounce that may pass',
      { eventType: 'Bounce', bounce: { bounceType: 'Transient', bouncedRecipients: recipients } },
    ],
    [
      'a report that it is no spam',
      { complaint: { complaintFeedbackType: 'not-spam', complainedRecipients: recipients } },
    ],
    ['a delivery', { eventType: 'Delivery', delivery: { recipients: ['eve@example.com'] } }],
    ['something that is no report', { bounce: 'eve@example.com' }],
  ])('%s says nothing about an address', async (_, message) => {
    await mail(told(message));
    expect(await isDead()).toBe(false);
  });

  test.each<[string, object]>([
    ['bounced for good', { bounce: { bounceType: 'Permanent', bouncedRecipients: recipients } }],
    ['was reported as unwanted', { complaint: { complaintFeedbackType: 'abuse', complainedRecipients: recipients } }],
  ])('an address at which a mail %s is not written to again, for half a year', async (_, message) => {
    await mail(told(message));
    expect(await isDead()).toBe(true);
    await mail(forgotten('eve'));
    expect(sent).toEqual([]);
    clock.advance(15_552_000);
    await mail(forgotten('eve'));
    expect(sent.length).toBe(1);
  });
});

describe('ML7: a mail', () => {
  test.each([
    ['en', 'Set a new password for sign-in.example.com'],
    ['de', 'Neues Passwort für sign-in.example.com'],
    ['fr', 'Nouveau mot de passe pour sign-in.example.com'],
    ['es', 'Nueva contraseña para sign-in.example.com'],
    ['pt', 'Nova senha para sign-in.example.com'],
    ['xx', 'Set a new password for sign-in.example.com'],
  ])('is in the language of the page: %s', async (language, subject) => {
    await mail(forgotten('ann', { language }));
    expect(sent[0]?.subject).toBe(subject);
    expect(sent[0]?.html).toContain(`<html lang="${language === 'xx' ? 'en' : language}"`);
  });

  test.each([
    ['de-AT', 'de', 'fr'],
    ['ja', 'fr', 'fr'],
    [undefined, 'fr', 'fr'],
  ])(
    'about what was done in an account is in the language of its person: locale %s',
    async (locale, language, asked) => {
      const sub = `speaker-of-${locale}`;
      const claims = { sub, email: `${sub}@example.com`, email_verified: true, ...(locale && { locale }) };
      await accounts.add({ username: sub, claims }, clock.now());
      await mail(forgotten('', { kind: 'notice', language: asked, sub, what: 'newDevice' } as Partial<MailOrder>));
      expect(sent[0]?.html).toContain(`<html lang="${language}"`);
    },
  );

  test('says the same as plain text and as HTML, which loads nothing and has colors for the dark', async () => {
    await mail(forgotten('ann', { place: '203.0' }));
    const [{ text, html } = { text: '', html: '' }] = sent;
    for (const part of ['203.0', linkOf(sent[0] as Message), 'The link works once']) {
      expect([text.includes(part), html.includes(part)]).toEqual([true, true]);
    }
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).not.toMatch(/<img|<script|src=|url\(/);
  });

  test('has nothing in it that somebody could have put there as markup or as a header', async () => {
    await accounts.add(
      { username: '<b>bob</b>', claims: { sub: 'bob', email: 'bob@example.com', email_verified: true } },
      clock.now(),
    );
    await mail(forgotten('<b>bob</b>'));
    expect(sent[0]?.html).toContain('&lt;b&gt;bob');
    expect(sent[0]?.html).not.toContain('<b>');
    expect(sent[0]?.subject).not.toMatch(/\p{Cc}/u);
  });
});

describe('ML6: a hook that sends', () => {
  const url = new URL('mail-hook.mjs', import.meta.url).href;
  const load = () => import(url) as Promise<{ asked: Record<string, unknown>[]; answers: unknown[] }>;
  const hooked = functionWith(undefined, { PIXY_HOOKS: JSON.stringify({ sendMessage: url }) });

  test('gets the message with its link, and reaches people without an address', async () => {
    const { asked } = await load();
    await accounts.add({ username: 'phone', claims: { sub: 'phone', phone_number: '+491700000' } }, clock.now());
    asked.length = 0;
    await hooked(forgotten('phone'));
    expect(asked).toMatchObject([
      { version: 1, hook: 'sendMessage', kind: 'forgotten', account: { sub: 'phone' }, language: 'en' },
    ]);
    expect(asked[0]).not.toHaveProperty('to', expect.anything());
    expect(asked[0]?.['link']).toMatch(/^https:\/\/sign-in\.example\.com\/invitation\?token=/);
    expect(sent).toEqual([]);
  });

  test.each([[{ sent: false }], [{}], [undefined], [{ sent: true, more: 1 }]])(
    'that answers %j is asked again, with the same link',
    async (answer) => {
      const { asked, answers } = await load();
      asked.length = 0;
      answers.push(answer);
      const order = forgotten('ann');
      expect(await withRetries(() => hooked(order))).toBe(2);
      expect(new Set(asked.map(({ link }) => link)).size).toBe(1);
      expect(lines[0]).toContain('hook_failed');
    },
  );
});

describe('ML6: mails to one account are limited by orders, not by attempts', () => {
  const orders = (name: string): [string, (n: number) => MailOrder, most?: number][] => [
    ['lost passwords', () => forgotten(name)],
    [
      'addresses to confirm',
      () => forgotten(name, { kind: 'verify', sub: undefined, email: `${name}@example.com` } as Partial<MailOrder>),
    ],
    [
      'new devices',
      () => forgotten(name, { kind: 'notice', sub: `sub-of-${name}`, what: 'newDevice' } as Partial<MailOrder>),
    ],
    [
      'codes',
      () => {
        const { key, hash, code } = newMailCode();
        return forgotten(name, { kind: 'code', key, hash, code } as Partial<MailOrder>);
      },
      5,
    ],
  ];

  test.each(orders('ann'))(
    '%s: while SES is down, as many orders in an hour as may be are dead-lettered, none dropped',
    async (_, order, most = 10) => {
      const failing = functionWith(async () => {
        throw new Error('down');
      });
      for (let n = 0; n < most; n += 1) {
        clock.advance(1);
        const one = order(n);
        expect(await withRetries(() => failing(one))).toBe(0);
      }
      clock.advance(1);
      await failing(order(most));
      expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ verdict: 'refused', reason: 'mail_throttled' });
    },
  );
});
