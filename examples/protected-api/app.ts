import { App } from 'aws-cdk-lib';
import { pixyStacks } from '../../infra/stacks/pixy-stacks.ts';
import { ProtectedApiStack } from './protected-api-stack.ts';

const app = new App();
const { api } = pixyStacks(app);
new ProtectedApiStack(app, 'ProtectedApi', { auth: api.server });
