/** Somebody is signed in in one browser. Times are epoch seconds. */
export type Session = {
  sub: string;
  /** The epoch of the account when it began; see still-valid.ts. */
  epoch: number;
  authTime: number;
  /** How they signed in (RFC 8176). */
  amr: readonly string[];
  /** Over when it was not used for so long, and over at the latest. */
  idleUntil: number;
  expiresAt: number;
  /** Seconds without use that end it. */
  idleLifetime: number;
  /** For the list of sessions only: what the browser called itself. */
  userAgent?: string | undefined;
  /** The same: how the address began from which somebody signed in, and the client that they signed in for. */
  place?: string | undefined;
  clientId?: string | undefined;
  /** Clients that want to be told when it ends, or whose grants end with it, as the store writes them. */
  notices?: readonly string[] | undefined;
};

export const isAlive =
  (now: number) =>
  ({ idleUntil, expiresAt }: Session): boolean =>
    now < idleUntil && now < expiresAt;

/** The attributes of a session but what it was called, which only its own person sees. */
export const sessionAttributes = [
  'sub',
  'epoch',
  'authTime',
  'amr',
  'idleUntil',
  'expiresAt',
  'idleLifetime',
  'notices',
] as const satisfies readonly (keyof Session)[];
