import { proxyBefore } from '../support/service-proxy.ts';

/**
 * A proxy in front of a database. `loseNextReply('UpdateItem')` lets the next such request through, waits until the database has
 * answered, and then breaks the connection instead of passing the answer on: the write is committed, its reply is lost.
 */
export async function lossyProxy(endpoint: string) {
  let losing: string | undefined;
  let lost = 0;
  const proxy = await proxyBefore(endpoint, async ({ operation, pass }) => {
    const isLost = operation === losing;
    if (isLost) losing = undefined;
    const answer = await pass();
    if (!isLost) return answer;
    lost += 1;
    return 'cut';
  });
  return {
    endpoint: proxy.endpoint,
    loseNextReply(operation: string) {
      losing = operation;
    },
    lostReplies: () => lost,
  };
}
