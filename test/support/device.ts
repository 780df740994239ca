import type { TestClient } from './clients.ts';
import { type Answer, encodeFields, type Fields, formType, type Sent, send } from './http.ts';
import { credentialsOf, type TokensAnswer } from './lifecycle.ts';
import { formTokenOf, type Page, type Person } from './person.ts';
import { postToken } from './protocol.ts';
import type { TestServer } from './server.ts';

type Server = Pick<TestServer, 'port'>;

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** The members of RFC 8628 §3.2, or of a refusal. */
export type DeviceCodes = {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
  error?: string;
  reason?: string;
};

/** RFC 8628 §3.1, as `client`. */
export async function askForCodes(
  server: Server,
  client: TestClient,
  fields: Fields = {},
): Promise<Answer & { json: DeviceCodes }> {
  const { headers, fields: credentials } = credentialsOf(client);
  const sent: Sent = { method: 'POST', headers: { ...formType, ...headers } };
  const body = encodeFields({ ...credentials, scope: 'openid', ...fields });
  const answer = await send(server.port, '/device_authorization', { ...sent, body });
  return { ...answer, json: JSON.parse(answer.body) };
}

/** RFC 8628 §3.4, as `client`. */
export function poll(
  server: Server,
  client: TestClient,
  deviceCode: string,
  fields: Fields = {},
): Promise<TokensAnswer> {
  const { headers, fields: credentials } = credentialsOf(client);
  return postToken(server, { ...credentials, grant_type: deviceGrant, device_code: deviceCode, ...fields }, headers);
}

/** Types the code in. Ends at the page that asks, or at one that says what is wrong. */
export async function enterUserCode(person: Person, userCode: string): Promise<Page> {
  return person.submit(await person.open('/device'), { user_code: userCode });
}

/** The hidden field that binds a decision to its session and code. */
export const confirmationIn = ({ body }: Page): string => /name="confirmation" value="([^"]*)"/.exec(body)?.[1] ?? '';

/** Presses a button of the page that asks. */
export function decideAt(page: Page, person: Person, userCode: string, decision: 'allow' | 'deny'): Promise<Page> {
  const confirmation = confirmationIn(page);
  return person.submit(page, { form_token: formTokenOf(page), user_code: userCode, confirmation, decision });
}

/** The person's part from beginning to end. */
export async function decideFor(person: Person, userCode: string, decision: 'allow' | 'deny' = 'allow'): Promise<Page> {
  return decideAt(await enterUserCode(person, userCode), person, userCode, decision);
}
