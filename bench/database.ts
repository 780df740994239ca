import { startEmbeddedDynamoDB } from '../infra/local/embedded-dynamodb.ts';
import { answerTheParent } from './server-process.ts';

/* Runs the embedded DynamoDB in a separate process, so that its processor time is not counted as the server's. */

const { endpoint } = await startEmbeddedDynamoDB();
answerTheParent({ endpoint });
