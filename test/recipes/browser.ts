import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { formType } from '../support/http.ts';
import { formTokenOf, isSignInPage } from '../support/person.ts';

/** A page that a browser has come to. */
export type Visited = { url: URL; status: number; body: string };

type Sent = { method?: 'GET' | 'POST'; body?: URLSearchParams };

/** A browser without scripts that goes from app to server and back: it follows redirects everywhere and keeps cookies per host, as browsers do. */
export function newBrowser() {
  const cookies = new Map<string, Map<string, string>>();

  /** One request. Not with fetch, which always says that a script sent it: some apps answer scripts with 401 instead of a redirect. */
  async function load(url: URL, { method = 'GET', body }: Sent): Promise<IncomingMessage> {
    const own = cookies.get(url.hostname) ?? new Map<string, string>();
    cookies.set(url.hostname, own);
    const cookie = Array.from(own, (pair) => pair.join('=')).join('; ');
    const headers = { accept: 'text/html, */*;q=0.8', 'sec-fetch-mode': 'navigate', cookie, ...(body && formType) };
    const [response] = (await once(request(url, { method, headers }).end(body?.toString()), 'response')) as [
      IncomingMessage,
    ];
    for (const line of response.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) own.delete(name);
      else own.set(name, value);
    }
    return response;
  }

  /** Opens an address and follows redirects. */
  async function open(address: string | URL, sent: Sent = {}): Promise<Visited> {
    let url = new URL(address);
    let response = await load(url, sent);
    let body = await text(response);
    for (let hops = 0; [301, 302, 303, 307].includes(response.statusCode ?? 0); hops += 1) {
      if (hops === 20) throw new Error(`redirected in a circle: ${url}`);
      url = new URL(response.headers.location ?? '', url);
      response = await load(url, {});
      body = await text(response);
    }
    return { url, status: response.statusCode ?? 0, body };
  }

  function submit(page: Visited, fields: Record<string, string>): Promise<Visited> {
    return open(page.url, {
      method: 'POST',
      body: new URLSearchParams({ form_token: formTokenOf(page as never), ...fields }),
    });
  }

  /** Sends the first form of the page of an app as it is. */
  function press(page: Visited): Promise<Visited> {
    const [form = '', action = ''] = /<form[^>]* action="([^"]*)"[\s\S]*?<\/form>/.exec(page.body) ?? [];
    const inputs = form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
    const body = new URLSearchParams(Array.from(inputs, ([, name = '', value = '']) => [name, value]));
    return open(new URL(action, page.url), { method: 'POST', body });
  }

  return {
    open,
    /** Enters the code of a device, signs in when the server asks, enters it again, and allows. */
    async connect(
      address: string,
      userCode: string,
      { username, password }: { username: string; password: string },
    ): Promise<Visited> {
      const enter = async () => submit(await open(address), { user_code: userCode });
      let page = await enter();
      if (isSignInPage(page as never)) {
        await submit(page, { username, password });
        page = await enter();
      }
      const [, confirmation = ''] = /name="confirmation" value="([^"]*)"/.exec(page.body) ?? [];
      return submit(page, { user_code: userCode, confirmation, decision: 'allow' });
    },
    /** Opens the address of an app, presses its button if there is one, signs in at the server when it asks, allows, and ends where the app leads. */
    async signIn(
      address: string | URL,
      { username, password }: { username: string; password: string },
    ): Promise<Visited> {
      let page = await open(address);
      if (page.body.includes('<form') && formTokenOf(page as never) === '') page = await press(page);
      if (isSignInPage(page as never)) page = await submit(page, { username, password });
      if (page.body.includes('name="decision"')) page = await submit(page, { decision: 'allow' });
      return page;
    },
  };
}
