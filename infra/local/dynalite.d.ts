declare module 'dynalite' {
  import type { Server } from 'node:http';
  /** `path`: a folder for the data; absent: memory. Times in milliseconds. */
  export default function dynalite(options: { path?: string; createTableMs?: number }): Server;
}
