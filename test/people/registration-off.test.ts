import { expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { encodeFields, formType } from '../support/http.ts';
import { formTokenOf, newPerson } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';

const server = await startTestServer();

test('without the switch there is no registration: no link, no page, and no account by a form', async () => {
  const person = newPerson(server);
  const signIn = await person.open('/sign-in');
  expect(signIn.body).not.toContain('/register');
  expect((await person.open('/register')).status).toBe(404);
  const fields = {
    form_token: formTokenOf(signIn),
    username: 'sneaky',
    email: 's@example.com',
    password: 'quiet orange river',
  };
  const posted = await person.open('/register', { method: 'POST', headers: formType, body: encodeFields(fields) });
  expect(posted.status).toBe(404);
  expect(await accountStore(openDatabase(), tables.people).findByUsername('sneaky')).toBeUndefined();
});
