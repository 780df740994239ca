import { testApiRecipe } from './api-recipe.ts';

await testApiRecipe('Java', {
  name: 'spring-resource-server',
  path: '/orders',
  install: 'mvn --quiet --batch-mode package',
  start: 'java -jar target/spring-resource-server-1.jar',
});
