/** 1: it failed. 2: the command line is wrong. 3: there was a concurrent change. */
export type FailureCode = 1 | 2 | 3;

/** Ends a command. The message is one sentence for the person who typed it. */
export class Failure extends Error {
  override name = 'Failure';
  readonly exitCode: FailureCode;
  constructor(message: string, exitCode: FailureCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export const wrongUsage = (message: string): Failure => new Failure(message, 2);

export const conflict = (message: string): Failure => new Failure(message, 3);
