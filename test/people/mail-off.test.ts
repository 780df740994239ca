import { expect, test } from 'vitest';
import { newPerson } from '../support/person.ts';
import { ada, startTestServer } from '../support/server.ts';

const server = await startTestServer();

test.each(['/forgotten-password', '/verify-address?token=a.b', '/sign-in/mail-code'])(
  'without mail, %s says what to do instead, also to whoever still has a link',
  async (target) => {
    for (const method of ['GET', 'POST']) {
      const { status, body } = await newPerson(server).open(target, { method });
      expect([status, body.includes('Ask the people who run this service')]).toEqual([404, true]);
    }
  },
);

test('without mail, the sign-in page offers nothing that needs it', async () => {
  const { body } = await newPerson(server).open('/sign-in');
  expect(body).not.toMatch(/forgotten-password|mail-code/);
});

test.each(['/account/profile', '/account/remove'])('%s, which is not offered, leads to the account', async (target) => {
  const person = newPerson(server);
  const { username, password } = ada;
  await person.submit(await person.open('/sign-in'), { username, password });
  for (const method of ['GET', 'POST']) {
    const { status, headers } = await person.open(target, { method });
    expect([method, status, headers.location]).toEqual([method, 303, '/account']);
  }
});
