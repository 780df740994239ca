import { testRecipes } from './recipe.ts';

const install = 'mvn --quiet --batch-mode package';

await testRecipes('Java', [
  { name: 'spring-client', install, start: 'java -jar target/spring-client-1.jar', signIn: '/', refresh: '/' },
]);
