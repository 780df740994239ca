/*
 * Makes dist/ where npm packs this folder: for `npm pack`, and for an app that installs it from git or from a folder. npm then says where
 * the package comes from. When the packages of a checkout are installed, nothing is built.
 */
if (process.env.npm_package_resolved) {
  const { execFileSync } = require('node:child_process');
  execFileSync(process.execPath, ['-r', './require-node.cjs', 'package/build.ts'], { stdio: 'inherit' });
}
