import { expect, test } from 'vitest';
import { demoAccount } from '../../infra/local/demo/demo-data.ts';
import { signIn, startBrowserTests } from './browser-tests.ts';

const { issuer, open } = await startBrowserTests();

test.for([true, false])(
  'a person ends another session and changes the password (JavaScript: %s)',
  async (javaScriptEnabled) => {
    const page = await open({ javaScriptEnabled });
    const other = await open({ javaScriptEnabled });
    for (const one of [page, other]) {
      await one.goto(`${issuer}/account`);
      await signIn(one);
      await one.getByRole('link', { name: 'Go to your account' }).click();
      await one.getByRole('heading', { name: 'Your account' }).waitFor();
    }
    await page.reload();
    await page
      .getByRole('button', { name: /^Sign out: / })
      .first()
      .click();
    await page.getByText('That device is signed out.').waitFor();
    await other.reload();
    await other.getByRole('heading', { name: 'Sign in' }).waitFor();

    await page.getByRole('link', { name: 'Change password' }).click();
    await page.getByLabel('Current password').fill('wrong');
    await page.getByLabel('New password').fill('several words in a row');
    await page.getByRole('button', { name: 'Save password' }).click();
    await page.getByText('That is not your current password.').waitFor();
    await page.getByLabel('Current password').fill(demoAccount.password);
    await page.getByLabel('New password').fill(demoAccount.password.padEnd(12, '!'));
    await page.getByRole('button', { name: 'Save password' }).click();
    await page.getByText('Your password is changed.').waitFor();
    expect(page.url()).toBe(`${issuer}/account`);

    await page.getByRole('link', { name: 'Change password' }).click();
    await page.getByLabel('Current password').fill(demoAccount.password.padEnd(12, '!'));
    await page.getByLabel('New password').fill(demoAccount.password);
    await page.getByRole('button', { name: 'Save password' }).click();
    await page.getByText('Your password is changed.').waitFor();

    // Nothing is left that the next person with this account could end instead.
    await page.goto(`${issuer}/sign-out`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  },
);
