import { send } from './http.ts';
import type { TestServer } from './server.ts';

export type ReceivedMail = { to: string; subject: string; text: string; links: string[] };

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const unescapeHtml = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '');

/** The mails in the mailbox of a server, the newest first, as its page shows them. Waits for those that are being written. */
export async function readMailbox(server: Pick<TestServer, 'port' | 'issuer'>): Promise<ReceivedMail[]> {
  const { body } = await send(server.port, '/demo/mail');
  return [...body.matchAll(/<h2><a [^>]*>([^<]*)<\/a><\/h2>\n<p>To ([^<]*)<\/p>\n<pre>(.*?)<\/pre>/gs)].map(
    ([, subject = '', to = '', text = '']) => ({
      to: unescapeHtml(to),
      subject: unescapeHtml(subject),
      text: unescapeHtml(text.replaceAll(/<[^>]*>/g, '')),
      links: [...text.matchAll(/href="([^"]*)"/g)].map(([, link = '']) =>
        unescapeHtml(link).replace(server.issuer, ''),
      ),
    }),
  );
}

/** The newest mail to an address. */
export async function newestMail(server: Pick<TestServer, 'port' | 'issuer'>, to: string): Promise<ReceivedMail> {
  const found = (await readMailbox(server)).find((mail) => mail.to === to);
  if (found === undefined) throw new Error(`there is no mail to ${to}`);
  return found;
}

/** Where the newest mail to an address leads. */
export async function linkIn(server: Pick<TestServer, 'port' | 'issuer'>, to: string): Promise<string> {
  const { links } = await newestMail(server, to);
  if (links[0] === undefined) throw new Error(`the mail to ${to} has no link`);
  return links[0];
}
