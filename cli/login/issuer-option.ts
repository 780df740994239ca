import { InvalidArgumentError } from 'commander';
import { issuerProblem } from '../../shared/config.ts';

/** Parses the issuer of a server. */
export function issuerOption(text: string): string {
  const issuer = text.replace(/\/$/, '');
  const problem = issuerProblem(issuer);
  if (problem !== undefined) throw new InvalidArgumentError(`It ${problem}.`);
  return issuer;
}
