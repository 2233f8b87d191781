import { callApi } from "@/components/http/call-api";

/** Saves all that is stored about the reader as a file. @throws ApiFailure */
export async function downloadMyData(experienceId: string): Promise<void> {
  const data = await callApi<object>(`/api/my-data?${new URLSearchParams({ experienceId })}`);
  const file = new Blob([JSON.stringify(data, null, 2)], { type: "application/json" });
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = "wee5-my-data.json";
  link.click();
  // Browsers begin to read after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Deletes all of it. @throws ApiFailure */
export async function deleteMyData(experienceId: string): Promise<void> {
  await callApi<object>("/api/my-data", { method: "DELETE", json: { experienceId, confirm: "delete" } });
}
