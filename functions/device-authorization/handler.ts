import type { ApiReader } from '../../shared/apis/api-store.ts';
import { withWholeScope } from '../../shared/apis/client-scope.ts';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import { type Decision, methodUsed, ruled } from '../../shared/audit/decision.ts';
import type { AuthenticationDeps } from '../../shared/clients/client-authentication.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import { policySettings } from '../../shared/clients/registered-client.ts';
import { addressBeginning } from '../../shared/counted-address.ts';
import { deviceLifetime, pollInterval } from '../../shared/grants/device-request.ts';
import type { DeviceRequestStore } from '../../shared/grants/device-request-store.ts';
import { grantId } from '../../shared/grants/issue-code.ts';
import { newUserCode, showUserCode } from '../../shared/grants/user-code.ts';
import { type Home, withHome } from '../../shared/home.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { jsonReply, refusalReply } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { single } from '../../shared/oauth/parameters.ts';
import { mistakeOf, type Refusal } from '../../shared/oauth/refusal.ts';
import type { SwitchedOn } from '../../shared/oauth/server-metadata.ts';
import type { ThrottleStore } from '../../shared/people/throttle-store.ts';
import { resolveRules } from '../../shared/pkce/policy.ts';
import { generateSecret } from '../../shared/secret.ts';
import { clientRefusalReply, readAuthenticatedForm } from '../authenticated-form.ts';
import { admitDevice } from './admit-device.ts';

export type DeviceAuthorizationDeps = AuthenticationDeps &
  Pick<SwitchedOn, 'deviceAuthorization'> & {
    issuer: string;
    /** Where this is, with several regions. */
    home: Home | undefined;
    clients: Pick<ClientReader, 'globalPolicy'>;
    apis: ApiReader;
    /** Whether people may have tokens for the management API. */
    hasOperators: boolean;
    devices: Pick<DeviceRequestStore, 'ask'>;
    throttle: Pick<ThrottleStore, 'countDeviceRequest'>;
    writeLine: WriteLine;
  };

/** RFC 8628 §3.1: where a device asks for the codes that it waits with. Its client authenticates as at the token endpoint. */
export const deviceAuthorizationHandler = (deps: DeviceAuthorizationDeps) =>
  endpoint({
    name: 'device-authorization',
    methods: { POST: (request) => ask(request, deps) },
    tell: (refusal) => refusalReply(refusal, deps.issuer),
    // The app of a television is a web page.
    crossOrigin: true,
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function ask(request: HttpRequest, deps: DeviceAuthorizationDeps): Promise<Answer> {
  const refused = (refusal: Refusal, note: Partial<Decision> = {}): Answer => ({
    reply: clientRefusalReply(refusal, request, deps.issuer),
    decision: { verdict: 'refused', ...note, reason: refusal.reason, mistake: mistakeOf(refusal) },
  });

  if (!deps.deviceAuthorization) return refused({ reason: 'device_authorization_off' });
  const authenticated = await readAuthenticatedForm(request, deps);
  if (!authenticated.ok) return refused(authenticated.refusal);
  const { form } = authenticated.value;
  const now = deps.now();
  const client = await withWholeScope(authenticated.value.client, deps.apis);
  const rules = resolveRules(policySettings(client), await deps.clients.globalPolicy(), now);
  const method = methodUsed(single(form, 'code_challenge'), single(form, 'code_challenge_method'));
  const note = { client: client.clientId, ...ruled(rules), method };
  const admitted = await admitDevice(form, client, rules, deps);
  if (!admitted.ok) return refused(admitted.refusal, note);
  const { retryAfter } = await deps.throttle.countDeviceRequest(request.sourceIp, now);
  if (retryAfter !== undefined) return refused({ reason: 'device_requests_throttled', retryAfter }, note);

  const { scope, details, resources, challenge, wouldRefuse, dropped } = admitted.value;
  const deviceCode = withHome(deps.home, generateSecret());
  const userCode = newUserCode(deps.home);
  const { clientId, since: clientSince } = client;
  const asked = { id: grantId(deviceCode), clientId, clientSince, scope, details, resources, challenge };
  const times = { issuedAt: now, expiresAt: now + deviceLifetime };
  await deps.devices.ask({ ...asked, askedFrom: addressBeginning(request.sourceIp), ...times }, userCode);
  return {
    reply: jsonReply(200, codesFor(deviceCode, showUserCode(userCode), deps.issuer)),
    decision: { verdict: 'allowed', ...note, wouldRefuse: wouldRefuse?.reason, dropped },
  };
}

/** RFC 8628 §3.2. */
const codesFor = (deviceCode: string, userCode: string, issuer: string) => ({
  device_code: deviceCode,
  user_code: userCode,
  verification_uri: issuer + endpoints.device,
  verification_uri_complete: `${issuer}${endpoints.device}?user_code=${userCode}`,
  expires_in: deviceLifetime,
  interval: pollInterval,
});
