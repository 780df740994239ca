import { expect, test } from 'vitest';
import { demoAccount } from '../../infra/local/demo/demo-data.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { hashPassword } from '../../shared/password.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { isSignInPage, signedInPerson } from '../support/person.ts';
import { tables } from '../support/server.ts';
import { signIn, startBrowserTests } from './browser-tests.ts';

const { issuer, server, open, startSession } = await startBrowserTests();

test.for([true, false])(
  'a person ends another session and changes the password (JavaScript: %s)',
  async (javaScriptEnabled) => {
    // Changes count towards a limit, so each run has somebody of its own.
    const person = { username: `changing-${javaScriptEnabled}`, password: 'quiet orange river' };
    const accounts = accountStore(openDatabase(), tables.people);
    await accounts.add(
      { ...person, passwordHash: await hashPassword(person.password), claims: {} },
      server.clock.now(),
    );
    const other = await signedInPerson(server, person);
    expect((await other.open('/account')).status).toBe(200);
    const page = await open({ javaScriptEnabled });
    await page.goto(`${issuer}/account`);
    await signIn(page, person);
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
    await page
      .getByRole('button', { name: /^Sign out: / })
      .first()
      .click();
    await page.getByText('That device is signed out.').waitFor();
    expect(isSignInPage(await other.follow('/account'))).toBe(true);

    await page.getByRole('link', { name: 'Change password' }).click();
    await page.getByLabel('Current password').fill('wrong');
    await page.getByLabel('New password').fill('several words in a row');
    await page.getByRole('button', { name: 'Save password' }).click();
    await page.getByText('That is not your current password.').waitFor();
    await page.getByLabel('Current password').fill(person.password);
    await page.getByLabel('New password').fill('several words in a row');
    await page.getByRole('button', { name: 'Save password' }).click();
    await page.getByText('Your password has been changed.').waitFor();
    expect(page.url()).toBe(`${issuer}/account`);

    // Nothing is left that the next person with this account could end instead.
    await page.goto(`${issuer}/sign-out`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  },
);

test('a button that is pressed twice sends its form once: the second one would find the password of before no longer right', async () => {
  const page = await open();
  await startSession(page);
  await page.goto(`${issuer}/account/password`);
  await page.getByLabel('Current password').fill(demoAccount.password);
  await page.getByLabel('New password').fill('several words in a row');
  const { promise: isPressedAgain, resolve: pressedAgain } = Promise.withResolvers<void>();
  let sent = 0;
  await page.route(`${issuer}/account/password`, async (route) => {
    sent += 1;
    await isPressedAgain;
    await route.continue();
  });
  const { x, y } = (await page.getByRole('button', { name: 'Save password' }).boundingBox()) ?? { x: 0, y: 0 };
  // What waits for the button would also wait for the answer.
  const press = () => page.mouse.click(x + 10, y + 10);
  const first = page.waitForRequest((request) => request.method() === 'POST');
  await press();
  await first;
  await press();
  pressedAgain();
  await page.getByText('Your password has been changed.').waitFor();
  expect(sent).toBe(1);
});
