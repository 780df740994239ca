import { loggedClientId } from '../../../shared/audit/decision.ts';
import { policyOf } from '../../../shared/clients/present-client.ts';
import { policySettings } from '../../../shared/clients/registered-client.ts';
import { single } from '../../../shared/oauth/parameters.ts';
import { type AdoptionLine, adoptionPage } from '../../../shared/pages/console/adoption-page.ts';
import { type SafeToEnforce, safeToEnforce } from '../../../shared/reports/safe-to-enforce.ts';
import { noMix, trend } from '../../../shared/reports/trend.ts';
import { readFigures } from '../figures.ts';
import type { ShowPage } from '../visit.ts';
import { minimumIssued } from './clients.ts';

const weeks = 12;
/** Safe to enforce is about now, and so about the last weeks alone. */
const judgedDays = 28;

const urgency: Record<SafeToEnforce['answer'], number> = { no: 0, unknown: 1, yes: 2 };

export const showAdoption: ShowPage = async ({ query }, deps) => {
  const [figures, found, global] = await Promise.all([
    readFigures(deps, weeks * 7),
    deps.allClients(),
    deps.clients.policy(),
  ]);
  const now = deps.now();
  const target = single(query, 'target') === 'any' ? ('any' as const) : ('S256' as const);
  const filter = { target, safe: single(query, 'safe'), move: single(query, 'move') } as const;
  const counted = trend(figures.rollUps, figures.days);
  const byName = new Map(counted.clients.map((one) => [one.client, one]));
  const firstDay = figures.days.at(-judgedDays) ?? '';
  const recent = deps.sumUp(figures.rollUps.filter(({ day }) => day >= firstDay));
  const tallies = Map.groupBy(recent.tallies, ({ client }) => client);
  const registered = found.map((client): AdoptionLine => {
    const name = loggedClientId(client.clientId);
    const own = byName.get(name) ?? { client: name, weeks: emptyWeeks(counted.weeks), mix: noMix(), move: 'unchanged' };
    byName.delete(name);
    const question = { target: filter.target, minimumIssued, global, now };
    return {
      ...own,
      clientId: client.clientId,
      policy: `${policyOf(client, global, now)}${client.disabled ? ', disabled' : ''}`,
      safe: safeToEnforce(tallies.get(name) ?? [], policySettings(client), question),
    };
  });
  const gone = Array.from(
    byName.values(),
    (own): AdoptionLine => ({
      ...own,
      clientId: undefined,
      policy: 'no longer registered',
      safe: { answer: 'unknown', because: 'no longer registered' },
    }),
  );
  const all = [...registered, ...gone];
  const lines = all
    .filter(({ safe, move }) => (filter.safe ?? safe.answer) === safe.answer && (filter.move ?? move) === move)
    .toSorted((one, other) => urgency[one.safe.answer] - urgency[other.safe.answer] || other.mix.S256 - one.mix.S256);
  const count = (answer: SafeToEnforce['answer']) => all.filter(({ safe }) => safe.answer === answer).length;
  return {
    page: adoptionPage({
      filter,
      trend: counted,
      lines,
      answers: { yes: count('yes'), no: count('no'), unknown: count('unknown') },
      unreadable: figures.tallied.unreadable,
      countedAt: figures.countedAt,
    }),
  };
};

const emptyWeeks = (counted: AdoptionLine['weeks']): AdoptionLine['weeks'] =>
  counted.map(({ monday }) => ({ monday, mix: noMix() }));
