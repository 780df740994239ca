import NextAuth from 'next-auth';

export const { auth, handlers, signIn } = NextAuth({
  providers: [
    {
      id: 'pixy',
      name: 'Pixy',
      type: 'oidc',
      issuer: process.env.ISSUER,
      clientId: process.env.CLIENT_ID,
      clientSecret: process.env.CLIENT_SECRET,
      checks: ['pkce', 'state'],
      idToken: false,
    },
  ],
});
