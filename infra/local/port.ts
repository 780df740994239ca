import { InvalidArgumentError } from 'commander';

/** Reads the value of an option. Throws what commander tells the person who typed it. */
export function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('It is not a port number.');
  return Number(text);
}

/** Says in one sentence why nobody can listen on the port, and what to do; undefined when the error is about something else. */
export function explainPort(error: unknown, port: number): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `Port ${port} is in use. Choose another one with --port.`;
  if (code === 'EACCES') return `Port ${port} is not for everybody on this machine. Choose one above 1023 with --port.`;
  return undefined;
}
