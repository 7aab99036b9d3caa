/** Why a sleeper that nobody needs any more is woken; given to `abort` so that no error with a stack is made for it. */
export const notNeeded = 'not needed any more';
