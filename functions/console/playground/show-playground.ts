import { playgroundClientId } from '../../../shared/clients/reserved-ids.ts';
import { endpoints } from '../../../shared/oauth/endpoints.ts';
import { playgroundPage } from '../../../shared/pages/playground/serve-file.ts';
import { registerOwn } from '../session/register-own.ts';
import type { ShowPage } from '../visit.ts';

/*
 * The playground as a part of the console. It is a public client of its own, whose codes come back to its page alone and whose tokens are
 * those of whoever looks at it: it has no scope of the management API, and no refresh tokens.
 */

const registration = (page: string) => ({
  client_id: playgroundClientId,
  client_name: 'Playground',
  redirect_uris: [page] as const,
  post_logout_redirect_uris: [page],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code'],
  first_party: true,
});

export const showPlayground: ShowPage = async (_, { issuer, clients, isLogHere, now }) => {
  const own = registration(issuer + endpoints.playground);
  await registerOwn(own, 'the playground of the console signs people in as this client', clients, now());
  const reply = await playgroundPage({
    at: endpoints.playground,
    clientId: playgroundClientId,
    relays: true,
    log: isLogHere ? 'here' : 'remote',
    about: `What you break is in the log, the figures and the alarms under ${playgroundClientId}, as if an app had done it. The verifiers, codes and tokens are your own.`,
    back: { path: endpoints.console, words: 'Back to the console' },
  });
  return { reply };
};
