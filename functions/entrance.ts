import type { Home } from '../shared/home.ts';
import { failing, type HttpApiHandler } from '../shared/http/endpoint.ts';
import { RegionUnavailable } from '../shared/outage.ts';
import { behindFront } from './behind-front.ts';
import type { PassedOn } from './homes/door.ts';
import type { Runtime } from './runtime.ts';

type Event = Parameters<HttpApiHandler>[0];

/**
 * The handler of the function `name`, as it is called: by a CDN alone where one is in front (docs/cdn.md), and with the requests of other
 * regions where there are several (docs/regions.md). An event from outside has no member of its own at the top, so none can say that
 * another region has passed it on.
 */
export function entrance(name: string, handler: HttpApiHandler, runtime: Runtime): HttpApiHandler {
  const { homes } = runtime.config;
  if (homes === undefined) return behindFront(handler, runtime);
  const unanswered = (event: Event, home: Home, cause: unknown) => failing(event, new RegionUnavailable(home, cause));
  const loading = import('./homes/door.ts').then(({ openDoor }) =>
    openDoor({ name, handler, homes, runtime, unanswered }),
  );
  const fromOutside = behindFront(async (...call) => (await loading).fromOutside(...call), runtime);
  return async (event, context) =>
    isPassedOn(event)
      ? ((await loading).fromRegion(event, context) as ReturnType<HttpApiHandler>)
      : fromOutside(event, context);
}

const isPassedOn = (event: object): event is PassedOn => 'passedOnBy' in event;
