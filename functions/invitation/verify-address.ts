import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm, openForm } from '../../shared/http/form-token.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { addressOf } from '../../shared/mail/address.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { admitClear, parseParameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import { verifyPage } from '../../shared/pages/forgotten-page.ts';
import { type Notice, noticePage } from '../../shared/pages/notice-page.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import type { Account } from '../../shared/people/account.ts';
import { judgeLink, type LinkState, readLinkToken } from '../../shared/people/invitation.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { equalInConstantTime } from '../../shared/secret.ts';
import { tellMailOff } from './mail-off.ts';
import type { MailPageDeps } from './mail-page-deps.ts';

/**
 * Where the link leads that proves an address. Opening it changes nothing, so a program that looks at links does no harm. Nobody has
 * to be signed in: who reads the mail has the address.
 */
export const verifyAddressHandler = (deps: MailPageDeps) =>
  endpoint({
    name: 'verify-address',
    isolated: true,
    methods: { GET: (request) => visit(request, deps), POST: (request) => visit(request, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

async function visit(request: HttpRequest, deps: MailPageDeps): Promise<Answer> {
  if (!deps.handOver) return tellMailOff(request, deps);
  const proof = await findProof(request, deps);
  if (!proof.ok) return tell(proof.refusal.reason, request, deps);
  return request.method === 'POST' ? verify(request, proof.value, deps) : showForm(request, proof.value, deps);
}

/** A link that can be used, and the address that it proves. */
type Proof = { account: Account; hash: string; email: string };

const reasons = {
  unknown: 'invitation_unknown',
  used: 'invitation_used',
  expired: 'invitation_expired',
} as const satisfies Record<Exclude<LinkState, 'valid'>, Refusal['reason']>;

async function findProof(request: HttpRequest, { accounts, now }: MailPageDeps): Promise<Result<Proof, Told>> {
  const query = admitClear(parseParameters(request.rawQuery));
  const read = query.ok ? readLinkToken(single(query.value, 'token') ?? '') : undefined;
  const account = read && (await accounts.findBySubject(read.sub));
  const link = account?.verification;
  const isOne = read && link && link.epoch === account?.epoch && equalInConstantTime(link.hash, read.hash);
  const state = isOne ? judgeLink(account, link, now()) : 'unknown';
  if (state !== 'valid') return refuse({ reason: reasons[state] });
  if (!isOne || !account) return refuse({ reason: 'invitation_unknown' });
  return ok({ account, hash: link.hash, email: link.email });
}

async function showForm(
  request: HttpRequest,
  { email }: Pick<Proof, 'email'>,
  deps: MailPageDeps,
  refusal?: Refusal,
): Promise<Answer> {
  const look = deps.lookOf(request);
  const { token: formToken, cookies } = openForm(request, deps.issuer);
  const problem = refusal && problemOf(refusal, look);
  const status = refusal && statusOf(refusal);
  const reply = await verifyPage(look, { address: email, problem, status, formToken, cookies });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

/** Spends the link and makes the address a name to sign in with, verified, in one conditional write. */
async function verify(request: HttpRequest, { account, hash, email }: Proof, deps: MailPageDeps): Promise<Answer> {
  const form = admitClear(readForm(request));
  if (!form.ok) return showForm(request, { email }, deps, form.refusal);
  if (!isOurForm(request, form.value, deps.issuer)) {
    return showForm(request, { email }, deps, { reason: 'form_token_invalid' });
  }
  const claims = { ...account.claims, email, email_verified: true };
  const changed = await deps.accounts.change(account, { email, claims }, deps.now(), { hash });
  if (!changed.ok && changed.refusal.reason === 'name_taken') return tell('address_taken', request, deps);
  if (changed.ok) {
    const formerly = addressOf(account);
    if (formerly !== undefined && formerly !== email) {
      await deps.notify(request, account.sub, 'addressChanged', formerly);
      await deps.notify(request, account.sub, 'addressChanged');
    }
    const link = { path: endpoints.account, to: 'account' } as const;
    const reply = await noticePage(deps.lookOf(request), { notice: 'verified', link });
    return { reply, decision: { verdict: 'allowed', credential: 'address_verified' } };
  }
  // Somebody was first with this link, or the account has changed otherwise: then the link may still be good.
  const again = await findProof(request, deps);
  return again.ok ? verify(request, again.value, deps) : tell(again.refusal.reason, request, deps);
}

type Told = { reason: (typeof reasons)[keyof typeof reasons] | 'address_taken' };

async function tell(reason: Told['reason'], request: HttpRequest, deps: MailPageDeps): Promise<Answer> {
  const notice: Notice = reason === 'address_taken' ? 'addressTaken' : 'verifyBroken';
  const link = { path: endpoints.account, to: 'account' } as const;
  const reply = await noticePage(deps.lookOf(request), { notice, status: statusOf({ reason }), link });
  return { reply, decision: { verdict: 'refused', reason } };
}
