import { execFileSync } from 'node:child_process';

const asks = {
  Node: ['npm', '--version'],
  Python: ['python3', '--version'],
  Go: ['go', 'version'],
  Rust: ['cargo', '--version'],
  Java: ['mvn', '--version'],
  CMake: ['cmake', '--version'],
  // Others have apt-get as well, and not these packages; and whoever is not root installs none.
  Debian: ['sh', '-c', '. /etc/os-release && test "$ID" = debian && test -w /var/lib/dpkg/lock'],
} as const;

export type Language = keyof typeof asks;

/** Why the examples of a language cannot be run here, or undefined when they can. */
export function whyNot(language: Language): string | undefined {
  const [program, ...parameters] = asks[language];
  try {
    execFileSync(program, parameters, { stdio: 'ignore' });
    return undefined;
  } catch {
    return language === 'Debian'
      ? 'this is no Debian that packages can be installed on'
      : `${program} is not installed`;
  }
}
