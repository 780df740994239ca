import type { RegisteredClient } from '../../../shared/clients/registered-client.ts';
import type { Refusal } from '../../../shared/oauth/refusal.ts';
import type { Result } from '../../../shared/result.ts';

/** Makes a signed response for the client that asked. Refuses an algorithm that there is no key for. */
export type SignIntrospection = (body: object, client: RegisteredClient) => Promise<Result<string, Refusal>>;

/** RFC 9701 §4, §5. */
export const signedIntrospectionType = 'application/token-introspection+jwt';

/** Whether an Accept header names the type itself; a wildcard asks for JSON, and `q=0` refuses the type (RFC 9110 §12.4.2). */
export const asksForSignature = (accept: string | undefined): boolean =>
  (accept ?? '').split(',').some((range) => {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return type === signedIntrospectionType && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
