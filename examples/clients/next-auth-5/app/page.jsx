import { auth } from '../auth.js';

export default async function Home() {
  const session = await auth();
  return <p>{session?.user?.email ?? <a href="/sign-in">Sign in</a>}</p>;
}
