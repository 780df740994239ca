import { type Change, isImport } from '../../../shared/clients/change.ts';
import { single } from '../../../shared/oauth/parameters.ts';
import { changePage, changesPage } from '../../../shared/pages/console/changes-page.ts';
import { changePath } from '../../../shared/pages/console/links.ts';
import { rollBack } from '../../admin/operations/roll-back.ts';
import type { ConsoleDeps } from '../console-deps.ts';
import { perform } from '../perform.ts';
import type { Shown, ShowPage, TakeForm, Visit } from '../visit.ts';
import { missingPage } from './missing.ts';

const onePage = 50;

export const showChanges: ShowPage = async ({ query }, { clients }) => {
  const client = single(query, 'client');
  const after = single(query, 'after');
  const wrong = [
    ...(!client || /^[\x21-\x7e]{1,255}$/.test(client) ? [] : ['That is not the id of a client.']),
    ...(!after || /^[\w-]{1,64}$/.test(after) ? [] : ['There is no page of the change log after that.']),
  ];
  if (wrong.length > 0) return { page: changesPage([], { client, wrong }), refused: 'query_invalid' };
  const { items, next } = await clients.changesPage(onePage, { ...(after && { after }), ...(client && { client }) });
  return { page: changesPage(items, { client, next }) };
};

export const showChange: ShowPage = (visit, deps) => show(visit, deps);

async function show(
  { name, operator }: Visit,
  deps: ConsoleDeps,
  failed?: { why?: string | undefined; problem: string },
) {
  const change = await deps.clients.findChange(name);
  if (change === undefined) return missingPage('change', 'changes');
  const form = { formToken: operator.formToken, ...failed };
  const page = changePage({ change, mayRollBack: operator.mayWrite && isOurs(change), form });
  return { page } satisfies Shown;
}

/** Imports, APIs, scopes and the rest are rolled back from the command line, and what was done to an account is not. */
const isOurs = (change: Change): boolean =>
  !isImport(change) &&
  [change.api, change.scope, change.detailType, change.trust, change.key, change.account].every(
    (other) => other === undefined,
  );

export const takeRollBack: TakeForm = async (sent, deps) => {
  const { name, form } = sent;
  const done = await perform(rollBack, { name }, sent, deps);
  if (!done.ok) {
    const { refusal } = done;
    const problem =
      refusal.because === 'wrong' ? refusal.sentences.join(' ') : 'problem' in refusal ? refusal.problem : stale;
    return show(sent, deps, { why: single(form, 'why'), problem });
  }
  const change = await deps.clients.findChange(name);
  return { to: await lastChangeOf(change?.client, deps) };
};

const stale = 'Somebody else was faster. Nothing was written: look at the change log, and decide again.';

/** The page of the last change of a client, or of the policy: what was just done, and the way back from there. */
export async function lastChangeOf(
  clientId: string | undefined,
  { clients }: Pick<ConsoleDeps, 'clients'>,
): Promise<`/${string}`> {
  const found = clientId === undefined ? await clients.policyVersion() : await clients.findVersion(clientId);
  return found ? changePath(found.lastChange.id) : changePath('');
}
