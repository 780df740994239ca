import type fc from 'fast-check';
import type { Database } from '../../shared/aws/dynamodb.ts';

/** A call whose answer, be it an error, comes when the scheduler says. */
const late =
  <Input extends unknown[], Output>(scheduler: fc.Scheduler, call: (...input: Input) => Promise<Output>) =>
  async (...input: Input): Promise<Output> => {
    const [answer] = await scheduler.schedule(Promise.allSettled([call(...input)]));
    if (answer?.status !== 'fulfilled') throw answer?.reason;
    return answer.value;
  };

/** A database for things that happen at once: their calls come in any order, which the scheduler of fast-check chooses. */
export const inAnyOrder = (database: Database, scheduler: fc.Scheduler): Database => ({
  ...database,
  get: late(scheduler, database.get),
  put: late(scheduler, database.put),
  remove: late(scheduler, database.remove),
  update: late(scheduler, database.update),
  updateOnce: late(scheduler, database.updateOnce),
});
