/** Nothing: without one of its own, Next takes the app's, which wants its environment. */
export const register = () => undefined;
