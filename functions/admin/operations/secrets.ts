import { dropOldSecrets, rotateSecret, type SecretRefusal } from '../../../shared/clients/change-client.ts';
import type { Problem } from '../../../shared/http/problem.ts';
import { ok, refuse } from '../../../shared/result.ts';
import { updateClient } from '../change-client.ts';
import { parseDocument, stateConflict } from '../document.ts';
import { json, type Operation } from '../operation.ts';
import { rotation } from '../schemas.ts';

export const rotateClientSecret: Operation = {
  id: 'rotateSecret',
  summary: 'Makes a new secret, shown this once; the old one stays valid beside it unless drop_old says otherwise',
  method: 'POST',
  path: '/admin/clients/{client_id}/secrets',
  scope: 'pixy:write',
  body: { schema: rotation, name: 'Rotation', required: false, mediaTypes: json },
  ifMatch: 'required',
  status: 201,
  answer: 'ClientWithSecret',
  refuses: ['resource_not_found', 'document_invalid', 'state_conflict'],
  async perform(call, deps) {
    const asked = parseDocument(rotation, call.body);
    if (!asked.ok) return asked;
    return updateClient(call, deps, async (current) => {
      const rotated = await rotateSecret(current, { dropOld: asked.value.drop_old });
      return rotated.ok ? rotated : refuse(secretProblem(rotated.refusal));
    });
  },
};

export const dropOldSecret: Operation = {
  id: 'dropOldSecret',
  summary: 'Ends a rotation: only the newest secret stays valid',
  method: 'DELETE',
  path: '/admin/clients/{client_id}/secrets',
  scope: 'pixy:write',
  ifMatch: 'required',
  status: 200,
  answer: 'Client',
  refuses: ['resource_not_found', 'state_conflict'],
  perform: (call, deps) =>
    updateClient(call, deps, async (current) => {
      const dropped = dropOldSecrets(current);
      return dropped.ok ? ok({ client: dropped.value }) : refuse(secretProblem(dropped.refusal));
    }),
};

function secretProblem(refusal: SecretRefusal): Problem {
  switch (refusal) {
    case 'no_secrets':
      return stateConflict(refusal, 'The client has no secret: its token_endpoint_auth_method does not use one.');
    case 'two_secrets':
      return stateConflict(refusal, 'The client has two secrets already: end that rotation first, or set drop_old.');
    case 'one_secret':
      return stateConflict(refusal, 'The client has one secret only, which is not dropped.');
  }
}
