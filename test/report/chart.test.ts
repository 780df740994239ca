import { describe, expect, test } from 'vitest';
import { adoptionSvg } from '../../cli/report/adoption-chart.ts';
import { adoptionHtml } from '../../cli/report/adoption-page.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { adoption } from '../../shared/reports/adoption.ts';
import { clientWith, type Entries, issued, lastMonth, now, refusedFor, shipped, tallied, times } from './made-up.ts';

const report = (clients: readonly RegisteredClient[], entries: Entries) =>
  adoption({
    period: lastMonth,
    global: shipped,
    target: 'S256',
    minimumIssued: 10,
    now,
    clients,
    tallied: tallied(...entries),
  });

const hostileId = `<script>alert(1)</script>&"'>\u0000\u001b[2J`;
const mixed = report(
  [clientWith('web'), clientWith('legacy'), clientWith('idle'), clientWith(hostileId)],
  [
    times(50, issued('web', 'S256')),
    times(25, issued('legacy', 'none')),
    times(60, issued('legacy', 'plain')),
    times(10, issued('legacy', 'missing')),
    times(5, refusedFor('code_challenge_required', 'legacy', 'none')),
    times(20, issued(hostileId, 'S256')),
  ],
);

/** Fails where a document is not well-formed XML, as far as what we write can go wrong. */
function assertWellFormed(xml: string): void {
  const open: string[] = [];
  const wrong: string[] = [];
  const leftOver = xml.replace(
    /<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
    (tag, closing, name, _attributes, empty) => {
      if (!closing && !empty) open.push(name);
      if (closing && open.pop() !== name) wrong.push(tag);
      return '';
    },
  );
  expect([...open, ...wrong]).toEqual([]);
  expect(leftOver).not.toMatch(/<|&(?!(amp|lt|gt|quot|#39);)/);
  expect(leftOver).not.toMatch(/[^\n\P{Cc}]/u);
}

/** Nothing is run and nothing is fetched. */
function assertSelfContained(text: string): void {
  expect(text).not.toMatch(/<script|\son\w+=|javascript:|@import|<image|<img|<iframe|<link|<foreignObject|<use/i);
  const addresses = [...text.matchAll(/(?:href|src|url)\s*[=(]\s*["']?([^"')]*)/gi)].map((match) => match[1]);
  for (const address of addresses) expect(address).toMatch(/^#/);
}

describe('the SVG chart', () => {
  test('is well-formed and self-contained, whatever a client is called', async () => {
    const svg = await adoptionSvg(mixed);
    assertWellFormed(svg);
    assertSelfContained(svg);
    expect(svg).toContain('&lt;script&gt;');
  });

  test('says in words what it shows', async () => {
    const svg = await adoptionSvg(mixed);
    expect(svg).toMatch(/<svg [^>]*role="img" aria-labelledby="adoption-title adoption-text"/);
    expect(svg).toContain('<title id="adoption-title">PKCE adoption by client</title>');
    const words = svg.match(/<desc id="adoption-text">([^<]*)<\/desc>/)?.[1];
    expect(words).toContain('Safe to enforce S256: 2 of 4 clients; not safe: 1; unknown: 1.');
    expect(words).toContain(
      'legacy: S256 0, lower-case s256 0, plain 60, plain by a missing method 10, no PKCE 25, refused 5; safe to enforce: no, ',
    );
  });

  test('tells kinds apart by texture and number, not by colour alone', async () => {
    const svg = await adoptionSvg(mixed);
    for (const kind of ['plain', 'missing', 'none']) expect(svg).toContain(`<pattern id="adoption-${kind}"`);
    expect(svg).toMatch(/\.segment\.refused[^}]*stroke-dasharray/);
    const numbers = [...svg.matchAll(/<text class="count [^>]*>([^<]*)</g)].map((match) => match[1]);
    expect(numbers).toEqual(expect.arrayContaining(['50', '60', '10', '25', '20']));
  });

  test('draws s256 in lower case apart from S256, as the verdict counts it', async () => {
    const svg = await adoptionSvg(
      report([clientWith('web')], [times(50, issued('web', 'S256')), times(7, issued('web', 's256'))]),
    );
    expect(svg).toContain('web: S256 50, lower-case s256 7, plain 0');
    expect(svg).toContain('<pattern id="adoption-lowercase"');
    // In the legend, twice in a bar, and in the columns of both trends.
    expect(svg.match(/<rect class="segment lowercase"/g)).toHaveLength(5);
    expect(svg).toContain('lower-case s256</text>');
  });

  test('draws bars of one length, in proportion, and shows a single request among thousands', async () => {
    const segmentsOf = async (entries: Entries) =>
      [
        ...(await adoptionSvg(report([clientWith('web')], entries))).matchAll(
          /<rect class="segment \w+" x="([\d.]+)" y="184" width="([\d.]+)" height="28"/g,
        ),
      ].map(([, x, width]) => ({ x: Number(x), width: Number(width) }));
    const halves = await segmentsOf([times(50, issued('web', 'S256')), times(50, issued('web', 'none'))]);
    expect(halves.map(({ width }) => width)).toEqual([163, 163]);
    const all = [times(50_000, issued('web', 'S256')), issued('web', 'plain'), issued('web', 'missing')];
    const segments = await segmentsOf([...all, issued('web', 'none')]);
    expect(segments).toHaveLength(4);
    for (const [index, { x, width }] of segments.entries()) {
      expect(width).toBeGreaterThanOrEqual(2);
      expect(x + width).toBeLessThanOrEqual(segments[index + 1]?.x ?? 300 + 330);
    }
  });

  test('has colours of its own for light and for dark', async () => {
    const svg = await adoptionSvg(mixed);
    const [light, dark] = ['.adoption { ', '(prefers-color-scheme: dark) { .adoption { '].map((start) =>
      [...(svg.split(start)[1]?.split('}')[0] ?? '').matchAll(/(--[\w-]+): (#\w{6})/g)].map((match) => match.slice(1)),
    );
    expect(dark?.map(([name]) => name).sort()).toEqual(light?.map(([name]) => name).sort());
    for (const scheme of [light, dark]) {
      const color = new Map(scheme as [string, string][]);
      const ratio = (one: string, other: string) => contrast(color.get(one) ?? '', color.get(other) ?? '');
      for (const text of ['--ink', '--soft']) expect(ratio(text, '--paper')).toBeGreaterThanOrEqual(4.5);
      expect(ratio('--on-s256', '--s256')).toBeGreaterThanOrEqual(4.5);
      for (const sign of ['--yes', '--no', '--unknown', '--s256', '--none'])
        expect(ratio(sign, '--paper')).toBeGreaterThanOrEqual(3);
    }
  });

  test('grows with the clients, and can be empty', async () => {
    const heightOf = async (count: number) => {
      const clients = Array.from({ length: count }, (_, index) => clientWith(`client-${index}`));
      return Number((await adoptionSvg(report(clients, []))).match(/ height="(\d+)" role/)?.[1]);
    };
    expect((await heightOf(100)) - (await heightOf(50))).toBe(50 * 62);
    const empty = await adoptionSvg(report([], []));
    assertWellFormed(empty);
    expect(empty).toContain('No clients.');
  });
});

describe('the HTML report', () => {
  test('is self-contained, and lets no client write markup', async () => {
    const page = await adoptionHtml(mixed);
    assertSelfContained(page.replace(/<meta http-equiv[^>]*>/, ''));
    expect(page).toMatch(
      /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline';/,
    );
    expect(page).not.toContain('<script');
  });

  test('has the chart, and every number of it in tables with headings', async () => {
    const page = await adoptionHtml(mixed);
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    // Patterns, the trend of all, a legend of six, and sign, bar and trend of each of four clients.
    expect(page.match(/<svg /g)).toHaveLength(1 + 1 + 6 + 4 * 3);
    expect(page).toContain('<th scope="col">Client</th>');
    expect(page).toContain(
      '<tr class="no"><th scope="row">legacy</th><td class="number">0</td><td class="number">60</td><td class="number">10</td><td class="number">25</td><td class="number">5</td><td>60 of 95 with method plain, 25 of 95 without a challenge, 10 of 95 plain by a missing method, ',
    );
  });
});

/** WCAG 2.2: the contrast ratio of two colours. */
function contrast(one: string, other: string): number {
  const luminance = (color: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
      const channel = Number.parseInt(color.slice(start, start + 2), 16) / 255;
      return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
