import { type HandOver, handOverTo, handOverToFunction } from '../shared/mail/hand-over.ts';
import { Failure } from './failure.ts';
import { readParameters } from './open-stores.ts';
import type { Place } from './place.ts';

/** Where orders for mails go from a place: to its function, or to the mailbox of the local run. Fails where no mail is sent. */
export async function openHandOver(place: Place): Promise<HandOver> {
  const handOver = await handOverAt(place);
  return (order) =>
    handOver(order).catch((error: Error) => {
      throw new Failure(`A mail could not be handed over: ${String(error.cause)}`);
    });
}

async function handOverAt(place: Place): Promise<HandOver> {
  if (place.kind === 'stage') {
    const name = `/pixy/${place.stage}/mail`;
    const arn = (await readParameters([name])).get(name);
    if (arn !== undefined) return handOverToFunction(arn);
    throw new Failure(`Stage ${place.stage} sends no mail: deploy it with -c mailFrom=ADDRESS first (docs/mail.md).`);
  }
  if (place.kind === 'tables') throw new Failure('Name the stage with --stage, so that its mail function is found.');
  const { issuer } = place;
  if (issuer === undefined) throw new Failure('No server runs on this folder: start it, to have a mailbox to send to.');
  return handOverTo(async (order) => {
    const headers = { 'content-type': 'application/json' };
    const { status } = await fetch(`${issuer}/demo/mail`, { method: 'POST', headers, body: JSON.stringify(order) });
    if (status !== 202) throw new Error(`the mailbox answered with ${status}`);
  });
}
