import { changeClient } from '../../../shared/clients/change-client.ts';
import type { Mistake } from '../../../shared/mistake.ts';
import { refuse } from '../../../shared/result.ts';
import { updateClient } from '../change-client.ts';
import { invalidDocument, parseDocument, stateConflict } from '../document.ts';
import { json, type Operation } from '../operation.ts';
import { waiver } from '../schemas.ts';

export const grantWaiver: Operation = {
  id: 'grantWaiver',
  summary: 'Lifts the floors for a client until a time, at most 365 days from now; a new waiver replaces an old one',
  method: 'PUT',
  path: '/admin/clients/{client_id}/waiver',
  scope: 'pixy:write',
  body: { schema: waiver, name: 'Waiver', required: true, mediaTypes: json },
  ifMatch: 'required',
  status: 200,
  answer: 'Client',
  refuses: ['resource_not_found', 'document_invalid'],
  async perform(call, deps) {
    const { body, author, now } = call;
    const asked = parseDocument(waiver, body);
    if (!asked.ok) return asked;
    // The reason of the waiver is one for the change log, too.
    const why = author.why === '' ? asked.value.reason : author.why;
    return updateClient({ ...call, author: { ...author, why } }, deps, async (current) => {
      const changed = await changeClient(current, { pkce_waiver: body }, now);
      return changed.ok ? changed : refuse(invalidDocument(changed.refusal.map(withinWaiver), body));
    });
  },
};

/** The body is the waiver, not the client. */
const withinWaiver = ({ member, problem }: Mistake): Mistake => ({
  member: member === 'pkce_waiver' ? 'entry' : member.replace(/^pkce_waiver\./, ''),
  problem,
});

export const revokeWaiver: Operation = {
  id: 'revokeWaiver',
  summary: 'Ends the waiver of a client now: the floors hold again within 30 seconds',
  method: 'DELETE',
  path: '/admin/clients/{client_id}/waiver',
  scope: 'pixy:write',
  ifMatch: 'required',
  status: 200,
  answer: 'Client',
  refuses: ['resource_not_found', 'state_conflict'],
  perform: (call, deps) =>
    updateClient(call, deps, async (current) => {
      if (current.pkce.waiver === undefined) return refuse(stateConflict('no_waiver', 'The client has no waiver.'));
      const changed = await changeClient(current, { pkce_waiver: null }, call.now);
      return changed.ok ? changed : refuse(invalidDocument(changed.refusal, {}));
    }),
};
