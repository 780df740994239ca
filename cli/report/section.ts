type Column = {
  title: string;
  numeric?: boolean;
  /** Left out where no row has more in it than 0. */
  optional?: boolean;
  /** Drawn with characters: not broken, and left out of pages, which draw it themselves. */
  unbroken?: boolean;
};
export type Section = {
  title: string;
  columns: readonly Column[];
  rows: readonly (readonly string[])[];
};

/** Leaves out optional columns without content. */
export function withoutEmptyColumns(section: Section): Section {
  const isThere = section.columns.map(
    ({ optional = false }, index) => !optional || section.rows.some((row) => row[index] !== '' && row[index] !== '0'),
  );
  const pick = <Value>(values: readonly Value[]) => values.filter((_, index) => isThere[index]);
  return { ...section, columns: pick(section.columns), rows: section.rows.map(pick) };
}
