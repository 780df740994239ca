/** Returns the route's own path, or the longest greedy one above it. */
export function findRoute(routes: ReadonlyMap<string, unknown>, rawPath: string): string | undefined {
  if (routes.has(rawPath)) return rawPath;
  const greedy = [...routes.keys()].filter((path) => path.endsWith(greedyEnd) && isBelow(rawPath, path));
  return greedy.sort((one, other) => other.length - one.length)[0];
}

const greedyEnd = '/{proxy+}';

/** Whether a path is below a greedy route. The folder itself is not, since a greedy variable stands for at least one character. */
function isBelow(rawPath: string, greedy: string): boolean {
  const folder = greedy.slice(0, 1 - greedyEnd.length);
  return rawPath.startsWith(folder) && rawPath.length > folder.length;
}
