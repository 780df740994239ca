import * as v from 'valibot';

/*
 * What the script of the page sends: PublicKeyCredential as JSON (WebAuthn §5.1). Only its form is looked at here; what it
 * says is for the library to verify.
 */

const base64url = (longest: number) => v.pipe(v.string(), v.regex(/^[\w-]+$/), v.maxLength(longest));

const shared = {
  id: base64url(1_364), // WebAuthn §5.1: at most 1,023 bytes
  rawId: base64url(1_364),
  type: v.literal('public-key'),
};

const assertion = v.object({
  ...shared,
  response: v.object({
    clientDataJSON: base64url(8_192),
    authenticatorData: base64url(8_192),
    signature: base64url(8_192),
    userHandle: base64url(86),
  }),
});

const attestation = v.object({
  ...shared,
  response: v.object({
    clientDataJSON: base64url(8_192),
    attestationObject: base64url(65_536),
    transports: v.optional(v.array(v.pipe(v.string(), v.regex(/^[a-z-]{1,20}$/))), []),
  }),
});

/** An answer of navigator.credentials.get(). The user handle has to be there: it says who signs in. */
export type Assertion = v.InferOutput<typeof assertion>;
export type Attestation = v.InferOutput<typeof attestation>;

export const readAssertion = (text: string | undefined): Assertion | undefined => read(assertion, text);
export const readAttestation = (text: string | undefined): Attestation | undefined => read(attestation, text);

function read<Schema extends typeof assertion | typeof attestation>(
  schema: Schema,
  text = '',
): v.InferOutput<Schema> | undefined {
  try {
    const parsed = v.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** The challenge that was answered (WebAuthn §5.8.1). Undefined when there is none, or when a page in a frame asked: ours are in none. */
export function answeredChallenge({ response }: Assertion | Attestation): string | undefined {
  try {
    const told: unknown = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString());
    const { challenge } = v.parse(
      v.object({ challenge: base64url(100), crossOrigin: v.optional(v.literal(false)) }),
      told,
    );
    return challenge;
  } catch {
    return undefined;
  }
}
