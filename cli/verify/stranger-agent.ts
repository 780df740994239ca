import { createUserAgent, type UserAgent, type UserAgentOptions } from './user-agent.ts';

/**
 * A browser in which nobody signs in. It shows what a server refuses at once; what comes after a page without an error is unknown.
 */
export function strangerAgent(options: Pick<UserAgentOptions, 'transport' | 'secrets' | 'watch'>): UserAgent {
  const agent = createUserAgent({ ...options, maximumSignIns: 0 });
  const because = 'the server asked for a sign-in first, and there is none in this run';
  return {
    ...agent,
    async visit(url, expected) {
      const landing = await agent.visit(url, expected);
      const isUnclear = landing.kind === 'stuck' || (landing.kind === 'page' && landing.status < 400);
      return isUnclear ? { kind: 'stuck', because } : landing;
    },
  };
}
