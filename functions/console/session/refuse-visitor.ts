import { html } from 'hono/html';
import { consoleClientId } from '../../../shared/clients/reserved-ids.ts';
import type { Answer } from '../../../shared/http/endpoint.ts';
import { endpoints } from '../../../shared/oauth/endpoints.ts';
import type { Refusal } from '../../../shared/oauth/refusal.ts';
import { outsideReply } from '../../../shared/pages/console/console-page.ts';
import { formTokenField } from '../../../shared/pages/field.ts';
import type { Markup } from '../../../shared/pages/look.ts';
import type { Operators } from '../../../shared/people/operators.ts';
import type { OperatorPerson } from '../../admin/authorize-caller.ts';
import type { ConsoleDeps } from '../console-deps.ts';

/** Tells somebody who is signed in and may not read the console why, and how to ask for it. */
export async function refuseVisitor(
  refusal: Refusal,
  { person, formToken }: { person?: OperatorPerson | undefined; formToken?: string },
  { look, operators }: Pick<ConsoleDeps, 'look' | 'operators'>,
): Promise<Answer> {
  const isOver = refusal.reason === 'access_token_invalid';
  const content = html`${isOver ? over : operators === undefined ? nobody : noRights(person, operators)}
<p><a href="${endpoints.console}/sign-in">Use another account</a></p>
${formToken === undefined ? '' : html`<form method="post" action="${endpoints.console}/sign-out">${formTokenField(formToken)}<button class="second">Sign out of the console</button></form>`}`;
  const title = isOver ? 'Your access has ended' : 'You may not use the console';
  return {
    reply: await outsideReply(look, { title, content, status: isOver ? 401 : 403 }),
    decision: { verdict: 'refused', client: consoleClientId, reason: refusal.reason },
  };
}

const over = html`<p>Somebody has taken back what you signed in with: your account was disabled, or the access of the console was removed.</p>`;

const nobody = html`<p>Nobody is an operator of this server. Whoever deploys it names them with the setting <code>operators</code>, and a local run makes operators of the people in the group <code>operators</code>.</p>`;

function noRights(person: OperatorPerson | undefined, { claim, read }: Operators): Markup {
  const account = person?.sub ?? '<your account>';
  const value = read[0];
  return html`<p>You are signed in as <strong>${person?.name ?? 'somebody'}</strong>, who is not one of the operators of this server.</p>
<p>Ask whoever manages its accounts. ${value === undefined ? 'The setting operators lets nobody read yet.' : html`They can make you one with this command:`}</p>
${value === undefined ? '' : html`<p class="secret"><code>pixy accounts set ${account} --claim ${claim}=${value}</code></p>`}`;
}
