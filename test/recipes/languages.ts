import { execFileSync } from 'node:child_process';

const asks = {
  Node: ['npm', '--version'],
  Python: ['python3', '--version'],
  Go: ['go', 'version'],
  Rust: ['cargo', '--version'],
  Java: ['mvn', '--version'],
  CMake: ['cmake', '--version'],
  Debian: ['apt-get', '--version'],
} as const;

export type Language = keyof typeof asks;

/** Why the examples of a language cannot be run here, or undefined when they can. */
export function whyNot(language: Language): string | undefined {
  const [program, ...parameters] = asks[language];
  try {
    execFileSync(program, parameters, { stdio: 'ignore' });
    return undefined;
  } catch {
    return `${program} is not installed`;
  }
}
