import { type HandOver, handOverToFunction } from '../shared/mail/hand-over.ts';
import type { Runtime } from './runtime.ts';

/** Where pages hand over their orders for mails. Undefined where no mail is sent. */
export function openMail({ config, handOver }: Runtime): HandOver | undefined {
  return handOver ?? (config.mail === undefined ? undefined : handOverToFunction(config.mail));
}
