import * as v from 'valibot';
import { loggedClientId } from '../../../shared/audit/decision.ts';
import type { Change } from '../../../shared/clients/change.ts';
import { policySettings } from '../../../shared/clients/registered-client.ts';
import { type Parameters, single } from '../../../shared/oauth/parameters.ts';
import { type PolicyData, policyPage } from '../../../shared/pages/console/policy-page.ts';
import { type GlobalPolicy, pkcePolicies, resolveRules, shippedGlobalPolicy } from '../../../shared/pkce/policy.ts';
import { modeLabel } from '../../../shared/pkce/policy-label.ts';
import { isIssued } from '../../../shared/reports/replay.ts';
import { simulate } from '../../../shared/reports/simulation.ts';
import type { Tallied } from '../../../shared/reports/tally.ts';
import { setPolicy } from '../../admin/operations/policy.ts';
import type { ConsoleDeps } from '../console-deps.ts';
import { readFigures } from '../figures.ts';
import { changesSince, perform } from '../perform.ts';
import type { Shown, ShowPage, TakeForm, Visit } from '../visit.ts';
import { lastChangeOf } from './changes.ts';
import { missingPage } from './missing.ts';

const days = 28;

export const showPolicy: ShowPage = (visit, deps) => show(visit, askedPolicy(visit.query), deps);

/** Shows the policy with, when somebody asks for it, what would have become of the requests under another one. */
async function show(
  { operator }: Pick<Visit, 'operator'>,
  asked: GlobalPolicy | undefined,
  deps: ConsoleDeps,
  failed?: PolicyData['failed'],
): Promise<Shown> {
  const [stored, clients, figures] = await Promise.all([
    deps.clients.policyVersion(),
    deps.allClients(),
    readFigures(deps, days),
  ]);
  const { value: policy = shippedGlobalPolicy, version = 0, lastChange } = stored ?? {};
  const now = deps.now();
  const issued = issuedByClient(figures.tallied);
  const { period, tallied } = figures;
  return {
    page: policyPage({
      policy,
      version,
      ...(lastChange && { lastChange }),
      lines: clients.map((client) => {
        const rules = resolveRules(policySettings(client), policy, now);
        const mode = modeLabel(policySettings(client), policy, now);
        const count = issued.get(loggedClientId(client.clientId)) ?? 0;
        return { clientId: client.clientId, policy: rules.policy, origin: rules.origin, mode, issued: count };
      }),
      days,
      mayWrite: operator.mayWrite,
      formToken: operator.formToken,
      ...(asked && {
        asked: {
          policy: asked,
          simulation: simulate({ tallied, period, clients, current: policy, proposed: asked, at: now }),
        },
      }),
      ...(failed && { failed }),
    }),
    ...(failed && { refused: failed.meanwhile ? 'precondition_failed' : 'document_invalid' }),
  };
}

function issuedByClient({ tallies }: Tallied): Map<string, number> {
  const counts = new Map<string, number>();
  for (const tally of tallies) {
    if (tally.client === undefined || !isIssued(tally)) continue;
    counts.set(tally.client, tally.count + (counts.get(tally.client) ?? 0));
  }
  return counts;
}

const onePolicy = v.picklist(pkcePolicies);

const question = v.object({
  default: onePolicy,
  floor: onePolicy,
  mode: v.picklist(['enforce', 'report']),
  floor_url: v.optional(onePolicy, 'S256'),
  floor_dynamic: v.optional(onePolicy, 'S256'),
});

/** The policy in a question or a form, whole. Undefined when it is none. */
function askedPolicy(parameters: Parameters): GlobalPolicy | undefined {
  const names = Object.keys(question.entries);
  const given = Object.fromEntries(names.map((name) => [name, single(parameters, name)]));
  const parsed = v.safeParse(question, given);
  if (!parsed.success) return undefined;
  const { floor_url: url, floor_dynamic: dynamic, ...policy } = parsed.output;
  // The floors that are there anyway are not written down.
  const floors = { ...(url !== 'S256' && { url }), ...(dynamic !== 'S256' && { dynamic }) };
  return { ...policy, ...(Object.keys(floors).length > 0 && { floors }) };
}

export const takePolicy: TakeForm = async (sent, deps) => {
  const { form } = sent;
  const policy = askedPolicy(form);
  if (policy === undefined) return missingPage('policy', 'policy');
  const done = await perform(setPolicy, { name: '', body: policy }, sent, deps);
  if (done.ok) return { to: await lastChangeOf(undefined, deps) };
  const why = single(form, 'why') ?? '';
  const { refusal } = done;
  if (refusal.because !== 'stale') {
    const problem = refusal.because === 'why' ? refusal.problem : refusal.sentences.join(' ');
    return show(sent, policy, deps, { why, problem });
  }
  const { items } = await deps.clients.changesPage(200, {});
  const ofPolicy = items.filter(isOfPolicy);
  return show(sent, policy, deps, { why, meanwhile: changesSince(ofPolicy, Number(single(form, 'version'))) });
};

/** Of all changes, those that name nothing are of the global policy. */
const isOfPolicy = ({ client, api, scope, detailType, trust, key, account, importId }: Change): boolean =>
  [client, api, scope, detailType, trust, key, account, importId].every((name) => name === undefined);
