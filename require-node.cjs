/*
 * Stands in front of everything that people start. Under a Node that cannot run Pixy it says in one sentence what is needed, and
 * ends with 1. Such a Node has to be able to read this file, so the syntax is that of Node 14.
 */

const { engines } = require('./package.json');

const [neededMajor, neededMinor] = engines.node.match(/\d+/g).map(Number);
const { node: version } = process.versions;
const [major, minor] = version.split('.').map(Number);

const install = `install Node ${neededMajor} from https://nodejs.org`;

if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
  refuse(
    `Pixy needs Node ${neededMajor}.${neededMinor} or newer, and ${process.execPath} is Node ${version}: ${install}, or run \`npm ci\` where that brings it along and start Pixy with npm or npx.`,
  );
} else if (!process.features.typescript && isCheckout()) {
  refuse(
    `Pixy needs a Node that runs TypeScript, and in ${process.execPath} (${version}) that is switched off: take --no-strip-types and --no-experimental-strip-types out of NODE_OPTIONS, or ${install}.`,
  );
}

/** Whether the sources are here. The package that people install has what was built of them. */
function isCheckout() {
  try {
    return require.resolve('./cli/pixy.ts') !== '';
  } catch {
    return false;
  }
}

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

module.exports = { isCheckout };
