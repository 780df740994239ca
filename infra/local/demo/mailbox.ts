import { html, raw } from 'hono/html';
import type { HttpApiHandler } from '../../../shared/http/endpoint.ts';
import { type HandOver, handOverTo, type NewOrder } from '../../../shared/mail/hand-over.ts';
import { type MailOrder, readOrder } from '../../../shared/mail/order.ts';
import type { Message, Send } from '../../../shared/mail/send.ts';
import { lambdaContext } from '../gateway/lambda-context.ts';

/** Older mails are thrown away. */
const most = 100;
/** As often as Lambda calls a function with an event. */
const attempts = 3;

type MailFunction = (event: unknown, context: { awsRequestId: string }) => Promise<void>;

export type Mailbox = { handOver: HandOver; routes: [path: string, handler: HttpApiHandler][] };

/**
 * In place of Lambda's queue and of SES, for local runs: carries out orders in the background, and shows at `/demo/mail` what would have
 * been sent. `compose` makes the mail function.
 */
export function mailbox(compose: (send: Send) => MailFunction): Mailbox {
  const mails: Message[] = [];
  const carryOut = compose(async (message) => {
    mails.unshift(message);
    mails.length = Math.min(mails.length, most);
  });
  let work = Promise.resolve();
  const take = async (order: MailOrder) => {
    // One after the other, in the order in which people asked. What fails is in the log.
    work = work.then(() => inAttempts(() => carryOut(order, lambdaContext(Date.now())))).catch(() => undefined);
  };
  const handOver = handOverTo(take);
  const visit: HttpApiHandler = async (event, context) => {
    const { requestContext, headers, body = '' } = event;
    if (requestContext.http.method !== 'POST') return show(event, context);
    // For the command line. No page can send this type to another origin.
    if (headers['content-type'] !== 'application/json') return page('<p>This takes JSON.</p>', 415);
    const { id: _, ...order } = readOrder({ id: '', ...JSON.parse(body) });
    await handOver(order as NewOrder);
    return page('', 202);
  };
  const show: HttpApiHandler = async ({ rawPath }) => {
    await work;
    const number = Number(/^\/demo\/mail\/(\d+)$/.exec(rawPath)?.[1]);
    // Numbers count from the oldest mail, so that a page that was opened before still means the same.
    const mail = mails[mails.length - number];
    if (rawPath !== '/demo/mail' && mail === undefined) return page('<p>There is no such mail.</p>', 404);
    return mail ? page(mail.html) : page((await list(mails)).toString());
  };
  return {
    handOver,
    routes: [
      ['/demo/mail', visit],
      ['/demo/mail/{proxy+}', show],
    ],
  };
}

async function inAttempts(call: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
}

const page = (body: string, statusCode = 200) => ({
  statusCode,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  },
  body,
});

const style =
  ':root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:44rem;margin:2rem auto;padding:0 1rem}article{border-top:1px solid #8888;padding:1rem 0}h2{font-size:1.1rem;margin:0}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}';

const list = (mails: readonly Message[]) => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mailbox</title>
<style>${raw(style)}</style>
</head>
<body>
<h1>Mailbox</h1>
<p>What this server would have sent, the newest first. Deployed, it goes out through Amazon SES.</p>
${mails.length === 0 ? html`<p>No mail yet. Try <a href="/forgotten-password">a lost password</a>.</p>` : ''}
${mails.map(
  ({ to, subject, text }, index) => html`<article>
<h2><a href="/demo/mail/${mails.length - index}">${subject}</a></h2>
<p>To ${to}</p>
<pre>${text.split(/(https?:\/\/\S+)/).map((part, at) => (at % 2 === 1 ? html`<a href="${part}">${part}</a>` : part))}</pre>
</article>
`,
)}
</body>
</html>
`;
