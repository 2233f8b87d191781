/** Asks the simulator. @throws Error with its words when it says no. */
export async function ask(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<unknown> {
  const response = await fetch(`/_sim${path}`, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body ? JSON.stringify(body) : undefined,
  });
  if (response.status === 204) return undefined;
  const answer = await response.json();
  if (!response.ok) throw new Error(answer?.error?.message ?? `The simulator answered ${response.status}.`);
  return answer;
}
