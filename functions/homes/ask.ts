import type { Home } from '../../shared/home.ts';
import { RegionUnavailable } from '../../shared/outage.ts';
import type { Runtime } from '../runtime.ts';
import type { Answers, Question } from './questions.ts';

/** The function of a region that answers: one that may do it anyway. */
const answering = {
  findGrant: 'introspect',
  listGrants: 'account',
  clearAway: 'account',
  revokeGrant: 'account',
  renewClient: 'authorize',
} as const satisfies Record<Question['ask'], string>;

export type AskRegion = <Asked extends Question>(home: Home, question: Asked) => Promise<Answers[Asked['ask']]>;

/** Asks other regions. Throws {@link RegionUnavailable} when one gives no answer. */
export const asking =
  ({ config: { homes }, send }: Runtime): AskRegion =>
  async (home, question) => {
    try {
      const place = homes?.others.get(home);
      if (homes === undefined || place === undefined) throw new Error('there is no such region');
      const sending = send ?? (await import('./send.ts')).sendByLambda;
      const event = { passedOnBy: homes.here, question };
      return (await sending(place, answering[question.ask], event)) as Answers[(typeof question)['ask']];
    } catch (error) {
      throw new RegionUnavailable(home, error);
    }
  };
