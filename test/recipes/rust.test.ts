import { testRecipes } from './recipe.ts';

// Both examples have most of their dependencies in common.
const inCache = 'CARGO_TARGET_DIR=$PWD/../../../node_modules/.cache/cargo cargo';
const install = `${inCache} build --quiet`;
const start = `${inCache} run --quiet`;

await testRecipes('Rust', [
  { name: 'openidconnect-rs', install, start, isTool: true },
  { name: 'oauth2-rs', install, start, isTool: true },
]);
