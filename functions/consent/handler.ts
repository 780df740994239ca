import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { admitClear, encodeParameters, parseParameters, single } from '../../shared/oauth/parameters.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import { equalInConstantTime } from '../../shared/secret.ts';
import { allow } from './allow.ts';
import { ask } from './ask.ts';
import type { ConsentDeps } from './consent-deps.ts';
import { deny } from './deny.ts';
import { findInterrupted, type Interrupted } from './find-interrupted.ts';

/**
 * The page that asks a person whether a client may have what it asks for. Its query is the authorization request it interrupts,
 * as with the sign-in page: allowing is remembered and goes on to /authorize, where everything is checked again.
 */
export const consentHandler = (deps: ConsentDeps) =>
  endpoint({
    name: 'consent',
    methods: { GET: (request) => consent(request, ask, deps), POST: (request) => consent(request, decide, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    writeLine: deps.writeLine,
    now: deps.now,
  });

type Step = (interrupted: Interrupted, request: HttpRequest, deps: ConsentDeps) => Promise<Answer>;

/** Whatever is wrong with the request, or nobody signed in: /authorize knows how to answer that. */
async function consent(request: HttpRequest, step: Step, deps: ConsentDeps): Promise<Answer> {
  const parsed = parseParameters(request.rawQuery);
  if (!parsed.ok) return { reply: await errorPage(parsed.refusal, deps.issuer, deps.lookOf(request)) };
  const interrupted = await findInterrupted(parsed.value, request, deps);
  if (interrupted === undefined) {
    return { reply: seeOther(`${endpoints.authorize}?${encodeParameters(parsed.value)}`) };
  }
  return step(interrupted, request, deps);
}

async function decide(interrupted: Interrupted, request: HttpRequest, deps: ConsentDeps): Promise<Answer> {
  const form = admitClear(readForm(request));
  if (!form.ok) return ask(interrupted, request, deps, form.refusal);
  if (!equalInConstantTime(single(form.value, 'form_token') ?? '', interrupted.formToken)) {
    return ask(interrupted, request, deps, { reason: 'form_token_invalid' });
  }
  const decision = single(form.value, 'decision');
  if (decision === 'allow') return allow(interrupted, deps);
  return decision === 'deny' ? deny(interrupted, request, deps) : ask(interrupted, request, deps);
}
