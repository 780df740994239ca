import type { Answer } from '../../shared/http/endpoint.ts';
import { openForm } from '../../shared/http/form-token.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { Look } from '../../shared/pages/look.ts';
import { passkeyForm } from '../../shared/pages/passkey-form.ts';
import { passkeySetupPage } from '../../shared/pages/passkey-setup-page.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import { setPasswordPage } from '../../shared/pages/set-password-page.ts';
import { type Account, displayName } from '../../shared/people/account.ts';
import { passwordLimits } from '../../shared/people/account-password.ts';
import { standsBy } from '../../shared/people/still-valid.ts';
import { deviceName } from '../account/device-name.ts';
import { beginPasskey } from '../passkey/begin-passkey.ts';
import type { Link } from './find-link.ts';
import type { InvitationDeps } from './invitation-deps.ts';
import { mayMakePasskey } from './may-make-passkey.ts';

/**
 * The page of a link that can be used: sets a password, with a passkey as the alternative where one may be made, or makes a
 * passkey, where passwords are off. `refusal`: what was wrong with the form that was sent before.
 */
export async function showForm(
  link: Link,
  request: HttpRequest,
  deps: InvitationDeps,
  refusal?: Refusal,
): Promise<Answer> {
  const { account } = link;
  const look = deps.lookOf(request);
  const { token: formToken, cookies } = openForm(request, deps.issuer);
  const ceremony = mayMakePasskey(link, deps)
    ? await beginPasskey({ account: asSpent(link), browser: formToken }, deps, deps.now())
    : undefined;
  const page = {
    account: displayName(account),
    problem: refusal && problemOf(refusal, look),
    status: refusal && statusOf(refusal),
    formToken,
    cookies,
    warning: link.everything ? look.text('password.everything') : await warnOfRecent(link, look, deps),
  };
  const reply =
    ceremony && !deps.hasPasswords
      ? await passkeySetupPage(look, {
          ...page,
          ceremony,
          suggestedName: deviceName(request.header('user-agent')),
          unavailable: look.text('passkey.unavailableForLink'),
        })
      : await setPasswordPage(look, {
          ...page,
          purpose: 'first',
          minimumLength: passwordLimits.minimum,
          ...(ceremony && {
            alternative: passkeyForm(look, ceremony, formToken, look.text('passkey.submit')),
            scripts: [ceremony.script],
          }),
        });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

/** A device whose passkey goes with the link has to be able to make another one. */
const asSpent = ({ account, everything, recentSince }: Link): Account => ({
  ...account,
  ...(everything && { waysFrom: account.epoch + 1 }),
  ...(recentSince !== undefined && { recentFrom: account.epoch + 1, recentSince }),
});

/** Names the passkeys and links that go with a link beside a notice. */
async function warnOfRecent(link: Link, look: Look, { passkeys, links }: InvitationDeps): Promise<string | undefined> {
  if (link.recentSince === undefined) return undefined;
  const { sub } = link.account;
  const [made, linked] = await Promise.all([passkeys.list(sub), links.list(sub)]);
  const goes = (way: { epoch: number; createdAt: number }) =>
    standsBy(link.account, way) && !standsBy(asSpent(link), way);
  const names = [
    ...made.filter(goes).map(({ name }) => name),
    ...linked.filter(goes).map(({ provider, label }) => label ?? provider),
  ];
  return names.length === 0 ? undefined : look.text('password.recent', { ways: names.join(', ') });
}
