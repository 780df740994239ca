import { Command } from 'commander';
import { type Change, isImport, subjectOf } from '../../../shared/clients/change.ts';
import { clientDocument } from '../../../shared/clients/client-document.ts';
import {
  differences,
  type RollBackRefusal,
  rollBackClient,
  rollBackPolicy,
  rolledBack,
} from '../../../shared/clients/roll-back.ts';
import { shippedGlobalPolicy } from '../../../shared/pkce/policy.ts';
import { answerChange, mustBeFree, mustBeRight, mustWin, type Written } from '../../change-client.ts';
import type { Answer, Context } from '../../context.ts';
import { conflict, Failure } from '../../failure.ts';
import { rollBackImport } from '../../import/roll-back-import.ts';
import { changeOptions, examples } from '../../options.ts';
import { answerPolicyChange, globalPolicyName } from './set.ts';

export const rollbackCommand = (context: Context): Command =>
  examples(
    changeOptions(new Command('rollback'))
      .description(
        'Rolls a change back, as a new change. Other changes since then stay. If the same settings were changed again, it reports a conflict. Secrets are not restored. An import is rolled back as a whole, with the secrets that it replaced, unless one of its clients has changed since.',
      )
      .argument('<change-id>', 'as pixy policy log shows it')
      .action((id: string) => rollBack(context, id)),
    'pixy policy log --client my-app',
    'pixy policy rollback 20261122T031459Z-000002-4f9a2c81d07e --why "broke the old app"',
    'pixy policy rollback 20261122T031459Z-import-4f9a2c --why "imported too early"',
  );

/** The commands for what a rollback cannot undo. */
function groupOf({ api, scope, detailType, trust, key, account }: Change): string | undefined {
  if (api !== undefined) return 'apis';
  if (scope !== undefined) return 'scopes';
  if (detailType !== undefined) return 'authorization-details';
  if (trust !== undefined) return 'trust';
  if (account !== undefined) return 'accounts';
  return key === undefined ? undefined : 'keys';
}

async function rollBack(context: Context, id: string): Promise<void> {
  const { clients } = await context.open();
  const change = await clients.findChange(id);
  if (change === undefined) throw new Failure(`There is no change ${id}.`);
  if (isImport(change)) return context.print(await rollBackImport(context, change));
  const group = groupOf(change);
  if (group !== undefined) throw new Failure(`${id} is about ${subjectOf(change)}: change it with pixy ${group}.`);
  const answer =
    change.client === undefined ? rollBackGlobal(context, change) : rollBackOne(context, change, change.client);
  context.print(await answer);
}

const reason = ({ id }: Change): string => `rollback of ${id}`;

async function rollBackGlobal(context: Context, change: Change): Promise<Answer> {
  const { clients } = await context.open();
  const found = await clients.policyVersion();
  const current = found?.value ?? shippedGlobalPolicy;
  const restored = rollBackPolicy(change, current);
  if (!restored.ok) throw explainRefusal(change, restored.refusal, globalPolicyName);
  const author = await context.author(reason(change));
  const version = mustWin(await clients.putPolicy(restored.value, author, found?.version ?? 0), globalPolicyName);
  return answerPolicyChange(current, restored.value, version);
}

async function rollBackOne(context: Context, change: Change, clientId: string): Promise<Answer> {
  const { clients } = await context.open();
  const found = await clients.findVersion(clientId);
  const current = found?.value;
  const plan = rollBackClient(change, current, context.now());
  const name = `Client ${clientId}`;
  if (!plan.ok) throw explainRefusal(change, plan.refusal, name);
  const next = mustBeRight(await rolledBack(plan.value, current, context.now()), clientId);
  if (next !== undefined && current === undefined) await mustBeFree(context, clientId);
  const author = await context.author(reason(change));
  const version = mustWin(await clients.put(clientId, next?.client, author, found?.version ?? 0, change.id), name);
  if (next === undefined) {
    return {
      json: { client_id: clientId, removed: true, version },
      text: `Rolled back ${change.id}: removed client ${clientId} (version ${version}).\n`,
    };
  }
  const written: Written = {
    ...next,
    version,
    differences: current ? differences(clientDocument(current), clientDocument(next.client)) : [],
  };
  return answerChange(context, written, `Rolled back ${change.id}: client ${clientId}`);
}

function explainRefusal({ id }: Change, refusal: RollBackRefusal, name: string): Failure {
  switch (refusal.reason) {
    case 'changed_since':
      return conflict(
        `${refusal.members.join(', ')} of ${lowerFirst(name)} changed again after ${id}: roll back the later change first, or set the value you want.`,
      );
    case 'removed_since':
      return conflict(`${name} was removed after ${id}: roll back its removal first.`);
    case 'added_since':
      return conflict(`${name} was added again after ${id}: remove it first, or change it with pixy clients set.`);
    case 'undone_already':
      return new Failure(`There is nothing to roll back: ${lowerFirst(name)} is as it was before ${id}.`);
    case 'secrets_alone':
      return new Failure(`${id} changed only secrets, which are never rolled back.`);
  }
}

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
