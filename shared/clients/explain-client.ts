import { describeRefusal } from '../oauth/describe-refusal.ts';
import { mistakeOf, type Refusal } from '../oauth/refusal.ts';
import { deviceCodeGrant } from '../oauth/server-metadata.ts';
import type { ChallengeParameters } from '../pkce/code-challenge.ts';
import { type Explanation, explain, sampleChallenge, type Verdict } from '../pkce/explain.ts';
import type { GlobalPolicy } from '../pkce/policy.ts';
import { formatTime } from '../time.ts';
import { type ClientSwitch, policySettings, type RegisteredClient, switchesOn } from './registered-client.ts';

/** The request to explain. `false` leaves a parameter out; when absent, the challenge is valid and the method S256. */
export type AskedRequest = { challenge?: string | false | undefined; method?: string | false | undefined };

/** What the authorization endpoint would decide about the PKCE of a client's request, and every step that leads to it. */
export type ClientExplanation = Pick<Explanation, 'rules' | 'steps'> & {
  client: RegisteredClient;
  request: ChallengeParameters;
  /** Epoch seconds. */
  at: number;
  verdict: Verdict;
  refusal: Refusal | undefined;
  /** The typical requests that would pass for this client. */
  passes: readonly string[];
};

export function explainClient(
  client: RegisteredClient,
  asked: AskedRequest,
  global: GlobalPolicy,
  at: number,
): ClientExplanation {
  const request = requestOf(asked);
  const { rules, steps, samples, ...judged } = explain(request, policySettings(client), global, at);
  const earlier = earlierRefusal(client);
  const passing = samples.filter(({ verdict }) => verdict !== 'refused').map((sample) => sample.request);
  return {
    client,
    request,
    at,
    rules,
    steps: [...steps, ...switchSteps(client)],
    verdict: earlier ? 'refused' : judged.verdict,
    refusal: earlier ?? judged.refusal,
    passes: earlier ? [] : passing,
  };
}

/** The switches that are on for the client and have nothing to do with PKCE. */
const switchSteps = (client: RegisteredClient): Explanation['steps'] =>
  switchesOn(client).map((name) => ({ ...switchEffects[name], value: 'on', decides: false }));

const switchEffects: Record<ClientSwitch, { rule: string; effect: string }> = {
  requirePushedAuthorizationRequests: {
    rule: 'require pushed authorization requests',
    effect: 'its parameters count only when it pushed them',
  },
  requireSignedRequestObject: {
    rule: 'require signed request object',
    effect: 'its parameters count only when it signed them',
  },
  strictAuthMethod: { rule: 'strict auth method', effect: 'its secret works only in the registered place' },
  ignorePublicClientSecret: { rule: 'ignore public client secret', effect: 'a secret that it sends is not looked at' },
  acceptDotlessSchemes: { rule: 'accept dotless schemes', effect: 'a redirect URI needs no dot in its scheme' },
};

/** Sends a method without a challenge only when asked to. */
function requestOf({ method, challenge }: AskedRequest): ChallengeParameters {
  const codeChallenge = challenge === false ? undefined : (challenge ?? sampleChallenge);
  const usual = codeChallenge === undefined ? undefined : 'S256';
  const codeChallengeMethod = method === false ? undefined : (method ?? usual);
  return {
    ...(codeChallenge !== undefined && { codeChallenge }),
    ...(codeChallengeMethod !== undefined && { codeChallengeMethod }),
  };
}

/** Returns what the authorization endpoint, or the one for devices, refuses before it looks at PKCE. */
function earlierRefusal({ disabled, grantTypes }: RegisteredClient): Refusal | undefined {
  if (disabled) return { reason: 'client_disabled' };
  const asksPeople = grantTypes.includes('authorization_code') || grantTypes.includes(deviceCodeGrant);
  return asksPeople ? undefined : { reason: 'grant_type_not_registered' };
}

/** The explanation as JSON, for the command line and the management API. */
export function explanationDocument(explanation: ClientExplanation): object {
  const { client, request, at, rules, steps, verdict, refusal, passes } = explanation;
  const mistake = refusal && mistakeOf(refusal);
  return {
    client_id: client.clientId,
    at: formatTime(at),
    request: {
      code_challenge: request.codeChallenge !== undefined,
      code_challenge_method: request.codeChallengeMethod ?? null,
    },
    rules: steps.map(({ rule, value, effect, decides }) => ({ rule, value, effect, decides })),
    policy: rules.policy,
    origin: rules.origin,
    mode: rules.mode,
    enforced: rules.enforced,
    verdict,
    ...(refusal && { reason: refusal.reason, ...(mistake && { mistake }), description: describeRefusal(refusal) }),
    passes,
  };
}
