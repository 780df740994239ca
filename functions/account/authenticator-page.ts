import { seeOther } from '../../shared/http/reply.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { AuthenticatorDeps } from './authenticator-deps.ts';
import { freshPage, type Step } from './fresh-page.ts';

type AuthenticatorStep = Step<AuthenticatorDeps>;

/** `needsApp`: whether the page is for somebody whose authenticator app is set up, or for somebody who has none. */
type Page = {
  name: string;
  needsApp: boolean;
  get: AuthenticatorStep;
  post: AuthenticatorStep;
  /** What a form comes to in the other state. */
  late?: AuthenticatorStep;
};

/** A page about the authenticator app of somebody who is signed in. */
export const authenticatorPage = ({ name, needsApp, get, post, late }: Page, deps: AuthenticatorDeps) =>
  freshPage({ name, get: onlyIf(needsApp, get), post: onlyIf(needsApp, post, late) }, deps);

const toAccount: AuthenticatorStep = async () => ({ reply: seeOther(endpoints.account) });

/** Only with the matching state: an app in the place of another one would lock its person out. */
const onlyIf =
  (needsApp: boolean, step: AuthenticatorStep, otherwise = toAccount): AuthenticatorStep =>
  async (request, person, deps) => {
    const hasApp = (await deps.totps.look(person.account)) !== undefined;
    return (hasApp === needsApp ? step : otherwise)(request, person, deps);
  };
