import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { type Attempt, throttleStore } from '../../shared/people/throttle-store.ts';
import { type TestServer, tables } from './server.ts';

/** Counts a sign-in from here that failed, for each of these names, as the sign-in page does before it looks at a password. */
export function countFailures(server: Pick<TestServer, 'clock'>, usernames: readonly string[]): Promise<Attempt[]> {
  const throttle = throttleStore(openDatabase(), tables.people);
  const now = server.clock.now();
  return Promise.all(usernames.map((username) => throttle.countSignIn(username, '127.0.0.1', now)));
}
