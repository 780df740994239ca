import { Command } from 'commander';
import {
  calculatePKCECodeChallenge,
  type DeviceAuthorizationResponse,
  initiateDeviceAuthorization,
  pollDeviceAuthorizationGrant,
  randomPKCECodeVerifier,
} from 'openid-client';
import { renderUnicodeCompact } from 'uqr';
import { managementApi } from '../../shared/apis/management-api.ts';
import type { Context } from '../context.ts';
import { Failure, wrongUsage } from '../failure.ts';
import type { Io } from '../io.ts';
import { collectWords, examples, jsonOption } from '../options.ts';
import { visible } from '../output.ts';
import { issuerOption } from './issuer-option.ts';
import { keepTokens } from './keep-tokens.ts';
import { inWords, openClient } from './open-client.ts';

type Flags = { issuer: string; clientId: string; scope?: string; resource?: string; manage?: boolean };

export const loginCommand = (context: Context): Command =>
  examples(
    jsonOption(new Command('login'))
      .description('Logs you in at a server by device authorization (RFC 8628), and keeps your tokens for pixy token.')
      .requiredOption('--issuer <url>', 'the issuer of the server', issuerOption)
      .option('--client-id <id>', 'a client that is registered with --for device', 'pixy-cli')
      .option(
        '--scope <values>',
        'what to ask for, values separated by spaces (repeatable; default: openid)',
        collectWords,
      )
      .option('--resource <uri>', 'the API that the tokens are for')
      .option('--manage', 'log in as an operator, for commands with --server')
      .action((flags: Flags) => login(context, flags)),
    'pixy clients add pixy-cli --for device --stage prod',
    'pixy login --issuer https://sign-in.example.com',
    'pixy login --issuer https://sign-in.example.com --manage',
    'pixy login --issuer https://sign-in.example.com --scope "openid orders:read" --resource https://api.example.com/orders',
  );

async function login({ io, print }: Context, flags: Flags): Promise<void> {
  const { issuer, clientId } = flags;
  const { scope, resource } = flags.manage ? managing(flags) : { ...flags, scope: flags.scope ?? 'openid' };
  const config = await openClient(issuer, clientId);
  if (config.serverMetadata().device_authorization_endpoint === undefined) {
    throw new Failure(`${issuer} offers no device authorization: it has to be switched on there (docs/device.md).`);
  }
  const verifier = randomPKCECodeVerifier();
  const asked = {
    scope,
    ...(resource !== undefined && { resource }),
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  };
  const codes = await inWords(issuer, () => initiateDeviceAuthorization(config, asked));
  io.writeError(instructions(codes, io));
  const tokens = await inWords(issuer, () => pollDeviceAuthorizationGrant(config, codes, { code_verifier: verifier }));
  const { sub } = keepTokens(io, issuer, tokens, { client_id: clientId, resource });
  print({
    json: { issuer, client_id: clientId, sub, scope: tokens.scope },
    text: `Logged in at ${issuer}${sub === undefined ? '' : ` as ${visible(sub)}`}.\n`,
  });
}

/** A token for the management API is for nothing else. */
function managing({ issuer, scope = 'pixy:read pixy:write', resource }: Flags): { scope: string; resource: string } {
  if (resource !== undefined) throw wrongUsage('Use only one of --manage and --resource.');
  return { scope, resource: managementApi(issuer).resource };
}

/** What to do, with a QR code where there is a screen to show it on. Written to standard error: it is no answer. */
function instructions(codes: DeviceAuthorizationResponse, { isTerminal }: Io): string {
  const { verification_uri, verification_uri_complete, user_code } = codes;
  const picture =
    isTerminal && verification_uri_complete
      ? `\n${renderUnicodeCompact(verification_uri_complete, { border: 2 })}\n`
      : '';
  return `Open ${visible(verification_uri)} in a browser and enter the code ${visible(user_code)}\n${picture}`;
}
