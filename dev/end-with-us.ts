import { type ChildProcess, spawn } from "node:child_process";

const SCRIPT = `cat >/dev/null
kill -"$2" "$1" 2>/dev/null
tries=0
while kill -0 "$1" 2>/dev/null && ! grep -q ') Z ' "/proc/$1/stat" 2>/dev/null && [ $tries -lt 150 ]; do
  sleep 0.1; tries=$((tries + 1))
done
[ -n "$3" ] && rm -rf "$3"`;

/**
 * Makes a server that we started end when this process does, whatever ends it: a shell waits for the end of its input,
 * which comes with our death, then signals the server and removes what was temporary. Neither keeps this process alive.
 */
export function endWithUs(server: ChildProcess, signal: "INT" | "KILL", temporary?: string): void {
  if (process.platform === "win32" || server.pid === undefined) return;
  const args = ["-c", SCRIPT, "sh", String(server.pid), signal, temporary ?? ""];
  const watcher = spawn("sh", args, { stdio: ["pipe", "ignore", "ignore"], detached: true, cwd: "/" });
  watcher.on("error", () => server.kill(`SIG${signal}`));
  // Its number may belong to another process later.
  server.once("exit", () => watcher.kill("SIGKILL"));
  server.unref();
  watcher.unref();
  const input = watcher.stdin;
  if (input && "unref" in input && typeof input.unref === "function") input.unref();
}
