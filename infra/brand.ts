import * as v from 'valibot';
import { type Brand, brandJson } from '../shared/pages/brand.ts';
import { judgeBrandTexts } from '../shared/pages/brand-texts.ts';
import { WrongSetting } from './wrong-setting.ts';

/** Lambda's environment holds 4 kB in total; everything else needs less than one. */
const longest = 3_000;

/** Returns the brand as `PIXY_BRAND`. Throws for anything that the pages would reject or ignore, or that does not fit. */
export function brandVariable(brand: Brand): string {
  const json = JSON.stringify(brand);
  const parsed = v.safeParse(brandJson, json);
  if (!parsed.success) throw new WrongSetting(`brand: ${parsed.issues[0].message}.`);
  const mistake = judgeBrandTexts(parsed.output);
  if (mistake !== undefined) throw new WrongSetting(`brand: member ${mistake}.`);
  if (json.length <= longest) return json;
  throw new WrongSetting(
    `brand must be at most ${longest} characters as JSON, but has ${json.length}: make the logo smaller.`,
  );
}
