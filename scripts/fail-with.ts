/** Ends a script with one line instead of a stack. */
export function failWith(what: string): (error: unknown) => void {
  return (error) => {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${what}: ${reason.split("\n")[0]}\n`);
    process.exitCode = 1;
  };
}
