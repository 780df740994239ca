import { startEmbeddedDynamoDB } from '../infra/local/embedded-dynamodb.ts';
import { answerTheParent } from './server-process.ts';

/* The embedded DynamoDB in a process of its own, so that its processor time is not the server's. */

const { endpoint } = await startEmbeddedDynamoDB();
answerTheParent({ endpoint });
