import { sendableForm } from '../../shared/mail/address.ts';
import type { MailOrder } from '../../shared/mail/order.ts';
import type { Message } from '../../shared/mail/send.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { composeMail, type Letter } from '../../shared/pages/mail/compose-mail.ts';
import type { Account } from '../../shared/people/account.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import type { MailDeps } from './mail-deps.ts';
import { writeCode } from './write-code.ts';
import { writeForgotten } from './write-forgotten.ts';
import { writeInvitation } from './write-invitation.ts';
import { writeNotice } from './write-notice.ts';
import { writeRemoval } from './write-removal.ts';
import { writeVerify } from './write-verify.ts';
import type { Written } from './written.ts';

/**
 * Writes the mail of an order and sends it. Throws when somebody does not take it: then the order is carried out again, with the same
 * link. Refuses `mail_to_nobody`, `mail_throttled`, `mail_too_late` and `mail_undeliverable`, which nothing repeats.
 */
export async function carryOut(order: MailOrder, deps: MailDeps): Promise<Result<undefined, Refusal>> {
  const written = await write(order, deps);
  if (!written.ok) return written;
  const { account, to, letter, language = order.language } = written.value;
  const message = await composeMail(deps.lookOf(language), letter);
  const { hook } = deps;
  if (hook) {
    const recipients = to.length === 0 ? [undefined] : to;
    await forAll(recipients, (one) => hook(eventOf({ ...order, language }, account, letter, { ...message, to: one })));
    return ok(undefined);
  }
  return post(to, message, deps);
}

function write(order: MailOrder, deps: MailDeps): Promise<Written> {
  switch (order.kind) {
    case 'forgotten':
      return writeForgotten(order, deps);
    case 'verify':
      return writeVerify(order, deps);
    case 'code':
      return writeCode(order, deps);
    case 'invitation':
      return writeInvitation(order, deps);
    case 'removal':
      return writeRemoval(order, deps);
    case 'notice':
      return writeNotice(order, deps);
  }
}

/** Sends to every address that can be written to. */
async function post(
  to: readonly string[],
  message: Omit<Message, 'to'>,
  { deadAddresses, send, now }: MailDeps,
): Promise<Result<undefined, Refusal>> {
  if (send === undefined) throw new Error('nothing is there to send mail with');
  const dead = await Promise.all(
    to.map(async (one) => sendableForm(one) === undefined || (await deadAddresses.isDead(one, now()))),
  );
  const living = to.filter((_, index) => !dead[index]);
  await forAll(living, (one) => send({ ...message, to: one }));
  return living.length > 0 ? ok(undefined) : refuse({ reason: 'mail_undeliverable' });
}

/** Does it for each of them, also where another one fails. Throws what one of them threw. */
async function forAll<One>(all: readonly One[], work: (one: One) => Promise<unknown>): Promise<void> {
  const outcomes = await Promise.allSettled(all.map(work));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

const eventOf = (
  { kind, language }: MailOrder,
  { sub, username, claims }: Account,
  { button, code }: Letter,
  message: Omit<Message, 'to'> & { to: string | undefined },
) => ({ kind, account: { sub, username, claims }, language, ...message, link: button?.url, code });
