import { constants, runInThisContext } from "node:vm";

/**
 * HarfBuzz in Jest, which cannot load a module that awaits at its top level: Node itself loads it. Jest turns `await import()` into
 * awaiting this module's exports, hence a `then`.
 */
const importByNode: (name: string) => Promise<unknown> = runInThisContext("(name) => import(name)", {
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});

export function then(resolve: (loaded: unknown) => void, reject: (error: unknown) => void): void {
  importByNode("harfbuzzjs").then((loaded) => resolve({ ...(loaded as object) }), reject); // a module is an object
}
