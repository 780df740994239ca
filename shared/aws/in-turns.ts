/** Calls at the same time for one request. A client has fifty connections, and others of the same function need some. */
const usualTogether = 20;

/** Does `work` for every item, a limited number of them at a time: thousands at once would wait for each other until they fail. */
export async function inTurns<Item, Value>(
  items: readonly Item[],
  work: (item: Item) => Promise<Value>,
  together = usualTogether,
): Promise<Value[]> {
  const values: Value[] = [];
  for (let start = 0; start < items.length; start += together) {
    values.push(...(await Promise.all(items.slice(start, start + together).map(work))));
  }
  return values;
}
