import { Stack, Token } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';
import type { PixyEnvironment } from './environment.ts';
import type { Signing } from './signing.ts';
import { WrongSetting } from './wrong-setting.ts';

/** How Route 53 chooses a region: the nearest one, or the first as long as it answers. */
export type RegionRouting = 'latency' | 'failover';

/** One of the regions of a server that has several (docs/deploy.md). `MultiRegionAuthorizationServer` fills it in. */
export interface HomeProps {
  /** The letter of this region, `a` to `z`, which is in every code and token that it issues. */
  readonly letter: string;
  /** All regions of the server by their letters, this one too. A letter that was in use never becomes another region. */
  readonly regions: Readonly<Record<string, string>>;
  /**
   * What the names of its functions begin with, the same in every region: up to 44 letters, digits and hyphens. The regions call each
   * other's functions by it.
   */
  readonly functionPrefix: string;
  /** The letter of the region that everything daily runs in. Codes and tokens without a letter belong to it. */
  readonly first: string;
  /**
   * How Route 53 chooses a region, where `domain` has a hosted zone.
   *
   * @default 'latency'
   */
  readonly routing?: RegionRouting;
}

/** A name of Lambda has 64 characters, and the longest of our functions 20. */
const longestPrefix = 44;

/** Whether this region has the keys rotated and everything else that runs once for all. A server of one region is its own first. */
export const isFirst = (home: HomeProps | undefined): boolean => home === undefined || home.letter === home.first;

/** The letters and regions that are not this one. */
export const otherHomes = ({ letter, regions }: HomeProps): [letter: string, region: string][] =>
  Object.entries(regions).filter(([other]) => other !== letter);

/** Throws {@link WrongSetting} for regions that cannot be those of one server. */
export function checkRegions({
  regions = {},
  first,
  routing,
}: Partial<Omit<HomeProps, 'letter' | 'functionPrefix'>>): void {
  const entries = Object.entries(regions);
  if (entries.length < 2) {
    throw new WrongSetting(
      `regions must name two at least, such as { a: 'eu-central-1', b: 'us-east-1' }, but has ${entries.length}: for one region there is AuthorizationServer.`,
    );
  }
  for (const [letter, region] of entries) {
    if (!/^[a-z]$/.test(letter)) {
      throw new WrongSetting(`regions must have letters from a to z for names, but has "${letter}" for ${region}.`);
    }
    if (Token.isUnresolved(region) || RegionInfo.get(region).partition === undefined) {
      throw new WrongSetting(
        `regions.${letter} must be the name of a region such as eu-central-1, but is "${Token.isUnresolved(region) ? 'known to the deployment only' : region}".`,
      );
    }
  }
  const names = entries.map(([, region]) => region);
  const twice = entries.find(([, region], at) => names.indexOf(region) < at);
  if (twice !== undefined) {
    throw new WrongSetting(`regions has ${twice[1]} twice: regions.${twice[0]} must be another one.`);
  }
  const partitions = new Set(names.map((region) => RegionInfo.get(region).partition));
  if (partitions.size > 1) {
    throw new WrongSetting(
      `regions must be of one partition, but ${names.join(', ')} are of ${[...partitions].join(' and ')}.`,
    );
  }
  if (first === undefined || !Object.hasOwn(regions, first)) {
    throw new WrongSetting(
      `first must be one of the letters of regions, ${Object.keys(regions).join(', ')}, but is "${first}".`,
    );
  }
  if (routing !== undefined && routing !== 'latency' && routing !== 'failover') {
    throw new WrongSetting(`routing must be latency or failover, but is "${String(routing)}".`);
  }
  if (routing === 'failover' && entries.length > 2) {
    throw new WrongSetting(
      `routing: 'failover' is for two regions, one of which is the first, but regions has ${entries.length}: use latency.`,
    );
  }
}

type ServerOfRegions = {
  home: HomeProps;
  domain?: unknown;
  front?: unknown;
  tables?: unknown;
  signing?: Signing | undefined;
};

/** Throws {@link WrongSetting} unless the stack is of the region that the letter stands for, and for what regions cannot share. */
export function checkHome(scope: Construct, { home, domain, front, tables, signing }: ServerOfRegions): void {
  checkRegions(home);
  if (!/^[A-Za-z0-9-]+$/.test(home.functionPrefix) || home.functionPrefix.length > longestPrefix) {
    throw new WrongSetting(
      `home.functionPrefix must have up to ${longestPrefix} letters, digits and hyphens, but is "${home.functionPrefix}".`,
    );
  }
  const wanted = home.regions[home.letter];
  if (wanted === undefined) {
    throw new WrongSetting(
      `home.letter must be one of the letters of regions, ${Object.keys(home.regions).join(', ')}, but is "${home.letter}".`,
    );
  }
  const { region } = Stack.of(scope);
  if (region !== wanted) {
    const where = Token.isUnresolved(region)
      ? `of no certain region: give it env: { region: '${wanted}' }`
      : `in ${region}`;
    throw new WrongSetting(`home.regions.${home.letter} is ${wanted}, but the stack is ${where}.`);
  }
  if (front !== undefined) {
    throw new WrongSetting('front has the API of one region behind it: with several regions, use domain instead.');
  }
  if (domain === undefined) {
    throw new WrongSetting('domain is missing: several regions are one issuer only at a host name that is theirs.');
  }
  if (signing === 'kms') {
    throw new WrongSetting(
      "signing: 'kms' makes keys that sign in one region only: with several regions, use signing: 'memory'.",
    );
  }
  if (!isFirst(home) && tables === undefined) {
    throw new WrongSetting(
      `tables is missing, which region ${home.letter} shares with the first: make them with AuthorizationServerTables.inAnotherRegion.`,
    );
  }
}

/** What every function reads: where it is, and where and by which names it finds itself elsewhere. Nothing where there is one region. */
export function homeVariables(home: HomeProps | undefined): PixyEnvironment {
  if (home === undefined) return {};
  const { functionPrefix, first } = home;
  const homes = Object.entries(home.regions).map(([letter, region]) => [
    letter,
    { region, functionPrefix, ...(letter === first && { first: true }) },
  ]);
  return { PIXY_HOME: home.letter, PIXY_HOMES: JSON.stringify(Object.fromEntries(homes)) };
}

/** What a function is called in every region. With one region, CloudFormation makes names. */
export const functionNameIn = (home: HomeProps | undefined, name: string): string | undefined =>
  home && `${home.functionPrefix}${name}`;
