/*
 * Loaded into the CDK's own function alone. It answers CloudFormation at the host and the path of a URL, always at port 443, where only root
 * may listen: here, what goes to this machine without a port goes to the one that listens.
 */
const https = require('node:https');

const { request } = https;
https.request = (options, ...rest) =>
  options.hostname === 'localhost' && options.port === undefined
    ? request({ ...options, port: process.env.STAND_IN_ANSWER_PORT }, ...rest)
    : request(options, ...rest);
