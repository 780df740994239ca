/** What a failing call gets instead of its answer. */
type Reply = 'silence' | 'cut' | 'half of the answer' | { status: number; type: string; body: string };

/** A way in which a call of an AWS service fails. */
export type FaultKind = {
  name: string;
  /** Whether the service did what it was asked all the same. */
  isDone: boolean;
  /** Whether the attempts that follow get through. */
  isPassing: boolean;
  reply: Reply;
};

/** What AWS says in its errors, and nobody else may read. */
export const internals = {
  message: 'User: arn:aws:sts::111122223333:assumed-role/pixy is not authorized on table/pixy-people',
  requestId: 'Q3KT9V7B5N0ZRAWSREQUESTID',
};

const refusal = (status: number, type: string): Reply => ({
  status,
  type: 'application/x-amz-json-1.0',
  body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: internals.message }),
});
const html = `<html><body><h1>502 Bad Gateway</h1>${internals.message}</body></html>`;

const fault = (name: string, reply: Reply, { isDone = false, isPassing = false } = {}): FaultKind => ({
  name,
  reply,
  isDone,
  isPassing,
});

export const faultKinds: readonly FaultKind[] = [
  fault('throttled', refusal(400, 'ProvisionedThroughputExceededException')),
  fault('error of the service', refusal(500, 'InternalServerError')),
  fault('no answer in time', 'silence'),
  fault('cut before it arrived', 'cut'),
  fault('cut in the middle of the answer', 'half of the answer', { isDone: true }),
  fault('reply lost once', 'cut', { isDone: true, isPassing: true }),
  fault('reply lost always', 'cut', { isDone: true }),
  fault('access denied', refusal(400, 'AccessDeniedException')),
  fault('table missing', refusal(400, 'ResourceNotFoundException')),
  fault('garbage with 200', { status: 200, type: 'application/x-amz-json-1.0', body: `garbage ${internals.message}` }),
  fault('page of a gateway', { status: 502, type: 'text/html', body: html }),
  fault('not valid', refusal(400, 'ValidationException')),
];
