import type { SecretPlace } from '../aws/secret-store.ts';
import type { UpstreamProvider } from './provider.ts';

/** Returns client secrets at providers. Throws what `read` throws. */
export const clientSecrets =
  (read: (place: SecretPlace) => Promise<string>) =>
  async ({ secret }: Pick<UpstreamProvider, 'secret'>): Promise<string> => {
    if (secret === undefined) throw new Error('the provider has no secret');
    return read(secret);
  };
