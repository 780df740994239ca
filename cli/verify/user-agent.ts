import { createCookieJar } from './cookie-jar.ts';
import { type Credentials, fillConsentForm, fillSignInForm, findSignInForm, type Submission } from './fill-form.ts';
import { parseForms } from './html-forms.ts';
import { type Expected, type Landing, originOf, readResponse } from './landing.ts';
import type { Secrets } from './secrets.ts';
import type { Answer, Transport } from './transport.ts';

/**
 * Stands for the person and browser that it takes to get a code. Follows redirects, signs in, consents, and ends where the server
 * sends the browser, without ever loading that page.
 */
export type UserAgent = {
  visit(url: string, expected: Expected): Promise<Landing>;
  /** Limits the server to the origins visited so far. */
  settle(): void;
  /** Returns the number of sign-ins so far. */
  signIns(): number;
  /** Returns how the server redirected after it received the password, or undefined if it did not. */
  redirectAfterSignIn(): number | undefined;
};

export type Watch = (answer: Answer) => void;

export type UserAgentOptions = {
  transport: Transport;
  secrets: Secrets;
  /** Sees every response. */
  watch: Watch;
  credentials?: Credentials | undefined;
  /** The `Cookie` header of a signed-in person, and where it belongs. */
  cookie?: { url: string; header: string } | undefined;
  maximumSignIns: number;
};

/** Redirects and forms between a request and its response. */
const maximumSteps = 20;

/** Creates a browser without scripts. */
export function createUserAgent(options: UserAgentOptions): UserAgent {
  const { transport, secrets, watch, credentials, maximumSignIns } = options;
  const jar = createCookieJar();
  if (options.cookie) secrets.keep(...jar.put(options.cookie.url, options.cookie.header));
  const origins = new Set<string | undefined>();
  let settled = false;
  let signIns = 0;
  let redirectAfterSignIn: number | undefined;

  async function load({ url, method, body }: Submission, from: string | undefined): Promise<Answer> {
    const cookie = jar.header(url);
    const answer = await transport.send(url, {
      method,
      headers: {
        accept: 'text/html,*/*;q=0.8',
        ...(cookie !== undefined && { cookie }),
        ...(body !== undefined && {
          'content-type': 'application/x-www-form-urlencoded',
          ...(from && { origin: from }),
        }),
      },
      ...(body !== undefined && { body }),
    });
    secrets.keep(...jar.keep(url, answer.headers));
    watch(answer);
    return answer;
  }

  async function visit(start: string, expected: Expected): Promise<Landing> {
    let next: Submission & { isSignIn?: boolean } = { url: start, method: 'GET' };
    let from: string | undefined;
    for (let step = 0; step < maximumSteps; step += 1) {
      if (!settled) origins.add(originOf(next.url));
      const { url, isSignIn = false } = next;
      const answer = await load(next, from);
      from = originOf(url);
      const to = redirectTarget(answer, url);
      if (to !== undefined) {
        if (isSignIn) redirectAfterSignIn = answer.status;
        const response = readResponse(to, expected);
        if (response) return response;
        if (!transport.mayReach(to) || (settled && !origins.has(originOf(to)))) return { kind: 'elsewhere' };
        next = { url: to, method: 'GET' };
        continue;
      }
      const pressed = press(parseForms(answer.text, url), answer.status, isSignIn);
      if (pressed === undefined) return { kind: 'page', status: answer.status };
      if ('kind' in pressed) return pressed;
      const response = readResponse(pressed.url, expected);
      if (response) return response;
      if (!transport.mayReach(pressed.url)) return { kind: 'elsewhere' };
      if (pressed.isSignIn) signIns += 1;
      next = pressed;
    }
    return { kind: 'stuck', because: `there was no end after ${maximumSteps} redirects and forms` };
  }

  /** Returns what to send from this page, if anything leads further. */
  function press(
    forms: ReturnType<typeof parseForms>,
    status: number,
    hasJustSignedIn: boolean,
  ): (Submission & { isSignIn?: boolean }) | Extract<Landing, { kind: 'stuck' }> | undefined {
    const form = findSignInForm(forms);
    if (form && (hasJustSignedIn || status < 400 || status === 401)) {
      if (hasJustSignedIn) return stuck('the server asked for the password again right after it was sent');
      if (!credentials) return stuck('the server asked for a sign-in: the session of the cookie is not valid');
      if (signIns >= maximumSignIns) return stuck(`the server asked for more than ${maximumSignIns} sign-ins`);
      return { ...fillSignInForm(form, credentials), isSignIn: true };
    }
    return status < 400 ? fillConsentForm(forms) : undefined;
  }

  return {
    visit,
    settle: () => {
      settled = true;
    },
    signIns: () => signIns,
    redirectAfterSignIn: () => redirectAfterSignIn,
  };
}

const stuck = (because: string) => ({ kind: 'stuck', because }) as const;

/** Returns where a response redirects. Keeps an absolute URL as it is, because it is compared byte for byte. */
export function redirectTarget({ status, headers }: Answer, url: string): string | undefined {
  const location = headers.get('location');
  if (location === null || ![301, 302, 303, 307, 308].includes(status)) return undefined;
  if (/^[a-z][a-z0-9+.-]*:/i.test(location) || !URL.canParse(location, url)) return location;
  return new URL(location, url).href;
}
