import type { HttpRequest } from '../shared/http/request.ts';
import type { HandOver } from '../shared/mail/hand-over.ts';
import type { LookOf } from '../shared/pages/look.ts';
import type { Account } from '../shared/people/account.ts';
import type { ThrottleStore } from '../shared/people/throttle-store.ts';

type Deps = {
  handOver: HandOver | undefined;
  throttle: Pick<ThrottleStore, 'countMailRequest'>;
  lookOf: LookOf;
  now: () => number;
};

/**
 * Counts a mail that proves that an address is somebody's, by the address and by where the request comes from, so that nobody fills a
 * stranger's mailbox. Answers with the seconds to wait when it is one too many.
 */
export async function countVerification(
  request: HttpRequest,
  email: string,
  { handOver, throttle, now }: Deps,
): Promise<number | undefined> {
  if (handOver === undefined) return undefined;
  const { retryAfter } = await throttle.countMailRequest('link', email, request.sourceIp, now());
  return retryAfter;
}

/** Sends that mail, where mail is sent. It has to be counted before. */
export async function askToVerify(
  request: HttpRequest,
  { sub, epoch }: Pick<Account, 'sub' | 'epoch'>,
  email: string,
  { handOver, lookOf, now }: Deps,
): Promise<void> {
  await handOver?.({ kind: 'verify', at: now(), language: lookOf(request).language, sub, epoch, email });
}
