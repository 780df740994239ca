/*
 * Files that hold another one: their bytes are no text in any encoding, so what a wrong encoding is told would lead astray.
 */

type Packing = { bytes: readonly number[]; problem: string };

const packings: readonly Packing[] = [
  { bytes: [0x1f, 0x8b], problem: 'is compressed with gzip: unpack it first (gunzip)' },
  { bytes: [0x50, 0x4b, 0x03, 0x04], problem: 'is a ZIP archive or a workbook: unpack it, or save the sheet as CSV' },
  { bytes: [0x42, 0x5a, 0x68], problem: 'is compressed with bzip2: unpack it first (bunzip2)' },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], problem: 'is compressed with xz: unpack it first (unxz)' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], problem: 'is compressed with Zstandard: unpack it first (unzstd)' },
  { bytes: [...Buffer.from('SQLite format 3')], problem: 'is a database of SQLite: export its table as CSV or JSON' },
  { bytes: [...Buffer.from('PGDMP')], problem: 'is a dump of PostgreSQL: export its table as CSV or JSON' },
];

/** Says so of a file by its first bytes, in half a sentence that follows its name. Undefined for a text. */
export const packedProblem = (beginning: Uint8Array): string | undefined =>
  packings.find(({ bytes }) => bytes.every((byte, at) => beginning[at] === byte))?.problem;
