import { App } from 'aws-cdk-lib';
import { pixyStacks } from './stacks/pixy-stacks.ts';
import { WrongSetting } from './wrong-setting.ts';

try {
  pixyStacks(new App());
} catch (error) {
  if (!(error instanceof WrongSetting)) throw error;
  console.error(error.message);
  process.exit(1);
}
