import type { Mistake } from '../../shared/clients/registration.ts';
import { bearerRefusalReply } from '../../shared/http/bearer.ts';
import type { Answer } from '../../shared/http/endpoint.ts';
import type { JsonObject } from '../../shared/http/json-document.ts';
import { refusalReply } from '../../shared/http/reply.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { RegistrationDeps } from './registration-deps.ts';

/** Answers with a refusal (RFC 7591 §3.2.2), or about a token (RFC 6750 §3). */
export function refused(refusal: Refusal, { issuer }: Pick<RegistrationDeps, 'issuer'>, client?: string): Answer {
  const reply = refusal.reason.startsWith('access_token_') ? bearerRefusalReply : refusalReply;
  return { reply: reply(refusal, issuer), decision: { verdict: 'refused', reason: refusal.reason, client } };
}

/** The refusal of metadata: about a redirect URI, which it names, if one is wrong; else about the first member that is. */
export function metadataRefusal(mistakes: readonly [Mistake, ...Mistake[]], document: JsonObject): Refusal {
  const ofUri = mistakes.find(({ member }) => /^redirect_uris(?:\.|$)/.test(member));
  const { member, problem } = ofUri ?? mistakes[0];
  const uri = valueAt(document, member);
  const because = `${member}${uri === undefined ? '' : ` (${uri})`} ${problem}.`;
  return { reason: ofUri ? 'registration_redirect_uri_invalid' : 'registration_metadata_invalid', because };
}

/** A redirect URI as it may stand in an error description (RFC 6749 §5.2: no quotes, no backslash). */
function valueAt(document: JsonObject, member: string): string | undefined {
  const [, index] = /^redirect_uris\.(\d+)$/.exec(member) ?? [];
  const { redirect_uris: uris } = document;
  const uri: unknown = index !== undefined && Array.isArray(uris) ? uris[Number(index)] : undefined;
  return typeof uri === 'string' ? uri.replaceAll(/[^\x20-\x7e]|["\\]/g, '?').slice(0, 200) : undefined;
}
