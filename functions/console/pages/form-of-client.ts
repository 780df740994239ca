import { isManager } from '../../../shared/apis/management-api.ts';
import type { Versioned } from '../../../shared/clients/records.ts';
import type { RegisteredClient } from '../../../shared/clients/registered-client.ts';
import type { JsonObject } from '../../../shared/http/json-document.ts';
import { type Parameters, single } from '../../../shared/oauth/parameters.ts';
import { type ChangeForm, formPage } from '../../../shared/pages/console/form-pages.ts';
import { clientPath } from '../../../shared/pages/console/links.ts';
import { ok, type Result } from '../../../shared/result.ts';
import type { Operation, Success } from '../../admin/operation.ts';
import type { ConsoleDeps } from '../console-deps.ts';
import { changesSince, type NotPerformed, perform } from '../perform.ts';
import type { Sent, Shown, ShowPage, TakeForm, Visit } from '../visit.ts';
import { lastChangeOf } from './changes.ts';
import { leftToOthers, mayNotWrite, missingPage } from './missing.ts';

/** A form of the page of one client. `entered`: what somebody filled in before, when it could not be taken. */
export type FormOfClient = {
  describe: (
    client: RegisteredClient,
    entered: Parameters | undefined,
    now: number,
  ) => Pick<ChangeForm, 'title' | 'lead' | 'fields' | 'button' | 'isDangerous'>;
  operation: Operation;
  /** The body for the operation, or sentences about what is wrong with the form. Default: none. */
  read?: (form: Parameters, client: RegisteredClient) => Result<JsonObject, string[]>;
  /** What comes afterwards. Default: the page of the change. */
  done?: (success: Success, client: RegisteredClient) => Shown;
};

type Failed = { refusal: NotPerformed; entered: Parameters };

/** Shows the form, and performs its operation on the version that the form was made from. */
export function formOfClient(form: FormOfClient): { show: ShowPage; take: TakeForm } {
  async function page(visit: Visit, deps: ConsoleDeps, failed?: Failed): Promise<Shown> {
    const found = await find(visit.name, deps);
    if (found === undefined) return missingPage('client', 'clients');
    if (!visit.operator.mayWrite) return mayNotWrite('clients');
    if (isManager(found.value)) return leftToOthers(visit.name);
    const { clientId } = found.value;
    const entered = failed?.entered;
    const { refusal } = failed ?? {};
    const meanwhile = refusal?.because === 'stale' ? await changedSince(clientId, failed, deps) : undefined;
    return {
      page: formPage({
        place: 'clients',
        ...form.describe(found.value, entered, deps.now()),
        formToken: visit.operator.formToken,
        version: found.version,
        back: { path: clientPath(clientId), words: clientId },
        why: entered && single(entered, 'why'),
        problem: refusal?.because === 'why' ? refusal.problem : undefined,
        wrong: refusal?.because === 'wrong' ? refusal.sentences : undefined,
        meanwhile,
      }),
      ...(refusal && { refused: meanwhile ? 'precondition_failed' : 'document_invalid' }),
    };
  }

  return {
    show: (visit, deps) => page(visit, deps),

    async take(sent: Sent, deps) {
      const found = await find(sent.name, deps);
      if (found === undefined) return missingPage('client', 'clients');
      const entered = sent.form;
      const body = form.read?.(entered, found.value) ?? ok({});
      if (!body.ok) return page(sent, deps, { refusal: { because: 'wrong', sentences: body.refusal }, entered });
      const done = await perform(form.operation, { name: sent.name, body: body.value }, sent, deps);
      if (!done.ok) return page(sent, deps, { refusal: done.refusal, entered });
      return form.done?.(done.value, found.value) ?? { to: await lastChangeOf(sent.name, deps) };
    },
  };
}

async function find(
  clientId: string,
  { clients }: Pick<ConsoleDeps, 'clients'>,
): Promise<Versioned<RegisteredClient> | undefined> {
  const found = await clients.findVersion(clientId);
  return found?.value && { ...found, value: found.value };
}

async function changedSince(clientId: string, failed: Failed | undefined, { clients }: Pick<ConsoleDeps, 'clients'>) {
  const { items } = await clients.changesPage(50, { client: clientId });
  const version = Number(failed && single(failed.entered, 'version'));
  return { subject: clientId, changes: changesSince(items, version) };
}
