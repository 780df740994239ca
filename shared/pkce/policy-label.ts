import { briefTime } from '../time.ts';
import {
  type ClientPolicySettings,
  enforcementMode,
  type GlobalPolicy,
  type PkceRules,
  type Waiver,
} from './policy.ts';

/** Formats the effective policy and its origin: `S256 (global default)`, `any (floor)`, `none (waiver until 2026-12-01)`. */
export function policyLabel({ policy, origin }: Pick<PkceRules, 'policy' | 'origin'>, waiver?: Waiver): string {
  const until = origin === 'waiver' && waiver !== undefined ? ` until ${briefTime(waiver.until)}` : '';
  return `${policy} (${origin}${until})`;
}

/** Formats the mode: `enforce`, `report`, or `report until 2026-12-01`. */
export function modeLabel(settings: ClientPolicySettings, global: GlobalPolicy, now: number): string {
  const mode = enforcementMode(settings, global, now);
  const ends = mode === 'report' && settings.mode === 'report' && settings.enforceAfter !== undefined;
  return ends ? `report until ${briefTime(settings.enforceAfter as number)}` : mode;
}
