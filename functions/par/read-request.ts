import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { type RequestObjectDeps, readRequestObject } from '../../shared/clients/request-object.ts';
import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { refuseUnsigned } from '../authorize/refuse-unpushed.ts';

/** The request in a form: its parameters, or those in a request object, and then nothing else of the form (RFC 9126 §3). */
export async function readRequest(
  form: Parameters,
  client: RegisteredClient,
  deps: RequestObjectDeps,
): Promise<Result<Parameters, Refusal>> {
  const jwt = single(form, 'request');
  if (jwt !== undefined) {
    const isContradictory = single(form, 'request_uri') !== undefined;
    return isContradictory ? refuse({ reason: 'request_uri_pushed' }) : readRequestObject(jwt, client, deps);
  }
  const unsigned = refuseUnsigned(client);
  return unsigned ? refuse(unsigned) : ok(form);
}
