import * as v from 'valibot';
import { bareAddress } from '../../shared/mail/address.ts';
import type { DeadBecause } from '../../shared/mail/dead-address-store.ts';

/*
 * What SES tells through SNS about mails that it has sent:
 * https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
 */

const notification = v.object({
  Records: v.array(v.object({ Sns: v.object({ Message: v.string() }) })),
});

const recipients = v.array(v.object({ emailAddress: v.string() }));

const feedback = v.object({
  bounce: v.optional(v.object({ bounceType: v.string(), bouncedRecipients: recipients })),
  complaint: v.optional(v.object({ complaintFeedbackType: v.nullish(v.string()), complainedRecipients: recipients })),
});

export type Feedback = { address: string; because: DeadBecause };

/**
 * Reads which addresses are not to be written to again: those at which a mail bounced for good, and those of people who reported one.
 * Undefined for an event that is none of SNS. What is not about a mail says nothing.
 */
export function readFeedback(event: unknown): Feedback[] | undefined {
  const read = v.safeParse(notification, event);
  return read.success ? read.output.Records.flatMap(({ Sns }) => addressesIn(Sns.Message)) : undefined;
}

function addressesIn(message: string): Feedback[] {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), feedback), message);
  if (!read.success) return [];
  const { bounce, complaint } = read.output;
  const isForGood = bounce?.bounceType === 'Permanent';
  const isMeant = complaint !== undefined && complaint.complaintFeedbackType !== 'not-spam';
  return [
    ...(isForGood ? namedIn(bounce.bouncedRecipients, 'bounce') : []),
    ...(isMeant ? namedIn(complaint.complainedRecipients, 'complaint') : []),
  ];
}

const namedIn = (listed: v.InferOutput<typeof recipients>, because: DeadBecause): Feedback[] =>
  listed.map(({ emailAddress }) => ({ address: bareAddress(emailAddress), because }));
