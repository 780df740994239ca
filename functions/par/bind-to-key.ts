import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';

/**
 * RFC 9449 §10.1: the key that a pushed request proved to have binds its code, as its thumbprint in `dpop_jkt` does. Refuses two that
 * differ. `jkt`: undefined without a proof.
 */
export function bindToKey(parameters: Parameters, jkt: string | undefined): Result<Parameters, Refusal> {
  if (jkt === undefined) return ok(parameters);
  const named = single(parameters, 'dpop_jkt');
  if (named !== undefined && named !== jkt) return refuse({ reason: 'dpop_jkt_differs' });
  return ok({ ...parameters, values: new Map([...parameters.values, ['dpop_jkt', [jkt]]]) });
}
