import { expect, test } from 'vitest';
import { tellingCause } from '../../functions/telling-cause.ts';
import { StoreUnavailable } from '../../shared/aws/dynamodb.ts';

/* D3: a failed deployment shows the message of an exception, and nothing else of it. */

const named = (name: string, message: string) => Object.assign(new Error(message), { name });
const failing = (error: unknown) => tellingCause(() => Promise.reject(error))().catch((told: unknown) => told);

test('tells the service and what it said, under the name of the exception', async () => {
  const denied = named('AccessDeniedException', 'User: arn:aws:sts::123456789012:assumed-role/x is not authorized');
  const told = await failing(new StoreUnavailable(denied, 'AWS KMS'));
  expect(told).toMatchObject({
    name: 'StoreUnavailable',
    message: `the store is unavailable: AWS KMS: AccessDeniedException: ${denied.message}`,
  });
});

test.each(['ValidationException', 'SerializationException'])('leaves out what %s quotes', async (name) => {
  const told = await failing(new StoreUnavailable(named(name, 'the value "a secret" is invalid')));
  expect(told).toMatchObject({ message: `the store is unavailable: the database: ${name}` });
});

test('leaves an exception without a cause, and an answer, as they are', async () => {
  const bug = new TypeError('a bug');
  expect(await failing(bug)).toBe(bug);
  expect(await tellingCause(async (event: string) => event)('an answer')).toBe('an answer');
});
