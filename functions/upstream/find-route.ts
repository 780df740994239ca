import type { HttpRequest } from '../../shared/http/request.ts';
import type { UpstreamProvider } from '../../shared/upstream/provider.ts';

type Route = { provider: UpstreamProvider; step: 'start' | 'callback' | 'confirm' };

/** The provider and the step that a path names: `/upstream/{id}/start`, `/callback` or `/confirm`. */
export function findRoute({ path }: HttpRequest, providers: readonly UpstreamProvider[]): Route | undefined {
  const [, id, step] = /^\/upstream\/([a-z0-9-]+)\/(start|callback|confirm)$/.exec(path) ?? [];
  const provider = providers.find((one) => one.id === id);
  return provider && { provider, step: step as Route['step'] };
}
