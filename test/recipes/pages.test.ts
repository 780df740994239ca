import { testPageRecipes } from './page-recipe.ts';

await testPageRecipes([
  { name: 'oidc-client-ts' },
  { name: 'react-oidc-context', entry: 'app.jsx' },
  { name: 'angular-oauth2-oidc', entry: 'app.ts' },
  { name: 'oidc-spa' },
  { name: 'okta-auth-js' },
]);
