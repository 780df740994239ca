import type { CredentialChange } from '../../shared/audit/decision.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm } from '../../shared/http/form-token.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { admitClear, parseParameters } from '../../shared/oauth/parameters.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import { findLink, type Link } from './find-link.ts';
import { type Access, giveAccess } from './give-access.ts';
import { goOn } from './go-on.ts';
import type { InvitationDeps } from './invitation-deps.ts';
import { showDone } from './show-done.ts';
import { showForm } from './show-form.ts';
import { tellBroken } from './tell-broken.ts';

/**
 * Where the link of an operator leads: `?token=…`. Opening it spends nothing, so a program that looks at links does no harm;
 * sending a form sets the password, or makes a passkey, and spends the link.
 */
export const invitationHandler = (deps: InvitationDeps) =>
  endpoint({
    name: 'invitation',
    isolated: true,
    methods: { GET: (request) => show(request, deps), POST: (request) => accept(request, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function show(request: HttpRequest, deps: InvitationDeps): Promise<Answer> {
  const query = parseParameters(request.rawQuery);
  const done = query.ok ? await showDone(query.value, request, deps) : undefined;
  if (done) return { reply: done };
  const link = await findLink(request, deps);
  return link.ok ? showForm(link.value, request, deps) : tellBroken(link.refusal, request, deps);
}

async function accept(request: HttpRequest, deps: InvitationDeps): Promise<Answer> {
  const form = admitClear(readForm(request));
  const found = await findLink(request, deps);
  if (!found.ok) return tellBroken(found.refusal, request, deps);
  const link = found.value;
  if (!form.ok) return showForm(link, request, deps, form.refusal);
  if (!isOurForm(request, form.value, deps.issuer)) {
    return showForm(link, request, deps, { reason: 'form_token_invalid' });
  }
  const given = await giveAccess(link, form.value, request, deps);
  if (given.ok) {
    const credential = changeBy(link, given.value);
    return { reply: await goOn(link, given.value, request, deps), decision: { verdict: 'allowed', credential } };
  }
  if (given.refusal.reason !== 'link_lost') return showForm(link, request, deps, given.refusal);
  const again = await findLink(request, deps);
  return tellBroken(again.ok ? { state: 'unknown', purpose: link.purpose } : again.refusal, request, deps);
}

/** What the audit log calls it. */
function changeBy({ everything }: Link, { amr }: Access): CredentialChange {
  if (everything) return 'everything_removed';
  return amr.includes('pwd') ? 'password_changed' : 'passkey_added';
}
