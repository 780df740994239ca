import { signIn } from '../../auth.js';

export const GET = () => signIn('pixy', { redirectTo: '/' });
