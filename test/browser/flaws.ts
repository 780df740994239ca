import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

export const phone = { width: 320, height: 568 };
export const desktop = { width: 1_280, height: 800 };

export type Measured = { contrast: number };

type Look = { texts: Measured[]; controls: Measured[]; brightness: number; overhang: number };

const colors = {
  light: { media: { colorScheme: 'light', forcedColors: 'none' }, brightness: [0.85, 1] },
  dark: { media: { colorScheme: 'dark', forcedColors: 'none' }, brightness: [0, 0.02] },
  'forced colors': { media: { colorScheme: 'dark', forcedColors: 'active' }, brightness: [0, 0] },
} as const;

/** Everything that is wrong with what a page looks like: in light, dark and forced colors, on a desktop and on 320 pixels. */
export async function flaws(page: Page): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const [name, { media, brightness }] of Object.entries(colors)) {
    await page.emulateMedia(media);
    for (const viewport of [desktop, phone]) {
      await page.setViewportSize(viewport);
      found.push(...(await flawsNow(page, brightness)).map((flaw) => ({ name, ...viewport, flaw })));
    }
  }
  return [...found, ...(await page.evaluate<string[]>('measure.moving()'))];
}

async function flawsNow(page: Page, [darkest, brightest]: readonly [number, number]): Promise<unknown[]> {
  const { texts, controls, brightness, overhang } = await page.evaluate<Look>(
    '({ texts: measure.texts(), controls: measure.controls(), brightness: measure.brightness(), overhang: measure.overhang() })',
  );
  return [
    ...texts.filter(({ contrast }) => contrast < 4.5),
    ...controls.filter(({ contrast }) => contrast < 3),
    ...(texts.length < 2 ? ['there is nothing to read'] : []),
    ...(brightness < darkest || brightness > brightest ? [{ brightness }] : []),
    ...(overhang > 0 ? [{ overhang }] : []),
  ];
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core has to say about the page as it is now: the rules of WCAG 2.2 A and AA, and its best practices. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
