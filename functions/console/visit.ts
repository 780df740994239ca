import type { Reply } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { Parameters } from '../../shared/oauth/parameters.ts';
import type { Reason } from '../../shared/oauth/refusal.ts';
import type { ConsolePage } from '../../shared/pages/console/console-page.ts';
import type { ConsoleDeps } from './console-deps.ts';
import type { Operator } from './session/read-operator.ts';

/** An operator at a page. */
export type Visit = {
  request: HttpRequest;
  query: Parameters;
  /** What the path names: a client, a change, a person. Empty where it names nothing. */
  name: string;
  operator: Operator;
};

/** An operator who may write, with a form of this browser. */
export type Sent = Visit & { form: Parameters };

/** A page, with the reason where it says that something was refused; where to go on; or a reply that is no page of the console. */
export type Shown = { page: ConsolePage; refused?: Reason } | { to: `/${string}` } | { reply: Reply; refused?: Reason };

export type ShowPage = (visit: Visit, deps: ConsoleDeps) => Promise<Shown>;
export type TakeForm = (sent: Sent, deps: ConsoleDeps) => Promise<Shown>;
