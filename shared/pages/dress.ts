import { hash } from 'node:crypto';
import type { Brand } from './brand.ts';
import { contrast, mix, untilReadable } from './colors.ts';
import { iconOf } from './mark.ts';
import { dark, light, type Palette, stylesheetOf } from './style.ts';
import type { Texts } from './texts/en.ts';
import type { Language } from './texts/languages.ts';

/** A brand prepared for the pages. Everything that must be computed is computed once. */
export type Dress = {
  name: string | undefined;
  logo: string | undefined;
  logoDark: string | undefined;
  /** A data: URI for the browser's tab. */
  icon: string;
  stylesheet: string;
  /** For mails, which have no style sheet of their own. */
  colors: { light: Palette; dark: Palette };
  /** Allows this stylesheet and no other in the Content-Security-Policy. */
  stylesheetSource: string;
  texts: Partial<Record<Language, Partial<Texts>>>;
};

/** Prepares a brand. Texts that no page of a function has change nothing there; see brand-texts.ts. */
export function dressBrand(brand: Brand): Dress {
  const colors = {
    light: brand.accent ? { ...light, ...accentsOn(light, brand.accent) } : light,
    dark: brand.accent || brand.accentDark ? { ...dark, ...accentsOn(dark, brand.accentDark ?? brand.accent) } : dark,
  };
  const stylesheet = stylesheetOf(colors.light, colors.dark);
  return {
    name: brand.name,
    logo: brand.logo,
    logoDark: brand.logoDark,
    icon: brand.logo ?? iconOf(colors.light.accent, colors.light.onAccent),
    stylesheet,
    colors,
    stylesheetSource: `'sha256-${hash('sha256', stylesheet, 'base64')}'`,
    texts: brand.texts ?? {},
  };
}

/** Fits the brand's color to a palette: readable as text and as an outline, and with readable text on it (WCAG 2.2 §1.4.3). */
function accentsOn(palette: Palette, color = palette.accent): Partial<Palette> {
  const accent = untilReadable(color, [palette.paper, palette.ground, palette.tint], palette.ink, 4.5);
  const onAccent = contrast('#ffffff', accent) >= contrast('#10121a', accent) ? '#ffffff' : '#10121a';
  return { accent, onAccent, accentDeep: mix(accent, onAccent === '#ffffff' ? '#000000' : '#ffffff', 0.2) };
}
