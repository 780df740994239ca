import cdk from 'aws-cdk-lib/package.json' with { type: 'json' };
import packageJson from '../package.json' with { type: 'json' };
import { WrongSetting } from './wrong-setting.ts';

/*
 * npm refuses a CDK that is older than the package asks for. Other package managers only warn of it, and something would be undefined in
 * the middle of a construct.
 */

const numbers = (version: string): number[] => (version.match(/\d+/g) ?? []).slice(0, 3).map(Number);

/** Throws {@link WrongSetting} for a version of aws-cdk-lib that is older than `needed`, such as `^2.276.0`. */
export function checkCdk(version: string, needed: string = packageJson.peerDependencies['aws-cdk-lib']): void {
  const found = numbers(version);
  const [least, other] =
    numbers(needed)
      .map((number, at) => [number, found[at] ?? 0])
      .find(([one, two]) => one !== two) ?? [];
  if (least === undefined || other === undefined || other > least) return;
  throw new WrongSetting(
    `Pixy needs aws-cdk-lib ${needed.slice(1)} or newer, and this app has ${version}: install aws-cdk-lib@2, and aws-cdk@2 with it.`,
  );
}

checkCdk(cdk.version);
