import { hash } from 'node:crypto';

/** Remembers which texts were there. */
export type SeenTexts = { has(text: string): boolean; add(text: string): void };

/** Slots of the first table; doubled whenever two thirds are taken. */
const firstSlots = 1_024;

/**
 * Remembers millions of texts in a few bytes each: eight of their SHA-256, in an open hash table. Two different texts among ten million
 * are taken for the same with a probability of one in 300,000.
 */
export function seenTexts(): SeenTexts {
  let slots = new BigUint64Array(firstSlots);
  let count = 0;

  /** Where a mark is, or where it belongs. */
  function slotOf(mark: bigint, table: BigUint64Array): number {
    let at = Number(mark % BigInt(table.length));
    while (table[at] !== 0n && table[at] !== mark) at = (at + 1) % table.length;
    return at;
  }

  function grow(): void {
    const larger = new BigUint64Array(slots.length * 2);
    for (const mark of slots) if (mark !== 0n) larger[slotOf(mark, larger)] = mark;
    slots = larger;
  }

  return {
    has: (text) => slots[slotOf(markOf(text), slots)] !== 0n,
    add(text) {
      const mark = markOf(text);
      const at = slotOf(mark, slots);
      if (slots[at] === mark) return;
      slots[at] = mark;
      count += 1;
      if (count * 3 > slots.length * 2) grow();
    },
  };
}

/** Never zero, which marks an empty slot. */
const markOf = (text: string): bigint => hash('sha256', text, 'buffer').readBigUInt64LE() | 1n;
