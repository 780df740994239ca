/**
 * Splits a text that comes piece by piece into its lines, without their ends. What is after the last end comes at the end. Each
 * character is looked at once, however long a line is.
 */
export function lineSplitter(): { push(text: string): string[]; end(): string } {
  let rest = '';
  return {
    push(text) {
      const at = text.lastIndexOf('\n');
      if (at < 0) {
        rest += text;
        return [];
      }
      const lines = (rest + text.slice(0, at)).split('\n');
      rest = text.slice(at + 1);
      return lines;
    },
    end: () => rest,
  };
}
