import { App } from 'aws-cdk-lib';
import { pixyStacks } from 'pixy';

pixyStacks(new App(), {
  // Settings that only code can give, such as hooks. All others are in pixy.json.
  server: () => ({}),
});
