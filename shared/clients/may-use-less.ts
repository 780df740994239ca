import type { RegisteredClient } from './registered-client.ts';

/** Whether anything in the record can take the client below S256 when the global policy requires it. */
export const mayUseLess = ({ pkce }: RegisteredClient): boolean =>
  (pkce.policy !== 'inherit' && pkce.policy !== 'S256') || pkce.mode === 'report' || pkce.waiver !== undefined;
