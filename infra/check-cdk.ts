import cdk from 'aws-cdk-lib/package.json' with { type: 'json' };
import packageJson from '../package.json' with { type: 'json' };
import { WrongSetting } from './wrong-setting.ts';

/*
 * npm refuses a CDK that is older than the package asks for. Other package managers only warn of it, and something would be undefined in
 * the middle of a construct.
 */

const needed = packageJson.peerDependencies['aws-cdk-lib'].slice(1);

const numbers = (version: string): number[] => version.split(/[.-]/).slice(0, 3).map(Number);

const differences = numbers(cdk.version).map((number, at) => number - (numbers(needed)[at] ?? 0));
if ((differences.find((difference) => difference !== 0) ?? 0) < 0) {
  throw new WrongSetting(
    `Pixy needs aws-cdk-lib ${needed} or newer, and this app has ${cdk.version}: install aws-cdk-lib@2, and aws-cdk@2 with it.`,
  );
}
