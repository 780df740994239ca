/** The code of an error of Node, such as EADDRINUSE; empty for an error without one. */
export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';
