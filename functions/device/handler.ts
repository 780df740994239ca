import { showUserCode } from '../../shared/grants/user-code.ts';
import { type Answer, endpoint } from '../../shared/http/endpoint.ts';
import { readForm } from '../../shared/http/form.ts';
import { isOurForm } from '../../shared/http/form-token.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { admitClear, parseParameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { errorPage } from '../../shared/pages/error-page.ts';
import { noticePage } from '../../shared/pages/notice-page.ts';
import { equalInConstantTime } from '../../shared/secret.ts';
import { ask } from './ask.ts';
import { decide, tellDecided } from './decide.ts';
import type { DeviceDeps } from './device-deps.ts';
import { confirmationOf, findAsked, findDecided, findPerson } from './find-asked.ts';
import { showForm } from './show-form.ts';

/**
 * RFC 8628 §3.3: where a person enters the code that a device shows, sees who asks for what, and allows it or not. A link with the code
 * (§3.3.1) only fills it in.
 */
export const deviceHandler = (deps: DeviceDeps) =>
  endpoint({
    name: 'device',
    methods: { GET: (request) => visit(request, show, deps), POST: (request) => visit(request, enter, deps) },
    tell: (refusal, request) => errorPage(refusal, deps.issuer, deps.lookOf(request)),
    isolated: true,
    writeLine: deps.writeLine,
    now: deps.now,
  });

type Step = (request: HttpRequest, deps: DeviceDeps) => Promise<Answer>;

const visit = (request: HttpRequest, step: Step, deps: DeviceDeps): Promise<Answer> =>
  deps.deviceAuthorization ? step(request, deps) : tellOff(request, deps);

const tellOff = async (request: HttpRequest, deps: DeviceDeps): Promise<Answer> => ({
  reply: await noticePage(deps.lookOf(request), { notice: 'deviceOff', status: 404 }),
  decision: { verdict: 'refused', reason: 'device_authorization_off' },
});

async function show(request: HttpRequest, deps: DeviceDeps): Promise<Answer> {
  const link = admitClear(parseParameters(request.rawQuery));
  return showForm(request, (link.ok && single(link.value, 'user_code')) || '', deps);
}

async function enter(request: HttpRequest, deps: DeviceDeps): Promise<Answer> {
  const form = admitClear(readForm(request));
  if (!form.ok) return showForm(request, '', deps, form.refusal);
  const typed = single(form.value, 'user_code') ?? '';
  const again = (refusal: Refusal) => showForm(request, typed, deps, refusal);
  if (!isOurForm(request, form.value, deps.issuer)) return again({ reason: 'form_token_invalid' });

  const person = await findPerson(request, deps);
  const confirmation = single(form.value, 'confirmation') ?? '';
  const decided = person && (await findDecided(typed, confirmation, person, deps));
  if (decided) return { reply: await tellDecided(decided, request, deps) };
  const asked = await findAsked(typed, person, request, deps);
  if (!asked.ok) return again(asked.refusal);
  if (person === undefined || asked.value.request === undefined) {
    const userCode = showUserCode(asked.value.userCode);
    return { reply: seeOther(`${endpoints.signIn}?user_code=${userCode}`), decision: { verdict: 'continued' } };
  }
  const found = { ...asked.value, request: asked.value.request, person };
  const decision = single(form.value, 'decision');
  const isConfirmed = equalInConstantTime(confirmation, confirmationOf(found));
  if (!isConfirmed || (decision !== 'allow' && decision !== 'deny')) return ask(found, request, deps);
  const done = await decide(found, decision, request, deps);
  if (done) return done;
  const meanwhile = await findDecided(typed, confirmation, person, deps);
  return meanwhile ? { reply: await tellDecided(meanwhile, request, deps) } : again({ reason: 'user_code_unknown' });
}
