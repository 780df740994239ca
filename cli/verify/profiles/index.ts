import type { Check } from '../check.ts';
import { fapi2Checks } from './fapi2.ts';
import { mcpChecks } from './mcp.ts';
import { oauth21Checks } from './oauth21.ts';
import { pkceChecks } from './pkce.ts';

/** The checks of each profile, in the order in which they run. */
export const profiles = {
  pkce: pkceChecks,
  oauth21: oauth21Checks,
  fapi2: fapi2Checks,
  mcp: mcpChecks,
} as const satisfies Record<string, readonly Check[]>;

export type ProfileName = keyof typeof profiles;

export const profileNames = Object.keys(profiles) as ProfileName[];
