import { refuse } from '../../result.ts';
import type { EntryReader } from './account-entry.ts';

/** What stands before a list and behind it, at most. */
const around = 4_096;

const before = /^\s*\{[^[\]]*"total"\s*:\s*(\d+)/;
const behind = /\][^[\]{}]*"total"\s*:\s*(\d+)[^[\]{}]*\}\s*$/;
const nextOne = /\][^[\]{}]*"(?:PaginationToken|NextToken)"\s*:\s*"[^[\]{}]*\}\s*$/;

/** Refuses the answer of an API that says that there are more people than it has, so that nobody is forgotten. */
export function refusingOnePage(entries: EntryReader): EntryReader {
  let count = 0;
  let start = '';
  let end = '';
  const counted = (read: ReturnType<EntryReader['push']>) => {
    count += read.ok ? read.value.length : 0;
    return read;
  };
  return {
    push(text) {
      if (start.length < around) start += text.slice(0, around);
      end = (end + text).slice(-around);
      return counted(entries.push(text));
    },
    end() {
      const read = counted(entries.end());
      const [, total = '0'] = before.exec(start) ?? behind.exec(end) ?? [];
      const isPage = Number(total) > count || nextOne.test(end);
      return read.ok && isPage ? refuse('is one page of several: put the people of all pages into one list') : read;
    },
  };
}
