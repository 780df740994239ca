import { type Change, isImport, subjectOf } from '../../../shared/clients/change.ts';
import { policyDocument } from '../../../shared/clients/change-document.ts';
import { type RollBackRefusal, rollBackClient, rollBackPolicy, rolledBack } from '../../../shared/clients/roll-back.ts';
import type { Problem } from '../../../shared/http/problem.ts';
import { shippedGlobalPolicy } from '../../../shared/pkce/policy.ts';
import { ok, refuse } from '../../../shared/result.ts';
import { presentation } from '../change-client.ts';
import { notFound, stateConflict } from '../document.ts';
import { matches, stale } from '../if-match.ts';
import { judgeNewId } from '../judge-new-id.ts';
import type { Call, Operation, OperationDeps, Outcome } from '../operation.ts';
import { refuseDelegation } from '../refuse-delegation.ts';

/*
 * A rollback says itself what it expects to find: the values that the change gave. So If-Match is not required; when it is
 * there, it is about what the change was about.
 */

export const rollBack: Operation = {
  id: 'rollBack',
  summary: 'Takes a change of the log back, as a new change; what was changed again since is a conflict',
  method: 'POST',
  path: '/admin/policy/log/{change_id}/rollback',
  scope: 'pixy:write',
  ifMatch: 'optional',
  status: 200,
  answer: 'RolledBack',
  refuses: ['resource_not_found', 'state_conflict'],
  async perform(call, deps) {
    const change = await deps.clients.findChange(call.name);
    if (change === undefined) return refuse(notFound(`There is no change ${call.name}.`));
    if (isImport(change)) {
      return refuse(stateConflict('of_another_thing', 'The change is an import: pixy policy rollback takes it back.'));
    }
    const { api, scope, detailType, trust, key, account } = change;
    if ([api, scope, detailType, trust, key, account].some((named) => named !== undefined)) {
      return refuse(
        stateConflict('of_another_thing', `The change is about ${subjectOf(change)}, which is not managed here.`),
      );
    }
    const why = call.author.why === '' ? `rollback of ${change.id}` : call.author.why;
    const by: Call = { ...call, author: { ...call.author, why } };
    return change.client === undefined
      ? rollBackGlobalPolicy(change, by, deps)
      : rollBackOneClient(change, change.client, by, deps);
  },
};

async function rollBackGlobalPolicy(change: Change, call: Call, { clients }: OperationDeps): Promise<Outcome> {
  const { value = shippedGlobalPolicy, version = 0 } = (await clients.policyVersion()) ?? {};
  if (!matches(call.ifMatch, version)) return refuse(stale(version));
  const restored = rollBackPolicy(change, value);
  if (!restored.ok) return refuse(problemOf(restored.refusal));
  const written = await clients.putPolicy(restored.value, call.author, version);
  if (!written.ok) return refuse(stale(written.refusal.version));
  return ok({ document: policyDocument(restored.value, written.value), version: written.value });
}

async function rollBackOneClient(change: Change, clientId: string, call: Call, deps: OperationDeps): Promise<Outcome> {
  const { value, version = 0 } = (await deps.clients.findVersion(clientId)) ?? {};
  if (!matches(call.ifMatch, version)) return refuse(stale(version));
  const plan = rollBackClient(change, value, call.now);
  if (!plan.ok) return refuse(problemOf(plan.refusal));
  const next = await rolledBack(plan.value, value, call.now);
  if (!next.ok) {
    const problems = next.refusal.map(({ member, problem }) => `${member} ${problem}`);
    return refuse(stateConflict('not_valid_now', `By the rules of today, ${problems.join('; ')}.`));
  }
  const delegation = refuseDelegation(call, value, next.value?.client);
  if (delegation) return refuse(delegation);
  const isNew = next.value !== undefined && value === undefined;
  const problem = isNew ? await judgeNewId(clientId, deps) : undefined;
  if (problem !== undefined) {
    return refuse(stateConflict('not_valid_now', `By the rules of today, client_id ${problem}.`));
  }
  const present = await presentation(deps);
  const written = await deps.clients.put(clientId, next.value?.client, call.author, version, change.id);
  if (!written.ok) return refuse(stale(written.refusal.version));
  if (next.value === undefined) {
    return ok({ document: { client_id: clientId, removed: true, version: written.value } });
  }
  return ok(present({ value: next.value.client, version: written.value }, next.value.secret));
}

function problemOf(refusal: RollBackRefusal): Problem {
  const { reason } = refusal;
  switch (reason) {
    case 'changed_since':
      return stateConflict(
        reason,
        `Changed again since: ${refusal.members.join(', ')}. Roll back the later change first.`,
      );
    case 'removed_since':
      return stateConflict(reason, 'The client was removed since: roll back its removal first.');
    case 'added_since':
      return stateConflict(reason, 'The client was added again since: remove it first, or change it.');
    case 'undone_already':
      return stateConflict(reason, 'There is nothing to roll back: everything is as it was before.');
    case 'secrets_alone':
      return stateConflict(reason, 'The change was of secrets alone, and these never come back.');
  }
}
