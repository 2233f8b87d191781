import { spawn } from "node:child_process";

export type Count = {
  passed: number;
  failed: number;
  /** What failed, was tried once more, and held: counted as passed. */
  again?: string[];
};

/** A program that fails without a failed test (it could not start, or ended in an error) counts as one failure. */
export function counted(status: number, count: Count): Count {
  return status !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

export type Execution = {
  /** What is shown of what the program writes. */
  output?: "both" | "stderr" | "none";
  environment?: Record<string, string>;
  cwd?: string;
};

/** Runs a program to its end. Resolves with its exit code. */
export function execute(program: string, args: string[], execution: Execution = {}): Promise<number> {
  const { output = "both", environment = {}, cwd } = execution;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      stdio: ["ignore", output === "both" ? "inherit" : "ignore", output === "none" ? "ignore" : "inherit"],
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", ...environment },
    });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
