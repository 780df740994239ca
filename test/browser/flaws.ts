import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

export const phone = { width: 320, height: 568 };
export const desktop = { width: 1_280, height: 800 };

export type Measured = { contrast: number };

type Look = { texts: Measured[]; controls: Measured[]; brightness: number; overhang: number; moving: string[] };

const colors = {
  light: { media: { colorScheme: 'light', forcedColors: 'none' }, brightness: [0.85, 1] },
  dark: { media: { colorScheme: 'dark', forcedColors: 'none' }, brightness: [0, 0.02] },
  'forced colors': { media: { colorScheme: 'dark', forcedColors: 'active' }, brightness: [0, 0] },
} as const;

/** Everything that is wrong with what a page looks like: on 320 pixels in light, dark and forced colors and with text twice as large, and on a desktop. */
export async function flaws(page: Page): Promise<unknown[]> {
  const found: unknown[] = [];
  const note = async (name: string, viewport: typeof phone, brightness: readonly [number, number]) => {
    found.push(...(await flawsNow(page, brightness)).map((flaw) => ({ name, ...viewport, flaw })));
  };
  await page.setViewportSize(phone);
  for (const [name, { media, brightness }] of Object.entries(colors)) {
    await page.emulateMedia(media);
    await note(name, phone, brightness);
  }
  const overhang = await page.evaluate<number>('measure.enlargedOverhang()');
  if (overhang > 0) found.push({ name: 'text twice as large', ...phone, overhang });
  // Colors do not depend on the size of the window.
  await page.emulateMedia(colors.light.media);
  await page.setViewportSize(desktop);
  await note('light', desktop, colors.light.brightness);
  return found;
}

async function flawsNow(page: Page, [darkest, brightest]: readonly [number, number]): Promise<unknown[]> {
  const { texts, controls, brightness, overhang, moving } = await page.evaluate<Look>(
    '({ texts: measure.texts(), controls: measure.controls(), brightness: measure.brightness(), overhang: measure.overhang(), moving: measure.moving() })',
  );
  return [
    ...texts.filter(({ contrast }) => contrast < 4.5),
    ...controls.filter(({ contrast }) => contrast < 3),
    ...(texts.length < 2 ? ['there is nothing to read'] : []),
    ...(brightness < darkest || brightness > brightest ? [{ brightness }] : []),
    ...(overhang > 0 ? [{ overhang }] : []),
    ...moving,
  ];
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Contrast is measured by {@link flaws}, in more colors than axe-core looks at. */
const ofFlaws = { 'color-contrast': { enabled: false } };

/** What axe-core has to say about the page as it is now: the rules of WCAG 2.2 A and AA, and its best practices. */
export async function axeViolations(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe);
  const options = { rules: ofFlaws, resultTypes: ['violations'] };
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(options)})`);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
