import { testPageRecipes } from './page-recipe.ts';

await testPageRecipes([{ name: 'auth0-spa-js' }], { needTls: true });
