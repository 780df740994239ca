import type { ServerResult } from './results.ts';

const row = { height: 30, label: 250, bar: 430 };
const colors = { own: '#4338ca', other: '#9ca3af' };

/** Draws the processor time of a sign-in as an SVG. Of all figures, it depends least on what else the machine is doing. */
export function chart(servers: readonly ServerResult[]): string {
  const longest = Math.max(...servers.map(({ signIn }) => signIn.cpuMs));
  const height = servers.length * row.height + 40;
  const bars = servers.map(({ name, store, algorithm, signIn }, index) => {
    const y = 36 + index * row.height;
    const width = Math.max(1, (signIn.cpuMs / longest) * row.bar);
    const color = name === 'Pixy' ? colors.own : colors.other;
    return `<text x="${row.label - 8}" y="${y + 15}" text-anchor="end">${name}, ${store}, ${algorithm}</text>
<rect x="${row.label}" y="${y}" width="${width.toFixed(1)}" height="20" rx="3" fill="${color}"/>
<text x="${(row.label + width + 6).toFixed(1)}" y="${y + 15}">${signIn.cpuMs.toFixed(2)} ms</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 ${height}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="Processor time of one sign-in">
<rect width="760" height="${height}" fill="#ffffff"/>
<text x="${row.label}" y="20" font-weight="600">Processor time of one sign-in (shorter is better)</text>
${bars.join('\n')}
</svg>
`;
}
