/** These messages of a service may quote what was sent to it. */
const mayQuote = new Set(['ValidationException', 'SerializationException']);

const say = (cause: Error): string => (mayQuote.has(cause.name) ? cause.name : `${cause.name}: ${cause.message}`);

/** One line: what failed, in which service, and what that said. */
function sayWhy(error: Error): string {
  const { service } = error as { service?: unknown };
  const said = typeof service === 'string' ? [error.message, service] : [error.message];
  let { cause } = error;
  while (cause instanceof Error && said.length < 5) {
    said.push(say(cause));
    ({ cause } = cause);
  }
  if (typeof cause === 'string') said.push(cause);
  return said.join(': ');
}

/**
 * Wraps a handler that Lambda itself calls: at a deployment, once a day. Lambda logs and hands back the name and the message of an
 * exception and not its cause, and the message is all that a failed deployment shows. So the message says the cause, too.
 */
export const tellingCause =
  <Event extends unknown[], Answer>(handler: (...event: Event) => Promise<Answer>) =>
  async (...event: Event): Promise<Answer> => {
    try {
      return await handler(...event);
    } catch (error) {
      if (!(error instanceof Error) || error.cause === undefined) throw error;
      const told = new Error(sayWhy(error), { cause: error });
      told.name = error.name;
      throw told;
    }
  };
