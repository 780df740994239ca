import { getServerSession } from 'next-auth';
import { options } from '../auth.js';

export default async function Home() {
  const session = await getServerSession(options);
  return <p>{session?.user?.email ?? <a href="/api/auth/signin">Sign in</a>}</p>;
}
