import { encodeFields, type Fields, formType } from '../support/http.ts';
import { formTokenOf, type Page, signedInPerson } from '../support/person.ts';
import type { TestServer } from '../support/server.ts';

const password = 'correct horse battery staple';

/** May read and write, may only read, and may nothing. */
export const grace = { username: 'grace', password, claims: { sub: 'grace-0001', groups: ['ops'] } };
export const rae = { username: 'rae', password, claims: { sub: 'rae-0001', groups: ['support'] } };
export const norm = { username: 'norm', password, claims: { sub: 'norm-0001', groups: ['staff'] } };

export const consoleSettings = {
  PIXY_CONSOLE: 'on',
  PIXY_OPERATORS: JSON.stringify({ claim: 'groups', read: ['support', 'ops'], write: ['ops'] }),
};

/** Somebody who is signed in at the server, in a browser without scripts. */
export async function atConsole(server: TestServer, account: typeof rae = grace) {
  const person = await signedInPerson(server, account);

  /** Goes where redirects lead, as far as they stay on the server. */
  async function follow(target: string): Promise<Page> {
    let page = await person.open(target);
    for (let hops = 0; page.status === 303 || page.status === 302; hops += 1) {
      if (hops === 10) throw new Error(`redirected in a circle at ${page.target}`);
      page = await person.open((page.headers.location ?? '').replace(server.issuer, ''));
    }
    return page;
  }

  return {
    ...person,
    follow,
    visit: (path = ''): Promise<Page> => follow(`/console${path}`),

    /** Sends a form as it stands in a page, to the page itself, and goes where the answer leads. */
    async send(page: Page, fields: Fields, path = page.target): Promise<Page> {
      const version = /name="version" value="(\d+)"/.exec(page.body)?.[1];
      const body = encodeFields({ form_token: formTokenOf(page), version, ...fields });
      const sent = await person.open(path, { method: 'POST', headers: formType, body });
      return sent.status === 303 ? follow(sent.headers.location ?? '') : sent;
    },
  };
}
