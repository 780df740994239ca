import * as v from 'valibot';
import { resourceMetadataUrl } from '../../shared/oauth/protected-resource.ts';
import { parseJson } from '../verify/discovery.ts';
import { type Answer, NoAnswer, type Transport } from '../verify/transport.ts';
import { failed, passed, skipped, type Verdict, verdictOf } from '../verify/verdict.ts';
import { type Challenge, readChallenge } from './read-challenge.ts';

/** What the resource should be: its URL, its server, and what is registered for it here; `weakToken` lacks a scope that it wants. */
export type Expected = {
  resource: string;
  issuer: string;
  /** The scope values of the registered API; undefined when it is not registered. */
  scope: readonly string[] | undefined;
  weakToken?: string | undefined;
};

/** What was compared, in the order of the report. `says` completes the sentence "The resource …". */
export type Compared = { says: string; section: string } & Verdict;

const texts = v.array(v.string());
const document = v.object({
  resource: v.string(),
  authorization_servers: v.optional(texts, []),
  scopes_supported: v.optional(texts, []),
  bearer_methods_supported: v.optional(texts),
});
type Document = v.InferOutput<typeof document>;

/** Compares a running resource with what it should answer. Sends four requests at most, none of them with a good token but the one given. */
export async function checkResource(expected: Expected, transport: Transport): Promise<Compared[]> {
  const metadata = await ask(() => transport.send(resourceMetadataUrl(expected.resource)));
  const bare = await ask(() => transport.send(expected.resource));
  const broken = await ask(() => transport.send(expected.resource, bearer('not-a-token')));
  const { weakToken } = expected;
  const weak =
    weakToken === undefined ? undefined : await ask(() => transport.send(expected.resource, bearer(weakToken)));
  return [
    {
      says: 'is registered as an API',
      section: 'RFC 8707 §2',
      ...verdictOf(expected.scope !== undefined, 'it is not: add it with pixy apis add'),
    },
    ...compareDocument(expected, metadata),
    ...compareChallenges(expected, { bare, broken, weak }),
  ];
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

type Asked = Answer | NoAnswer;

async function ask(send: () => Promise<Answer>): Promise<Asked> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof NoAnswer) return error;
    throw error;
  }
}

function compareDocument({ resource, issuer, scope }: Expected, answer: Asked): Compared[] {
  const url = resourceMetadataUrl(resource);
  const found = readDocument(answer);
  const there = typeof found === 'string' ? failed(`${url}: ${found}`) : passed;
  const about = (judge: (document: Document) => Verdict): Verdict =>
    typeof found === 'string' ? skipped('there is no document') : judge(found);
  return [
    { says: 'has a metadata document at its well-known place', section: 'RFC 9728 §3.1', ...there },
    {
      says: 'names itself in the document, letter by letter',
      section: 'RFC 9728 §3.3',
      ...about((one) => verdictOf(one.resource === resource, `resource is ${one.resource}`)),
    },
    {
      says: 'names the authorization server',
      section: 'RFC 9728 §2',
      ...about(({ authorization_servers: servers }) =>
        verdictOf(servers.includes(issuer), `authorization_servers does not have ${issuer}`),
      ),
    },
    {
      says: 'lists the registered scope values, and not offline_access',
      section: 'RFC 9728 §2',
      ...about(({ scopes_supported: listed }) => compareScope(listed, scope)),
    },
    {
      says: 'takes tokens in the Authorization header',
      section: 'RFC 6750 §2.1',
      ...about(({ bearer_methods_supported: methods }) =>
        verdictOf(methods === undefined || methods.includes('header'), 'bearer_methods_supported does not have header'),
      ),
    },
  ];
}

function readDocument(answer: Asked): Document | string {
  if (answer instanceof NoAnswer) return answer.message;
  if (answer.status !== 200) return `the status is ${answer.status}`;
  if (!/^application\/json\b/i.test(answer.headers.get('content-type') ?? '')) return 'it is not application/json';
  const parsed = v.safeParse(document, parseJson(answer.text));
  return parsed.success ? parsed.output : 'it is no object with a resource and lists of texts';
}

function compareScope(listed: readonly string[], registered: readonly string[] | undefined): Verdict {
  if (listed.includes('offline_access'))
    return failed('scopes_supported has offline_access, which is no permission of a resource');
  if (registered === undefined) return skipped('it is not registered');
  const strangers = listed.filter((value) => !registered.includes(value));
  const missing = registered.filter((value) => !listed.includes(value));
  if (strangers.length > 0) return failed(`not registered for it: ${strangers.join(' ')}`);
  return verdictOf(missing.length === 0, `missing in scopes_supported: ${missing.join(' ')}`);
}

type Challenged = { bare: Asked; broken: Asked; weak: Asked | undefined };

function compareChallenges({ resource, scope }: Expected, { bare, broken, weak }: Challenged): Compared[] {
  const where = resourceMetadataUrl(resource);
  const leadsThere = (challenge: Challenge): Verdict => {
    const named = challenge.get('resource_metadata');
    return verdictOf(
      named === where,
      named === undefined ? 'resource_metadata is missing' : `resource_metadata is ${named}`,
    );
  };
  return [
    {
      says: 'answers 401 without a token, and says where its metadata is',
      section: 'RFC 9728 §5.1',
      ...challenged(bare, 401, (challenge) =>
        challenge.has('error') ? failed('an error is named although no token was sent') : leadsThere(challenge),
      ),
    },
    {
      says: 'answers 401 with error="invalid_token" to a text that is no token',
      section: 'RFC 6750 §3.1',
      ...challenged(broken, 401, (challenge) =>
        challenge.get('error') === 'invalid_token'
          ? leadsThere(challenge)
          : failed(`error is ${challenge.get('error') ?? 'missing'}`),
      ),
    },
    {
      says: 'answers 403 to a token without the scope, with error="insufficient_scope" and every scope value of the operation',
      section: 'RFC 6750 §3.1',
      ...(weak === undefined
        ? skipped('it takes a token without that scope in PIXY_WEAK_TOKEN')
        : challenged(weak, 403, (challenge) => compareInsufficient(challenge, scope, leadsThere))),
    },
  ];
}

function challenged(answer: Asked, status: number, judge: (challenge: Challenge) => Verdict): Verdict {
  if (answer instanceof NoAnswer) return failed(answer.message);
  if (answer.status !== status) return failed(`the status is ${answer.status}`);
  const challenge = readChallenge(answer.headers.get('www-authenticate'));
  return challenge === undefined ? failed('there is no WWW-Authenticate header with Bearer') : judge(challenge);
}

function compareInsufficient(
  challenge: Challenge,
  registered: readonly string[] | undefined,
  leadsThere: (challenge: Challenge) => Verdict,
): Verdict {
  if (challenge.get('error') !== 'insufficient_scope') return failed(`error is ${challenge.get('error') ?? 'missing'}`);
  const named = (challenge.get('scope') ?? '').split(' ').filter((value) => value !== '');
  if (named.length === 0) return failed('scope is missing');
  const strangers = named.filter((value) => registered?.includes(value) === false);
  return strangers.length > 0 ? failed(`not registered for it: ${strangers.join(' ')}`) : leadsThere(challenge);
}
