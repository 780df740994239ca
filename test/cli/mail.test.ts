import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { startServer } from '../../infra/local/server.ts';
import { linkIn, newestMail, readMailbox } from '../support/mailbox.ts';
import { newPerson } from '../support/person.ts';
import { emptyFolder, noon, pixy } from './pixy.ts';

/* What operators have sent by mail: invitations, and the confirmation of addresses that move in. */

const folder = await emptyFolder();
const started = await startServer({
  port: 0,
  data: folder,
  now: () => noon,
  writeLine: () => {},
  environment: { PIXY_MAIL: 'local' },
});
afterAll(() => started.close());
const server = { issuer: started.issuer, port: Number(new URL(started.address).port) };
const run = (...argv: string[]) => pixy([...argv, '--local', folder]);
const done = async (...argv: string[]) => {
  const ran = await run(...argv);
  if (ran.exitCode !== 0) throw new Error(ran.errors);
  return ran;
};

describe('accounts invite --mail', () => {
  test('sends the link and prints none; it works once, and a week', async () => {
    await done('accounts', 'add', 'grace', '--email', 'grace@example.com', '--claim', 'locale=de-AT');
    const { output } = await done('accounts', 'invite', 'grace', '--mail');
    expect(output).toBe('An invitation of account grace is on its way to grace@example.com.\n');
    const mail = await newestMail(server, 'grace@example.com');
    expect(mail.subject).toMatch(/^Einladung zu localhost/);
    const person = newPerson(server);
    const page = await person.open(mail.links[0] ?? '');
    const answer = await person.submit(page, { password: 'a password of the invited' });
    expect(answer.headers.location).toBe('/invitation?done=invitation');
    const shown = (await done('accounts', 'show', 'grace', '--json')).json();
    expect(shown.invitation).toMatchObject({ purpose: 'invitation', expires_at: '2026-11-29T12:00:00Z' });
  });

  test.each<[string, string[], string, string[]]>([
    ['somebody with a password', ['--password-stdin'], 'already has a password', []],
    ['somebody without an address', [], 'has no address that mail may go to', []],
    ['another end', ['--email', 'late@example.com'], 'exclude each other', ['--expires', '2d']],
  ])('refuses %s', async (name, flags, problem, more) => {
    const username = name.replaceAll(/\W/g, '');
    await pixy(['accounts', 'add', username, ...flags, '--local', folder], { input: 'a password that is long\n' });
    const { exitCode, errors } = await run('accounts', 'invite', username, '--mail', ...more);
    expect(exitCode).not.toBe(0);
    expect(errors).toContain(problem);
  });

  test('says where mail is sent, if it is not', async () => {
    const other = await emptyFolder(onTestFinished);
    await pixy(['accounts', 'add', 'a', '--email', 'a@example.com', '--local', other]);
    const { exitCode, errors } = await pixy(['accounts', 'invite', 'a', '--mail', '--local', other]);
    expect([exitCode, errors]).toEqual([1, expect.stringContaining('No server runs on this folder')]);
  });
});

test('ML3: accounts import --send-verification asks everybody whose address is not verified', async () => {
  const file = join(folder, 'moving-in.json');
  const people = [
    { username: 'ann', email: 'ann@example.com' },
    { email: 'ben@example.com', claims: { locale: 'fr' } },
    { email: 'cem@example.com', claims: { email_verified: true } },
    { username: 'dot' },
  ];
  await writeFile(file, JSON.stringify(people));
  await done('accounts', 'import', file, '--send-verification', '--dry-run');
  const before = (await readMailbox(server)).length;
  await done('accounts', 'import', file, '--send-verification');
  const mails = (await readMailbox(server)).slice(0, -before || undefined);
  expect(mails.map(({ to }) => to).toSorted()).toEqual(['ann@example.com', 'ben@example.com']);
  await done('accounts', 'import', file, '--send-verification');
  expect((await readMailbox(server)).length).toBe(before + 2);
  expect(mails.find(({ to }) => to === 'ben@example.com')?.subject).toMatch(/^Confirmez/);
  const person = newPerson(server);
  expect((await person.submit(await person.open(await linkIn(server, 'ann@example.com')), {})).status).toBe(200);
  const { claims } = (await done('accounts', 'show', 'ann', '--json')).json();
  expect(claims).toMatchObject({ email: 'ann@example.com', email_verified: true });
});
