import { Failure } from '../failure.ts';
import { type AuthenticationMethod, authenticationMethods } from './client.ts';
import type { Landing } from './landing.ts';
import type { Probe } from './probe.ts';
import { holdsTokens, type TokenAnswer } from './token-answer.ts';
import { NoAnswer } from './transport.ts';

/**
 * Makes a correct sign-in, from the request to the tokens; without it, no check would mean anything. Finds out how the client
 * authenticates unless `method` says so. Fails with a sentence that says what is missing.
 */
export async function firstSignIn(probe: Probe, method: AuthenticationMethod | undefined): Promise<void> {
  const candidates = method ? [method] : announcedMethods(probe);
  let answer: TokenAnswer | undefined;
  for (const candidate of candidates) {
    probe.authenticateBy(candidate);
    answer = await redeemFirstCode(probe);
    if (holdsTokens(answer)) {
      probe.settle();
      return;
    }
    // Another authentication method may be right. Any other error would be the same with it.
    if (answer.body?.['error'] !== 'invalid_client' && answer.body?.['error'] !== 'unauthorized_client') break;
  }
  throw new Failure(
    `No tokens could be obtained with a valid request: ${describeRefusal(answer)}. ${
      probe.isPublic
        ? 'If the client is confidential, give its secret with --client-secret.'
        : 'Is the client secret correct, and is the client registered for the method in --client-auth?'
    }`,
  );
}

function announcedMethods({ isPublic, client, metadata }: Probe): readonly AuthenticationMethod[] {
  if (client.key !== undefined) return ['private_key_jwt'];
  const withSecret = authenticationMethods.filter((method) => method !== 'private_key_jwt');
  if (isPublic) return withSecret.slice(0, 1);
  const announced = metadata.token_endpoint_auth_methods_supported;
  const usable = withSecret.filter((method) => announced?.includes(method) ?? true);
  return usable.length > 0 ? usable : withSecret;
}

async function redeemFirstCode(probe: Probe): Promise<TokenAnswer> {
  try {
    const landing = await probe.authorize();
    const isMethodWrong = landing.kind === 'refused' && landing.error === 'invalid_client';
    if (isMethodWrong)
      return { status: landing.status, headers: new Headers(), text: '', body: { error: 'invalid_client' } };
    const code = landing.kind === 'redirected' ? landing.parameters.get('code')?.[0] : undefined;
    if (code === undefined) throw new Failure(`No code could be obtained: ${whyNoCode(landing)}`);
    return await probe.redeem({ code, verifier: landing.request.verifier, challenge: landing.request.challenge });
  } catch (error) {
    if (error instanceof NoAnswer) throw new Failure(`No code could be obtained: ${error.message}.`, 1);
    throw error;
  }
}

function whyNoCode(landing: Landing): string {
  switch (landing.kind) {
    case 'stuck':
      return `${landing.because}.`;
    case 'elsewhere':
      return 'the server sent the browser to an address that is neither the redirect URI nor an https page of the server.';
    case 'refused':
      return `the server refused a valid pushed request with ${describe(landing.status, landing.error)}.`;
    case 'page':
      return landing.status >= 400
        ? `the server answered with a page and status ${landing.status}. Are client id and redirect URI registered?`
        : 'the page of the server has no form that works without scripts. Sign in by hand and use --cookie, or use --code-command.';
    case 'redirected': {
      const error = landing.parameters.get('error')?.[0];
      return error !== undefined && /^[a-z_]{1,60}$/.test(error)
        ? `the server refused a valid request with ${error}.`
        : 'the redirect holds neither a code nor an error.';
    }
  }
}

function describeRefusal(answer: TokenAnswer | undefined): string {
  const error = answer?.body?.['error'];
  return describe(answer?.status, typeof error === 'string' ? error : undefined);
}

const describe = (status: number | undefined, error: string | undefined): string =>
  `status ${status}${error !== undefined && /^[a-z_]{1,60}$/.test(error) ? ` and ${error}` : ''}`;
