import { expect, test } from 'vitest';
import { adoptionHtml } from '../../cli/report/adoption-page.ts';
import { sampleAdoption } from '../../scripts/sample-adoption.ts';
import { startBrowserPages } from './browser-tests.ts';
import { axeViolations, flaws } from './flaws.ts';

/* The page of `pixy report adoption --format html`: a file without scripts. */

const { open } = await startBrowserPages();
const body = await adoptionHtml(sampleAdoption());
const address = 'http://localhost/adoption.html';

async function openReport(options: Parameters<typeof open>[0] = {}) {
  const page = await open(options);
  await page.route(address, (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body }));
  await page.goto(address);
  return page;
}

test('axe-core finds no fault, and it is readable in light, dark and forced colors, on a phone and on a desktop', async () => {
  const page = await openReport();
  expect({ violations: await axeViolations(page), flaws: await flaws(page) }).toEqual({ violations: [], flaws: [] });
});

test('at 390, 768 and 1280 pixels the verdict of every client can be seen without scrolling aside', async () => {
  for (const width of [390, 768, 1_280]) {
    const page = await openReport({ viewport: { width, height: 800 }, javaScriptEnabled: false });
    const places = await Promise.all(
      (await page.locator('.client .answer').all()).map((answer) => answer.boundingBox()),
    );
    expect(places).toHaveLength(7);
    for (const place of places) {
      expect(place?.x).toBeGreaterThanOrEqual(0);
      expect((place?.x ?? width) + (place?.width ?? 0)).toBeLessThanOrEqual(width);
    }
    const names = await page.locator('.client .answer').allTextContents();
    expect(names.filter((text) => text.trim().startsWith('no: '))).toHaveLength(3);
    await page.context().close();
  }
});

test('without JavaScript, one answer can be chosen, with the mouse and with the keyboard, and all of them again', async () => {
  const page = await openReport({ javaScriptEnabled: false });
  const shown = async () => {
    const names = page.locator('.client h3');
    const visible = await Promise.all(
      (await names.all()).map(async (name) => ((await name.isVisible()) ? name.textContent() : '')),
    );
    return visible.filter((name) => name !== '');
  };
  expect(await shown()).toHaveLength(7);
  await page.getByRole('radio', { name: 'not safe to enforce S256' }).check();
  expect(await shown()).toEqual(['partner-portal', 'warehouse-scanner', 'old-kiosk']);
  expect(await page.getByRole('row', { name: 'support-desk' }).first().isVisible()).toBe(false);
  await page.keyboard.press('ArrowDown');
  expect(await shown()).toEqual(['shop-web', 'shop-ios', 'support-desk', 'intranet-wiki']);
  await page.getByRole('radio', { name: 'all 7 clients' }).check();
  expect(await shown()).toHaveLength(7);
  await page.getByText('Safe to enforce S256: 4 clients').click();
  expect(await shown()).toHaveLength(3);
});
