import * as v from 'valibot';
import { type Brand, brandJson } from '../shared/pages/brand.ts';
import { WrongSetting } from './wrong-setting.ts';

/** Lambda takes 4 kB of environment altogether; everything else needs less than one. */
const longest = 3_000;

/** The brand as `PIXY_BRAND`. Refuses what the pages would refuse when they start, and what does not fit. */
export function brandVariable(brand: Brand): string {
  const json = JSON.stringify(brand);
  const parsed = v.safeParse(brandJson, json);
  if (!parsed.success) throw new WrongSetting(`brand: ${parsed.issues[0].message}.`);
  if (json.length <= longest) return json;
  throw new WrongSetting(
    `brand must be at most ${longest} characters as JSON, but has ${json.length}: make the logo smaller.`,
  );
}
