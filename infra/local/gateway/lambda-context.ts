import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';

/** The context that Lambda hands to a function. `deadline` is in epoch milliseconds. */
export function lambdaContext(deadline: number): Context {
  const notOffered = () => {
    throw new Error('functions for nodejs24.x answer with a promise: done, fail and succeed are not offered');
  };
  return {
    awsRequestId: randomUUID(),
    functionName: 'local',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:local:000000000000:function:local',
    memoryLimitInMB: '128',
    logGroupName: '/aws/lambda/local',
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: notOffered,
    fail: notOffered,
    succeed: notOffered,
  };
}
