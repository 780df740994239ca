import { Outage } from '../outage.ts';
import { generateSecret } from '../secret.ts';
import type { MailOrder } from './order.ts';

/** The mail function did not take an order, or the mail could not be sent. */
class MailFailed extends Outage {
  override name = 'MailFailed';
  readonly reason = 'mail_failed';
  constructor(cause: unknown) {
    super('a mail was not sent', { cause });
  }
}

type WithoutId<Order> = Order extends unknown ? Omit<Order, 'id'> & { id?: string } : never;
/** An order, which gets its number now unless it has one. */
export type NewOrder = WithoutId<MailOrder>;

/** Hands an order to whatever carries it out. Resolves when it was taken, not when it is done. Throws {@link MailFailed}. */
export type HandOver = (order: NewOrder) => Promise<void>;

/** Gives every order its number. `take` returns when the order is safe. */
export const handOverTo =
  (take: (order: MailOrder) => Promise<unknown>): HandOver =>
  async (order) => {
    try {
      await take({ ...order, id: order.id ?? generateSecret() } as MailOrder);
    } catch (error) {
      throw new MailFailed(error);
    }
  };

/** Hands orders to the Lambda function with this ARN. Loads nothing before the first one. */
export const handOverToFunction = (arn: string): HandOver =>
  handOverTo(async (order) => {
    const { invokeLater } = await import('../hooks/invoke-function-store.ts');
    await invokeLater(arn, order, AbortSignal.timeout(longestMs));
  });

/** Lambda takes an order within milliseconds. */
const longestMs = 2_000;
