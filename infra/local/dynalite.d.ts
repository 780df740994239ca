declare module 'dynalite' {
  import type { Server } from 'node:http';
  /** `path`: a folder for the data. Default: in memory. Times are in milliseconds. */
  export default function dynalite(options: { path?: string; createTableMs?: number }): Server;
}
